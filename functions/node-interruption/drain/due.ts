import type { PodSummary } from '../pods.ts';
import type { Way } from './attempt.ts';

/** A pod that may be sent away now, and how. */
export interface Due {
  pod: PodSummary;
  way: Way;
}

/**
 * The budget in whose turn it goes. None for a deletion, which asks no budget, and for a pod that is not Ready: it may
 * leave a budget that has no place for others, and always asks for itself.
 */
export function laneOf({ pod, way }: Due): string | undefined {
  return way === 'evict' && pod.ready ? pod.budgets[0] : undefined;
}
