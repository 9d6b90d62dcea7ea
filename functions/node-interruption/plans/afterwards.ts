import type { Input } from '../input.ts';
import { afterSteps, withoutMoves } from '../outcome.ts';
import { type Draft, headlineOf, idle } from './draft.ts';

/** Pods were moved and nothing more is to be done to the node: only their new places count. */
export function afterwards(input: Input): Draft {
  const why = 'pods were moved; their new places are being checked';
  const headline = input.incident.plan?.headline ?? headlineOf(input, 'Moved off');
  const findings = input.incident.plan?.findings ?? [];
  const next = afterSteps(input, () => withoutMoves(input, () => why));
  return { ...idle(input, { headline, findings }, why, next), severity: 'high' };
}
