import { describe, expect, test } from 'vitest';
import { decideModification } from '../../functions/ebs-saturation/decide/decide.ts';
import type { LatestModification, Modifications } from '../../functions/ebs-saturation/decide/input.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { unknown } from '../../shared/fact.ts';
import { NOW, read, shortOf, volumeOf } from './decide-support.ts';

const gp3 = volumeOf('gp3', 500, 3_000, 125);

function decided(modifications: Modifications, options = {}) {
  return decideModification(shortOf(gp3, 'iops', { modifications, ...options }));
}

function latestOf(state: LatestModification['state'], startedAt: number) {
  return read({ state, startedAt });
}

describe('one at a time', () => {
  test.each(['modifying', 'optimizing', 'unknown'] as const)('%s: wait', (state) =>
    expect(decided({ history: read([]), latest: latestOf(state, NOW - 2 * DAY_MS) })).toMatchObject({
      decision: 'wait',
      until: NOW + 15 * MINUTE_MS,
    }),
  );

  test('completed: the next', () =>
    expect(decided({ history: read([]), latest: latestOf('completed', NOW - HOUR_MS) })).toMatchObject({
      decision: 'modify',
    }));

  test('failed today: a person; yesterday: again', () => {
    const failed = (startedAt: number) =>
      decided({ history: read([]), latest: latestOf('failed', startedAt) }).decision;
    expect(failed(NOW - DAY_MS + 1)).toBe('propose');
    expect(failed(NOW - DAY_MS)).toBe('modify');
  });

  test('what could not be read is waited for', () => {
    const failed = unknown('throttled', 'ec2:DescribeVolumesModifications', NOW);
    expect(decided({ history: read([]), latest: failed })).toMatchObject({ decision: 'wait' });
    expect(decided({ history: failed, latest: read(null) })).toMatchObject({ decision: 'wait' });
  });
});

describe('four in any 24 hours', () => {
  const three = [NOW - 20 * HOUR_MS, NOW - 10 * HOUR_MS, NOW - HOUR_MS];

  test('a fourth is made', () =>
    expect(decided({ history: read(three), latest: latestOf('completed', NOW - HOUR_MS) })).toMatchObject({
      decision: 'modify',
    }));

  test('a fifth waits until the first is a day old', () =>
    expect(decided({ history: read([NOW - 23 * HOUR_MS, ...three]), latest: read(null) })).toMatchObject({
      decision: 'wait',
      until: NOW + HOUR_MS,
      why: '4 modifications in 24 hours, EC2 takes 4; the next from 2026-11-20T13:00:00Z',
    }));

  test('one of exactly a day ago does not count any more', () =>
    expect(decided({ history: read([NOW - DAY_MS, ...three]), latest: read(null) })).toMatchObject({
      decision: 'modify',
    }));

  test('one that somebody else made counts, and one that stands in both lists counts once', () => {
    const theirs = decided({ history: read(three), latest: latestOf('completed', NOW - 5 * HOUR_MS) });
    expect(theirs).toMatchObject({ decision: 'wait', until: NOW + 4 * HOUR_MS });
    const ours = decided({ history: read(three), latest: latestOf('completed', NOW - HOUR_MS + 900) });
    expect(ours.decision).toBe('modify');
  });

  test('after a fifth within the day, the fourth youngest decides', () =>
    expect(
      decided({ history: read([NOW - 23 * HOUR_MS, NOW - 22 * HOUR_MS, ...three]), latest: read(null) }),
    ).toMatchObject({ until: NOW + 2 * HOUR_MS }));
});

describe('the quota of storage under modification', () => {
  const modifications = { history: read([]), latest: read(null) };
  const storage = (limit: number, inUse: number) => [
    read({ code: 'L-59C8FC87', of: 'GiB' as const, limit, inUse }),
  ];

  test.each([
    [500, 'modify'],
    [501, 'wait'],
  ])('%d of 1000 GiB in use, 500 to come: %s', (inUse, decision) =>
    expect(decided(modifications, { quotas: storage(1_000, inUse) })).toMatchObject({ decision }),
  );

  test('where others have to end first, the code, the value, the use and the wait are said', () =>
    expect(decided(modifications, { quotas: storage(1_000, 501) })).toMatchObject({
      until: NOW + 15 * MINUTE_MS,
      why: '501 of 1000 GiB of gp3 are under modification in this Region (quota L-59C8FC87): no room for 500; wait until some have ended',
    }));

  test('smaller than the volume: no waiting helps, a person asks for more', () =>
    expect(decided(modifications, { quotas: storage(499, 0) })).toMatchObject({
      decision: 'propose',
      why: expect.stringMatching(
        /^quota L-59C8FC87 lets 499 GiB .* this is 500: ask for more: aws .* --quota-code L-59C8FC87 --desired-value 1$/,
      ),
    }));

  test('that could not be read does not hold anything up: EC2 says so, and the reasons that it is unknown', () => {
    const quotas = [unknown('throttled', 'quota L-59C8FC87', NOW)];
    const decision = decided(modifications, { quotas });
    expect(decision.decision).toBe('modify');
    expect(decision.reasons).toContain(
      'whether quota L-59C8FC87 has room is unknown: throttled; EC2 refuses it where it has none',
    );
  });

  test('of the IOPS of io2 the larger of before and after counts', () => {
    const io2 = volumeOf('io2', 500, 10_000, 2_560);
    const at = (inUse: number) => {
      const quotas = [read({ code: 'L-35B31D98', of: 'IOPS' as const, limit: 100_000, inUse })];
      return decideModification(shortOf(io2, 'iops', { modifications, quotas }));
    };
    expect(at(85_000)).toMatchObject({ decision: 'modify', to: { iops: 15_000 } });
    expect(at(85_001)).toMatchObject({ decision: 'wait', why: expect.stringContaining('L-35B31D98') });
  });
});
