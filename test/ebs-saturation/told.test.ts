import { describe, expect, test } from 'vitest';
import { diagnose } from '../../functions/ebs-saturation/diagnose/index.ts';
import type { Input } from '../../functions/ebs-saturation/diagnose/types.ts';
import { findingsOf } from '../../functions/ebs-saturation/told/index.ts';
import { CEILING, fact, input, last, load, measured, missing, SHORT_OF_IOPS } from './diagnose-series.ts';

function told(given: Input) {
  return findingsOf(diagnose(given), given);
}

describe('what people are told', () => {
  test('a cause with its volume, its numbers, what would help and what would not', () => {
    const [finding, ...others] = told(input(SHORT_OF_IOPS));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      cause: 'vol-0a1b2c3d4e5f60718 (gp3, 100 GiB) is asked for more IOPS than it has',
      confidence: 'certain',
    });
    expect(finding?.evidence).toEqual([
      'CloudWatch VolumeIOPSExceededCheck: raised in 15 of the last 15 min measured, 40 of 180 min in all, the longest 40 m 00 s from 2026-11-03T13:20:00Z',
      'CloudWatch VolumeReadOps and VolumeWriteOps: used IOPS: p50 300, p95 2990, at most 2990 of 3000 (100 %) at 2026-11-03T13:59:00Z, 180 min measured',
      'CloudWatch VolumeQueueLength: p50 0.2, at most 12.0',
      `IOPS 2026-11-03T11:00:00Z to 2026-11-03T14:00:00Z: ${'▁'.repeat(31)}${'█'.repeat(9)} at most 2990, provisioned 3000`,
      `MiB/s 2026-11-03T11:00:00Z to 2026-11-03T14:00:00Z: ${'▅'.repeat(40)} at most 25, provisioned 125`,
      'would help: more IOPS for this volume',
      'would not help: more throughput alone: that is not what it is short of',
    ]);
  });

  test('a gap in the measurements is a gap in the bars, not a low', () => {
    const half = (index: number) => (index < 90 ? undefined : 2_990);
    const [finding] = told(input({ ...SHORT_OF_IOPS, ...load(half, 25) }));
    expect(finding?.evidence.find((line) => line.startsWith('IOPS '))).toContain(
      `: ${' '.repeat(20)}${'▅'.repeat(20)} `,
    );
  });

  test('an instance at its limit, and that a larger volume does not help', () => {
    const [finding] = told(
      input({ ...load(3_500, 25), instanceIopsExceeded: last(30) }, { ceiling: fact(CEILING) }),
    );
    expect(finding?.cause).toBe('i-0aa11bb22cc33dd44 (m6i.large) carries no more IOPS');
    expect(finding?.evidence).toContain('would help: a larger instance type; pods spread over more nodes');
    expect(finding?.evidence.join('\n')).toContain('would not help: a larger volume');
  });

  test('what is not known stands with the first cause, once', () => {
    const given = input(
      { ...SHORT_OF_IOPS, instanceIopsExceeded: undefined },
      { modification: missing('no permission') },
    );
    const lines = told(given).flatMap(({ evidence }) => evidence);
    expect(lines.filter((line) => line === 'unknown: EC2: no permission')).toHaveLength(1);
    expect(lines.filter((line) => line.includes('InstanceEBSIOPSExceededCheck: not published'))).toHaveLength(
      1,
    );
  });

  test('nothing known is said to be unknown, with no figures and no advice', () => {
    const [finding, ...others] = told(input({}, { measured: measured({}), performance: missing() }));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      cause: 'why vol-0a1b2c3d4e5f60718 is in alarm is unknown',
      confidence: 'possible',
    });
    expect(finding?.evidence.filter((line) => line.startsWith('would help') || line.includes('▅'))).toEqual(
      [],
    );
    expect(new Set(finding?.evidence).size).toBe(finding?.evidence.length);
  });

  test('a stall is AWS’s, and a root volume is called one', () => {
    const stall = { ...load(last(12, 0, 300), last(12, 0, 20)), stalled: last(12) };
    const [finding] = told(input(stall, { isRoot: fact(true) }));
    expect(finding?.cause).toBe(
      'operations on root volume vol-0a1b2c3d4e5f60718 (gp3, 100 GiB) do not come back: stalled IO',
    );
    expect(finding?.evidence.join('\n')).toContain('would help: AWS Health and AWS Support');
  });
});
