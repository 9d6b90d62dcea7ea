import type { StepRecord } from '../../../shared/incident/incident.ts';

/**
 * How far a change had come that was begun and brought to no end: by the stop switch, another mode, a person's no, or a
 * failure that nothing could be done about. Undefined when it ended, or when nothing had been sent yet.
 */
export function halfWay({ state, memory = {} }: StepRecord): string | undefined {
  if (state !== 'refused' && state !== 'failed') return undefined;
  if (!isSent({ memory }) || memory['isTold'] === true) return undefined;
  return memory['undoing'] === undefined
    ? 'the new settings had been sent; nobody looks whether the nodes run with them'
    : 'the new settings had been sent and were being put back; nobody looks whether they are';
}

/** It may have changed something; before, it had only looked. */
export function isSent({ memory = {} }: Pick<StepRecord, 'memory'>): boolean {
  return memory['sent'] !== undefined || memory['sentAt'] !== undefined;
}

/** The variables as they were before, for whoever brings it to its end by hand. */
export function formerText({ step, memory = {} }: StepRecord): string | undefined {
  const before = memory['before'] as { env?: Record<string, unknown> } | undefined;
  const names = Object.keys((step.goal['env'] ?? {}) as Record<string, unknown>);
  if (before?.env === undefined || names.length === 0) return undefined;
  const values = names.map((name) => `${name} ${former(before.env?.[name])}`);
  return `before: ${values.join(', ')}`;
}

function former(value: unknown): string {
  return value === undefined || value === null ? 'not set' : JSON.stringify(value);
}
