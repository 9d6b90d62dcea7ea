import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../shared/clock.ts';

/** What becomes of a modification of a volume. */
export interface VolumeCourse {
  /** From the request to `optimizing`, when the new performance holds, or to `failed`. */
  modifyingMs: number;
  /** From there to `completed`; absent: it fails instead. */
  optimizingMs?: number;
  /** What EC2 says to a failure. */
  statusMessage?: string;
}

export const VOLUME_COURSES = {
  works: { modifyingMs: 30 * SECOND_MS, optimizingMs: 20 * MINUTE_MS },
  /** As a volume of a TiB may take. */
  slow: { modifyingMs: 5 * MINUTE_MS, optimizingMs: 6 * HOUR_MS },
  failed: { modifyingMs: MINUTE_MS, statusMessage: 'The modification could not be applied.' },
} as const satisfies Record<string, VolumeCourse>;
