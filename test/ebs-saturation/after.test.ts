import { describe, expect, test } from 'vitest';
import type { Input } from '../../functions/ebs-saturation/input.ts';
import { afterChange } from '../../functions/ebs-saturation/plans/after.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import type { StepRecord } from '../../shared/incident/incident.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import type { Modification } from '../../shared/ports/volumes.ts';
import { AT, CALM, fact, GP3, load, measured, minute, missing, SHORT_OF_IOPS } from './diagnose-series.ts';
import { signalOf } from './signals-support.ts';

const TO = { ...GP3, iops: 4_500 };
const CHANGED = 100;

function alarmIn(state: string, at: number): Signal {
  const iso = new Date(at).toISOString();
  return signalOf('ebs-alarm-iops.json', { 'detail/state/value': state, 'detail/state/timestamp': iso });
}

function modification(state: Modification['state'], startedAt: number): Modification {
  return { volumeId: 'vol-0a1b2c3d4e5f60718', state, startedAt, from: GP3, to: TO };
}

interface Look {
  alarm?: string;
  /** Before now. */
  changedMs?: number;
  isBetter?: boolean;
  modification?: Input['facts']['modification'];
}

/** What comes of a change that was made so long ago, under the same load since. */
function ended({ alarm = 'OK', changedMs, isBetter = true, modification: latest }: Look) {
  const changedAt = changedMs === undefined ? minute(CHANGED) : AT - changedMs;
  const split = (before: number, since: number) => (index: number) =>
    minute(index) < changedAt ? before : since;
  const series = measured({
    ...CALM,
    ...SHORT_OF_IOPS,
    ...load(2_900, 25),
    idleTime: 20,
    iopsExceeded: isBetter ? split(1, 0) : undefined,
    throughputExceeded: isBetter ? 0 : undefined,
    queueLength: isBetter ? split(12, 4) : undefined,
  });
  const completed = fact(modification('completed', changedAt - MINUTE_MS));
  const signals = [alarmIn('ALARM', changedAt - HOUR_MS), alarmIn(alarm, changedAt + MINUTE_MS)];
  const input = {
    now: AT,
    incident: { signals },
    facts: { measured: series, modification: latest ?? completed, alarms: fact([]) },
  } as unknown as Input;
  const done = { state: 'done', decision: 'mode auto', endedAt: changedAt, summary: 'made' } as StepRecord;
  return afterChange(input, done);
}

const kindOf = (end: ReturnType<typeof ended>) => (end.do === 'close' ? end.outcome.kind : end.do);
const textOf = (end: ReturnType<typeof ended>) => (end.do === 'close' ? end.outcome.summary : '');

describe('what comes of a change', () => {
  test('better by the metric, completed, and no alarm: fixed', () => {
    expect(kindOf(ended({}))).toBe('fixed');
  });

  test('an alarm that is in ALARM still is never told as fixed', () => {
    expect(kindOf(ended({ alarm: 'ALARM' }))).toBe('wait');
    const late = ended({ alarm: 'ALARM', changedMs: 130 * MINUTE_MS });
    expect(kindOf(late)).toBe('escalated');
    expect(textOf(late)).toContain('is in ALARM still');
  });

  test('where nobody can tell, an alarm without data has not cleared', () => {
    const at = { isBetter: false, changedMs: 130 * MINUTE_MS };
    expect(textOf(ended(at))).toContain('The alarm has cleared');
    expect(textOf(ended({ ...at, alarm: 'INSUFFICIENT_DATA' }))).toContain('no data');
    expect(textOf(ended({ ...at, alarm: 'INSUFFICIENT_DATA' }))).not.toContain('cleared');
  });

  test('a later modification, of somebody else, is not taken for ours', () => {
    const theirs = (state: Modification['state']) =>
      ended({ modification: fact(modification(state, AT - 10 * MINUTE_MS)) });
    expect(kindOf(theirs('failed'))).toBe('fixed');
    expect(kindOf(theirs('modifying'))).toBe('fixed');
    expect(kindOf(ended({ modification: fact(modification('failed', minute(CHANGED - 1))) }))).toBe(
      'escalated',
    );
  });

  test('EC2 that is never seen to complete it is waited for, and in the end said', () => {
    const optimizing = (changedMs: number) =>
      kindOf(ended({ changedMs, modification: fact(modification('optimizing', AT - changedMs)) }));
    expect(optimizing(30 * HOUR_MS)).toBe('wait');
    expect(optimizing(8 * DAY_MS)).toBe('escalated');
    expect(kindOf(ended({ changedMs: 8 * DAY_MS, modification: missing() }))).toBe('escalated');
  });
});
