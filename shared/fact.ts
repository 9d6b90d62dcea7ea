import type { EpochMs } from './clock.ts';
import { describeFailure } from './errors.ts';

/**
 * Something that was read, with where and when. A read that failed is `unknown` with its reason: it is never
 * the same as absent, empty or zero, and the compiler makes every reader say what it does then.
 */
export type Fact<T> =
  | { known: true; value: T; source: string; at: EpochMs }
  | { known: false; why: string; source: string; at: EpochMs };

export function known<T>(value: T, source: string, at: EpochMs): Fact<T> {
  return { known: true, value, source, at };
}

export function unknown(why: string, source: string, at: EpochMs): Fact<never> {
  return { known: false, why, source, at };
}

/** Runs a read and turns its failure into `unknown`, so that one failed source does not hide the others. */
export async function readFact<T>(source: string, at: EpochMs, read: () => Promise<T>): Promise<Fact<T>> {
  try {
    return known(await read(), source, at);
  } catch (error) {
    return unknown(describeFailure(error), source, at);
  }
}
