import { type MetricSays, meaningOf } from '../../functions/ebs-saturation/metrics.ts';
import { alarmOf } from '../../functions/ebs-saturation/signals.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import type { World } from '../../simulator/world.ts';
import type { AlarmSpec } from '../../simulator/world-file.ts';

/** A volume or an instance that an alarm is about. */
export interface Ringing {
  kind: 'volume' | 'instance';
  id: string;
  says: readonly MetricSays[];
  /** As the event has it. */
  threshold?: number;
  /** The alarm of the world that is about it, under a composite. */
  child?: string;
}

/** Whom the alarm of an event is about; what a composite is about stands in the alarms of the world. */
export function ringingIn(world: World, signals: readonly Signal[]): Ringing[] {
  const { account, region } = world.spec;
  return signals.flatMap((signal) => {
    const news = alarmOf(signal);
    const { kind, id } = signal.subject;
    const isHere = signal.account === account && signal.region === region;
    if (news?.opens !== true || !isHere) return [];
    if (kind === 'alarm') return underComposite(world, news.alarmName, news.triggeringAlarms ?? []);
    if (kind !== 'volume' && kind !== 'instance') return [];
    const { says, threshold } = news;
    return [{ kind, id, says, ...(threshold !== undefined && { threshold }) }];
  });
}

/** Those that the event says set it off; where it says nothing, the first of its rule. */
function underComposite({ spec }: World, name: string, triggering: readonly string[]): Ringing[] {
  const rule = spec.alarms.find((alarm) => alarm.name === name);
  const children = rule !== undefined && 'rule' in rule ? [...rule.rule.matchAll(/"([^"]+)"/g)] : [];
  const named = children.map(([, child = '']) => child);
  const set = named.filter((child) => triggering.some((arn) => arn.endsWith(`:alarm:${child}`)));
  const ringing = set.length > 0 ? set : named.slice(0, 1);
  return spec.alarms.filter((alarm) => ringing.includes(alarm.name)).flatMap(ofAlarm);
}

function ofAlarm(alarm: AlarmSpec): Ringing[] {
  if ('rule' in alarm) return [];
  const { VolumeId: id } = alarm.dimensions;
  const meaning = meaningOf(alarm.namespace, alarm.metric);
  if (id === undefined || meaning === undefined) return [];
  return [{ kind: 'volume', id, says: [meaning.says], child: alarm.name }];
}
