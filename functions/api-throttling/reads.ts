import { HOUR_MS, isoTime, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import type { Ports } from '../../shared/ports/index.ts';
import { ownThrottling, refuseWhile } from './own-calls.ts';
import { minuteOf } from './rate.ts';

/** Over all batches and functions: who measures throttling must not add to it. */
export const READS_PER_MINUTE = { instances: 6, clusters: 1, roles: 1, advice: 6 } as const;

/**
 * Takes one of this minute's reads; false when they are used up. A read that is taken and not made is lost. What the
 * advice reads nobody has remembered: while AWS throttles our own calls that is a PortError `throttled` which says so.
 */
export async function takeRead(
  { table, clock }: Pick<Ports, 'table' | 'clock'>,
  what: keyof typeof READS_PER_MINUTE,
): Promise<boolean> {
  if (what === 'advice') refuseWhile(await ownThrottling(table, clock.now()));
  const minute = minuteOf(clock.now());
  const key = { pk: `READS#${what}`, sk: isoTime(minute) };
  const expiresAt = Math.floor((minute + HOUR_MS + MINUTE_MS) / SECOND_MS);
  if (await table.putNew({ ...key, taken: 1, expiresAt })) return true;
  const limit = READS_PER_MINUTE[what];
  return await table.update(key, { add: { taken: 1 } }, [{ attribute: 'taken', is: 'less', value: limit }]);
}
