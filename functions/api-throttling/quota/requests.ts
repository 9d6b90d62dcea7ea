import type { EpochMs } from '../../../shared/clock.ts';
import type { Incident, StepRecord } from '../../../shared/incident/incident.ts';
import type { QuotaId } from '../../../shared/ports/quotas.ts';
import type { Json } from '../../../shared/workflow/port.ts';

export const REQUEST_QUOTA = 'request-quota';

/** A request that is with AWS, as the step that made or found it remembers it. */
export interface RecordedRequest {
  quota: QuotaId;
  /** The quota's, for people. */
  name: string;
  asked: { id: string; desired: number; before: number; at: EpochMs };
  /** False: somebody else had asked, and their request is followed. */
  isOurs: boolean;
}

/** Of this generation, each once. */
export function recordedRequests({ records }: Pick<Incident, 'records'>): RecordedRequest[] {
  const all = records.filter(({ step }) => step.action === REQUEST_QUOTA).flatMap(requestOf);
  return all.filter(({ asked }, index) => all.findIndex((other) => other.asked.id === asked.id) === index);
}

/** What a step keeps between its rounds, and for those that follow the request. */
export function memoryOf({ asked, isOurs }: Pick<RecordedRequest, 'asked' | 'isOurs'>): {
  [name: string]: Json;
} {
  const { id, desired, before, at } = asked;
  return { requestId: id, desired, before, at, isOurs };
}

/** Total: what the memory does not say is taken from the step. */
function requestOf({ step, startedAt, memory = {} }: StepRecord): RecordedRequest[] {
  const [target] = step.targets;
  const id = memory['requestId'];
  if (typeof id !== 'string') return [];
  const asked = {
    id,
    desired: numberOf(memory['desired'], Number(step.goal['desired'])),
    before: numberOf(memory['before'], Number(step.notes?.['before'] ?? 0)),
    at: numberOf(memory['at'], startedAt),
  };
  return [{ quota: quotaIdOf(target.id), name: target.name, asked, isOurs: memory['isOurs'] === true }];
}

function numberOf(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

/** As a step's target names it. */
export function targetIdOf({ service, code }: QuotaId): string {
  return `${service}/${code}`;
}

export function quotaIdOf(targetId: string): QuotaId {
  const [service = '', code = ''] = targetId.split('/');
  return { service, code };
}
