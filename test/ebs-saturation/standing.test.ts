import { describe, expect, test } from 'vitest';
import type { EbsSaturationFacts } from '../../functions/ebs-saturation/facts.ts';
import { readAlarms } from '../../functions/ebs-saturation/reading/alarms.ts';
import { type AlarmReading, standingOf } from '../../functions/ebs-saturation/standing.ts';
import { standingLines } from '../../functions/ebs-saturation/told/alarms.ts';
import { HOUR_MS, isoTime, MINUTE_MS } from '../../shared/clock.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import { SimAlarms } from '../../simulator/alarms.ts';
import { signalOf } from './signals-support.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const LONG_AGO = NOW - 2 * HOUR_MS;

function alarm(at: number, state = 'ALARM', file = 'ebs-alarm-iops.json'): Signal {
  return signalOf(file, { 'detail/state/timestamp': isoTime(at), 'detail/state/value': state });
}

const read = (signal: Signal, reading: Omit<AlarmReading, 'meaning'>) => ({
  meaning: signal.meaning,
  ...reading,
});

describe('what was read of an alarm', () => {
  const heard = alarm(LONG_AGO);

  test('counts over older news, from the time that CloudWatch gives', () => {
    const since = LONG_AGO + HOUR_MS;
    const standing = standingOf([heard], [read(heard, { state: 'OK', since })]);
    expect(standing).toMatchObject({ firing: [], clearSince: since });
  });

  test('does not count where it is older than what was heard', () => {
    const stale = read(heard, { state: 'OK', since: LONG_AGO - MINUTE_MS });
    expect(standingOf([heard], [stale]).firing).toHaveLength(1);
  });

  test('without a time of its own is not told as if it had been so since the alarm', () => {
    expect(standingOf([heard], [read(heard, { state: 'OK' })]).isDated).toBe(false);
    expect(standingOf([heard], [read(heard, { state: 'OK', since: NOW })]).isDated).toBe(true);
    expect(standingOf([alarm(LONG_AGO, 'OK')], []).isDated).toBe(true);
  });

  test('that has no data is unclear, and not clear', () => {
    const silent = read(heard, { state: 'INSUFFICIENT_DATA', since: NOW });
    expect(standingOf([heard], [silent])).toMatchObject({ isUnclear: true, clearSince: null });
  });

  test('one that was deleted is not in ALARM, and is named; another that is in ALARM still is', () => {
    const other = { ...alarm(LONG_AGO), meaning: 'alarm:other' };
    const gone = read(heard, { state: 'deleted' });
    expect(standingOf([heard], [gone])).toMatchObject({ firing: [], deleted: [expect.any(String)] });
    expect(standingOf([heard, other], [gone])).toMatchObject({ clearSince: null });
  });
});

describe('reading alarms', () => {
  const scope = { account: '210987654321', region: 'eu-west-1' };
  const series = alarm(LONG_AGO, 'ALARM', 'ebs-contributor.json');
  const fleet = 'ebs-iops-exceeded-fleet';
  const id = String(series.data['contributor']);

  function fleetIn(state: 'OK' | 'ALARM', firing: readonly string[]): SimAlarms {
    const alarms = new SimAlarms(scope);
    alarms.putMetric(fleet, { StateValue: state, StateTransitionedTimestamp: new Date(NOW) });
    alarms.putContributors(
      fleet,
      firing.map((ContributorId) => ({ ContributorId, ContributorAttributes: {}, StateReason: '' })),
    );
    return alarms;
  }

  async function stateOf(alarms: SimAlarms, signal = series): Promise<string | undefined> {
    const fact = await readAlarms(alarms.port(), [signal], NOW);
    return fact.known ? fact.value[0]?.state : 'unknown';
  }

  test('asks nothing about what was heard lately, or is OK', async () => {
    const alarms = new SimAlarms(scope);
    for (const signal of [alarm(NOW - 29 * MINUTE_MS), alarm(LONG_AGO, 'OK')])
      expect(await stateOf(alarms, signal)).toBeUndefined();
    expect(await stateOf(alarms, alarm(NOW - 30 * MINUTE_MS))).toBe('deleted');
  });

  test('a series is in ALARM while it is listed, and not while its alarm is OK', async () => {
    expect(await stateOf(fleetIn('ALARM', [id]))).toBe('ALARM');
    expect(await stateOf(fleetIn('ALARM', ['another']))).toBe('OK');
    expect(await stateOf(fleetIn('OK', [id]))).toBe('OK');
  });

  test('a series that a full list leaves out is not taken for OK', async () => {
    const full = Array.from({ length: 100 }, (_, index) => `other-${index}`);
    expect(await stateOf(fleetIn('ALARM', full))).toBe('ALARM');
  });

  test('series that cannot be listed are unread, and hide no other alarm', async () => {
    const alarms = fleetIn('ALARM', [id]);
    alarms.describeContributors = async () => {
      throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    };
    const other = alarm(LONG_AGO);
    const fact = await readAlarms(alarms.port(), [series, other], NOW);
    expect(fact.known && fact.value).toMatchObject([{ state: 'unread' }, { state: 'deleted' }]);
    const standing = standingOf([series, other], fact.known ? fact.value : []);
    expect(standing).toMatchObject({ firing: [fleet], deleted: [expect.any(String)] });
    const incident = { signals: [series, other] } as unknown as Incident;
    const facts = { alarms: fact } as EbsSaturationFacts;
    expect(standingLines({ facts, incident }).join()).toContain('is unknown');
  });

  test('a failed read is unknown', async () => {
    const alarms = fleetIn('ALARM', [id]);
    alarms.describeAlarms = async () => {
      throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    };
    expect(await stateOf(alarms)).toBe('unknown');
  });
});
