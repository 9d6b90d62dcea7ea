import { isFailure, PortError } from '../errors.ts';
import { awsCall } from './classify.ts';

/** Makes one request, or throws a PortError that says why it was not made. */
export type Ask = <T>(operation: string, send: () => Promise<T>) => Promise<T>;

/** For one cluster; a larger one is read in part, which is said. */
const MAX_REQUESTS = 250;
const PARALLEL = 2;
const NOT_ASKED = 'NotAsked';

/**
 * The way of every request of one reading: bounded in number and time, and none after one that AWS throttled or left
 * without an answer, because every other request would make that worse.
 */
export function boundedAsk(isOver: () => boolean): Ask {
  let left = MAX_REQUESTS;
  let stop: PortError | undefined;
  return async (operation, send) => {
    if (isOver()) stop ??= notAsked(operation, 'the time for it is over');
    if (left === 0) stop ??= notAsked(operation, `${MAX_REQUESTS} requests were made`);
    if (stop !== undefined) throw stop;
    left -= 1;
    try {
      return await awsCall(operation, send);
    } catch (error) {
      if (isFailure(error, 'throttled', 'unreachable', 'transient')) stop ??= error;
      throw error;
    }
  };
}

function notAsked(operation: string, why: string): PortError {
  return new PortError('transient', `not asked: ${why}`, { operation, code: NOT_ASKED });
}

/** What an answer must have; without it the answer is none, which is not an absence. */
export function given<T>(operation: string, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new PortError('transient', 'the answer lacks what it is asked for', { operation });
}

/** Two at a time. What is gone since it was listed is no failure; the first failure ends the rest, and is thrown. */
export async function forEach<T>(items: readonly T[], describe: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      try {
        await describe(item);
      } catch (error) {
        if (!isFailure(error, 'not-found')) failures.push(error);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  if (failures.length > 0) throw failures[0];
}
