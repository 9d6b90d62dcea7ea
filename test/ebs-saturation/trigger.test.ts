import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { ebsSaturationSection } from '../../functions/ebs-saturation/policy.ts';
import { trigger } from '../../functions/ebs-saturation/trigger.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { acceptSignal } from '../../shared/incident/accept.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import { CLUSTER, signalOf } from './signals-support.ts';

const policy = v.parse(ebsSaturationSection, {});
const T0 = Date.parse('2026-11-03T14:00:00Z');

/** A state of one alarm, `after` the first moment. */
function turn(state: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA', after = 0): Signal {
  const timestamp = new Date(T0 + after).toISOString();
  const changes = {
    id: `e-${state}-${after}`,
    'detail/state/value': state,
    'detail/state/timestamp': timestamp,
  };
  return signalOf('ebs-alarm-iops.json', changes);
}

function decide(after: number, ...signals: Signal[]) {
  return trigger({ signals, policy, now: T0 + after });
}

describe('the defaults', () => {
  test('an alarm stands for two minutes and is news for an hour', () => {
    expect(policy.alarm).toEqual({ standsFor: 2 * MINUTE_MS, maxEventAge: HOUR_MS });
  });
});

describe('hysteresis', () => {
  test('ALARM is looked at again when it has stood long enough, not when it was heard of', () => {
    const at = T0 + 2 * MINUTE_MS;
    expect(decide(5 * SECOND_MS, turn('ALARM'))).toMatchObject({ do: 'look-again', at });
    expect(decide(90 * SECOND_MS, turn('ALARM'))).toMatchObject({ do: 'look-again', at });
    expect(decide(2 * MINUTE_MS, turn('ALARM'))).toEqual({ do: 'open' });
  });

  test.each(['OK', 'INSUFFICIENT_DATA'] as const)(
    'T15: %s opens nothing, however long it stands',
    (state) => {
      for (const after of [0, 3 * MINUTE_MS, 2 * HOUR_MS])
        expect(decide(after, turn(state))).toMatchObject({ do: 'nothing' });
    },
  );

  test('OK within the time starts no run before it, and is kept for the one who looks then', () => {
    const look = decide(31 * SECOND_MS, turn('ALARM'), turn('OK', 30 * SECOND_MS));
    expect(look).toMatchObject({ do: 'look-again', at: T0 + 2 * MINUTE_MS });
  });

  test('news of what stood long enough reaches its run at once', () => {
    const after = 10 * MINUTE_MS;
    expect(decide(after, turn('ALARM'), turn('OK', after))).toEqual({ do: 'open' });
    expect(decide(after, turn('ALARM'), turn('INSUFFICIENT_DATA', after))).toEqual({ do: 'open' });
  });

  test('T21: an alarm that turns every 30 s opens after two minutes of turning, not at each turn', () => {
    const decisions: string[] = [];
    const known: Signal[] = [];
    for (let after = 0; after <= 3 * MINUTE_MS; after += 30 * SECOND_MS) {
      known.push(turn(after % MINUTE_MS === 0 ? 'ALARM' : 'OK', after));
      decisions.push(decide(after, ...known).do);
    }
    expect(decisions).toEqual([...Array(4).fill('look-again'), ...Array(3).fill('open')]);
  });

  test('the time is configured', () => {
    const patient = v.parse(ebsSaturationSection, { alarm: { standsFor: '10m' } });
    const decision = trigger({ signals: [turn('ALARM')], policy: patient, now: T0 + 3 * MINUTE_MS });
    expect(decision).toMatchObject({ do: 'look-again', at: T0 + 10 * MINUTE_MS });
  });
});

describe('what is late', () => {
  test('an alarm heard of after an hour opens nothing, and says how late it is', () => {
    expect(decide(HOUR_MS, turn('ALARM'))).toEqual({ do: 'open' });
    expect(decide(HOUR_MS + 1, turn('ALARM'))).toMatchObject({
      do: 'nothing',
      why: expect.stringContaining('1 h 00 m'),
    });
  });

  test('an incident that has been open for longer still takes its news', () => {
    expect(decide(5 * HOUR_MS, turn('ALARM'), turn('ALARM', 5 * HOUR_MS))).toEqual({ do: 'open' });
  });
});

describe('modifications', () => {
  test('open nothing and reach what is open', () => {
    const modified = signalOf('ebs-modify-completed.json');
    const now = modified.occurredAt;
    expect(trigger({ signals: [modified], policy, now })).toMatchObject({ do: 'nothing' });
    const alarm = { ...turn('ALARM'), occurredAt: now - 10 * MINUTE_MS };
    expect(trigger({ signals: [alarm, modified], policy, now })).toEqual({ do: 'open' });
  });

  test('an incident that no alarm opened takes everything', () => {
    const modified = signalOf('ebs-modify-optimizing.json');
    expect(trigger({ signals: [modified, turn('OK')], policy, now: T0 })).toEqual({ do: 'open' });
  });
});

describe('the ledger', () => {
  const about = { trouble: 'ebs-saturation', cluster: CLUSTER, now: T0 };
  const accept = (incident: Incident | undefined, signal: Signal) => acceptSignal(incident, signal, about);

  test('a copy and an older state of an alarm never open its incident again', () => {
    const { incident } = accept(undefined, turn('ALARM'));
    const closed: Incident = { ...accept(incident, turn('OK', MINUTE_MS)).incident, status: 'closed' };
    expect(accept(closed, turn('ALARM')).disposition).toBe('duplicate');
    expect(accept(closed, turn('OK', MINUTE_MS)).disposition).toBe('duplicate');
    expect(accept(closed, turn('ALARM', 30 * SECOND_MS)).disposition).toBe('late');
    expect(accept(closed, turn('ALARM', 2 * MINUTE_MS)).disposition).toBe('reopened');
  });

  test('another alarm and another contributor about the same volume are other news', () => {
    const { incident } = accept(undefined, turn('ALARM', HOUR_MS));
    const contributor = signalOf('ebs-contributor.json');
    const joined = accept(incident, contributor);
    expect(joined.disposition).toBe('joined');
    const other = signalOf('ebs-contributor.json', { 'detail/alarmContributor/id': '1908' });
    expect(accept(joined.incident, other).disposition).toBe('joined');
    expect(accept(joined.incident, contributor).disposition).toBe('duplicate');
  });

  property.prop([fc.array(fc.tuple(fc.constantFrom('ALARM', 'OK'), fc.nat(300)), { minLength: 1 })])(
    'T21: whatever the turns, nothing opens before the time or without ALARM, and then it always does',
    (turns) => {
      const signals = turns.map(([state, second]) => turn(state, second * SECOND_MS));
      const now = T0 + 300 * SECOND_MS;
      const alarms = turns.filter(([state]) => state === 'ALARM').map(([, second]) => second);
      const stood = 300 - Math.min(...alarms);
      const { do: done } = trigger({ signals, policy, now });
      if (alarms.length > 0) expect(done).toBe(stood >= 120 ? 'open' : 'look-again');
      else expect(done).toBe(turns.length === 1 ? 'nothing' : 'open');
    },
  );
});
