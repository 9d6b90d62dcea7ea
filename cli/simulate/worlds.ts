import { events as aboutVolumes } from '../../functions/ebs-saturation/events.ts';
import { parseEnvelope } from '../../shared/pipeline/envelope.ts';
import { shipped } from '../files.ts';

/** The fleet that fits an event, where nobody names one: alarms about volumes need databases, the rest does not. */
export function fittingWorld(body: string): string {
  return shipped('simulator/worlds', isAboutVolumes(body) ? 'volumes.yaml' : 'small.yaml');
}

/** Whether the event is of a kind that saturated volumes are told by. */
export function isAboutVolumes(body: string): boolean {
  const parsed = parseEnvelope(body);
  if (!parsed.ok) return false;
  const { source, detailType } = parsed.event;
  return aboutVolumes.some((each) => each.source === source && each.detailType === detailType);
}
