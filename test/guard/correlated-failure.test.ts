import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import { known, unknown } from '../../shared/fact.ts';
import { correlatedFailureGuard, judgeFailures } from '../../shared/guard/correlated-failure.ts';
import type { WentBad } from '../../shared/incident/went-bad.ts';
import type { FleetNode } from '../../shared/pipeline/trouble.ts';
import { defaultRules } from '../support/policy.ts';
import { guardInput, NOW, nothingRemembered } from './input.ts';

const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];

/** So many nodes in each zone, the zones in turn. */
function fleetOf(perZone: number): FleetNode[] {
  return Array.from({ length: perZone }, (_, index) => index).flatMap((index) =>
    ZONES.map((zone) => ({ id: `${zone}/${index}`, zone, inGroup: false })),
  );
}

function bad(nodes: readonly { id: string; zone?: string }[]): WentBad[] {
  return nodes.map(({ id, zone }, index) => ({
    subject: id,
    at: NOW - MINUTE_MS + index,
    ...(zone !== undefined && { zone }),
  }));
}

/** So much of a fleet, rounded to whole nodes. */
function part(nodes: readonly FleetNode[], percent: number): FleetNode[] {
  return nodes.slice(0, Math.round((nodes.length * percent) / 100));
}

const byShareAlone = { ...defaultRules.brake, nodes: 1_000 };
const fleet = fleetOf(20);
const inZone = fleet.filter(({ zone }) => zone === ZONES[0]);

describe('T17: nodes go bad within a minute', () => {
  const large = fleetOf(100);
  const one = large.filter(({ zone }) => zone === ZONES[0]);

  test.each([
    [5, false, '15 of 300 nodes went bad'],
    [19, false, '57 of 300 nodes went bad'],
    [21, true, '63 of 300 nodes went bad within 10 m 00 s, more than 20%'],
    [56, true, 'every zone, full stop: 56 of 100 nodes of eu-west-1a, 56 of 100'],
    [100, true, 'every zone, full stop'],
  ])('%i %% of all zones', (percent, holds, why) => {
    const found = judgeFailures(bad(part(large, percent)), large, byShareAlone);
    expect(found).toMatchObject({ holds, why: expect.stringContaining(why) });
  });

  test.each([
    [5, false, '5 of 300 nodes went bad'],
    [19, false, '19 of 300 nodes went bad'],
    [21, false, '21 of 300 nodes went bad'],
    [56, true, 'zone event, hands off: 56 of 100 nodes of eu-west-1a went bad'],
    [100, true, 'zone event, hands off: 100 of 100 nodes of eu-west-1a went bad'],
  ])('%i %% of one zone of three, which is a third of that of the cluster', (percent, holds, why) => {
    const found = judgeFailures(bad(part(one, percent)), large, byShareAlone);
    expect(found).toMatchObject({ holds, why: expect.stringContaining(why) });
  });

  test.each([
    [5, false, '1 went bad'],
    [15, false, '3 of 60 nodes went bad'],
    [20, true, '4 went bad within 10 m 00 s, more than 3; the cluster has 60 nodes'],
    [55, true, '11 went bad'],
    [60, true, 'zone event, hands off: 12 of 20 nodes of eu-west-1a went bad'],
  ])('%i %% of a zone of twenty, by the default of three nodes', (percent, holds, why) => {
    const found = judgeFailures(bad(part(inZone, percent)), fleet, defaultRules.brake);
    expect(found).toMatchObject({ holds, why: expect.stringContaining(why) });
  });
});

describe('the brake', () => {
  test('one bad node is no correlation, even in a cluster of two', () => {
    const two = fleet.slice(0, 2);
    expect(judgeFailures(bad(two.slice(0, 1)), two, defaultRules.brake).holds).toBe(false);
    expect(judgeFailures(bad(two), two, defaultRules.brake).holds).toBe(true);
  });

  test('nodes that are gone by now count, with the zone they had', () => {
    const left = inZone.slice(12);
    const found = judgeFailures(bad(inZone.slice(0, 12)), left, byShareAlone);
    expect(found.why).toContain('12 of 20 nodes of eu-west-1a');
  });

  test('a Node without a zone label is in the zone that its instance had', () => {
    const unlabelled = fleet.map((node) => ({ ...node, zone: node.zone === ZONES[0] ? '' : node.zone }));
    const found = judgeFailures(bad(inZone.slice(0, 12)), unlabelled, byShareAlone);
    expect(found).toMatchObject({
      holds: true,
      why: expect.stringContaining('12 of 12 nodes of eu-west-1a'),
    });
  });

  test('it is lifted when the oldest is out of the window, and says when', () => {
    const [oldest, ...rest] = bad(part(inZone, 25));
    const wentBad = known([oldest as WentBad, ...rest], 'ledger', NOW);
    const facts = { ...guardInput().facts, fleet };
    const verdict = correlatedFailureGuard.judge(
      guardInput({ facts, remembered: { ...nothingRemembered, wentBad } }),
    );
    expect(verdict).toMatchObject({
      verdict: 'refuse',
      isUnknown: true,
      againAt: NOW + 9 * MINUTE_MS,
      rule: 'paramedic.yaml:20 global.correlatedFailure',
    });
    const later = guardInput({
      facts,
      remembered: { ...nothingRemembered, wentBad },
      now: NOW + 10 * MINUTE_MS,
    });
    expect(correlatedFailureGuard.judge(later).verdict).toBe('allow');
    // Our clock was set back: what lies ahead of it has not happened yet.
    const before = guardInput({
      facts,
      remembered: { ...nothingRemembered, wentBad },
      now: NOW - 5 * MINUTE_MS,
    });
    expect(correlatedFailureGuard.judge(before).verdict).toBe('allow');
  });

  test('V11: unread is not none, and an unknown fleet is not a large one', () => {
    const wentBad = unknown('throttled', 'ledger', NOW);
    const unread = guardInput({ remembered: { ...nothingRemembered, wentBad } });
    expect(correlatedFailureGuard.judge(unread)).toMatchObject({ verdict: 'refuse', isUnknown: true });
    expect(judgeFailures(bad(inZone.slice(0, 2)), undefined, defaultRules.brake).holds).toBe(true);
    expect(judgeFailures(bad(inZone.slice(0, 1)), undefined, defaultRules.brake).holds).toBe(false);
  });
});
