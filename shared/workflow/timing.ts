import { SECOND_MS } from '../clock.ts';
import type { RetryPolicy } from './port.ts';

/** Lambda durable functions count in whole seconds, from one second to 366 days. */
const MAX_SECONDS = 31_622_400;

/** `ms` as both engines wait it: rounded up to whole seconds, at least one. */
export function wholeSeconds(ms: number): number {
  return Math.min(MAX_SECONDS, Math.max(1, Math.ceil(ms / SECOND_MS)));
}

/** Seconds to wait after the attempt with this number (1 = the first), or undefined when it was the last. */
export function retryDelaySeconds(retry: RetryPolicy, attempt: number): number | undefined {
  if (attempt >= retry.attempts) return undefined;
  return wholeSeconds(retry.backoffMs * 2 ** (attempt - 1));
}

/** For the step that puts a callback id where wakers look. */
export const REGISTER_RETRY: RetryPolicy = { attempts: 4, backoffMs: SECOND_MS };
