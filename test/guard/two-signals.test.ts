import { describe, expect, test } from 'vitest';
import { lossesOf } from '../../functions/node-interruption/node-signals.ts';
import { known, unknown } from '../../shared/fact.ts';
import { capacityFloorGuard, neededOf } from '../../shared/guard/capacity-floor.ts';
import { twoSignalsGuard } from '../../shared/guard/two-signals.ts';
import type { GroupCapacity, LossSignal } from '../../shared/pipeline/trouble.ts';
import { factsWith, incident, WARNED_AT } from '../support/facts.ts';
import { defaultPolicy } from '../support/policy.ts';
import { drain, guardInput } from './input.ts';

const ec2 = (says: LossSignal['says']): LossSignal => ({ source: 'EC2', says, evidence: `EC2 says ${says}` });
const node = (says: LossSignal['says']): LossSignal => ({ source: 'Node', says, evidence: `Node ${says}` });

function judge(losses: LossSignal[] | undefined) {
  const { facts } = guardInput();
  const action = { ...drain, onLoss: true as const };
  return twoSignalsGuard.judge(guardInput({ action, facts: { ...facts, ...(losses && { losses }) } }));
}

describe('T16: two signals for a lost node', () => {
  test('both say so: allowed, with the evidence', () => {
    expect(judge([ec2('lost'), node('lost')])).toEqual({
      verdict: 'allow',
      reason: 'EC2 says lost; Node lost',
    });
  });

  test.each([
    [[ec2('alive'), node('lost')], 'signals disagree: EC2 says alive; Node lost'],
    [[ec2('lost'), node('alive')], 'signals disagree: Node alive; EC2 says lost'],
    [[ec2('lost'), node('lost'), { ...node('alive'), source: 'lease' }], 'signals disagree'],
    [[ec2('unknown'), node('lost')], 'lost by 1 of 2 independent signals: EC2 says unknown; Node lost'],
    [[ec2('lost'), ec2('lost')], 'lost by 1 of 2'],
    [[], 'lost by 0 of 2 independent signals: no signal says so'],
    [undefined, 'lost by 0 of 2'],
  ])('%j is not enough', (losses, reason) => {
    expect(judge(losses)).toMatchObject({
      verdict: 'refuse',
      isUnknown: true,
      reason: expect.stringContaining(reason),
    });
  });

  test('a step that does not rest on the loss needs none', () => {
    expect(twoSignalsGuard.judge(guardInput()).verdict).toBe('allow');
  });

  test('what EC2 and the Node say of an instance', () => {
    const said = (over: Parameters<typeof factsWith>[1]) => {
      const facts = factsWith([], over);
      const about = { facts, incident: incident(), policy: defaultPolicy, standDownFor: [], now: WARNED_AT };
      return lossesOf(about).map(({ source, says }) => `${source} ${says}`);
    };
    const of = factsWith([]);
    const instance = of.instance.known && of.instance.value !== null ? of.instance.value : undefined;
    const onNode = of.node.known && of.node.value !== null ? of.node.value : undefined;
    if (instance === undefined || onNode === undefined) throw new Error('the facts have neither');
    expect(said({})).toEqual(['EC2 alive', 'Node alive']);
    const stopped = known({ ...instance, state: 'stopped' as const }, 'ec2', WARNED_AT);
    const notReady = known({ ...onNode, ready: false }, 'kubernetes', WARNED_AT);
    expect(said({ instance: stopped, node: notReady })).toEqual(['EC2 lost', 'Node lost']);
    expect(said({ instance: known(null, 'ec2', WARNED_AT), node: known(null, 'k', WARNED_AT) })).toEqual([
      'EC2 unknown',
      'Node lost',
    ]);
    const unread = unknown('throttled', 'ec2', WARNED_AT);
    expect(said({ instance: unread, node: unread })).toEqual(['EC2 unknown', 'Node unknown']);
  });
});

describe('capacity floor', () => {
  function inGroup(capacity: GroupCapacity | null | undefined) {
    const { capacity: _, ...facts } = guardInput().facts;
    return capacityFloorGuard.judge(
      guardInput({ facts: { ...facts, ...(capacity !== undefined && { capacity }) } }),
    );
  }

  test.each([
    [10, 8, 'allow'],
    [10, 7, 'refuse'],
    [5, 4, 'allow'],
    [5, 3, 'refuse'],
    [3, 2, 'allow'],
    [3, 1, 'refuse'],
    [2, 1, 'allow'],
    [1, 0, 'allow'],
  ] as const)('of %i nodes %i would be left: %s', (desired, others, verdict) => {
    const said = inGroup({ group: 'spot', desired, others });
    expect(said).toMatchObject({ verdict, rule: 'paramedic.yaml:30 global.capacityFloor' });
    expect(said.reason).toContain(`${others} of ${desired} nodes of spot would be in service`);
  });

  test('shares without an exact binary form are counted as people count', () => {
    expect([5, 15, 70].map((desired) => neededOf(desired, 0.8))).toEqual([4, 12, 56]);
  });

  test('V11: an unknown capacity refuses, no group has none, a desired of 0 is no answer', () => {
    expect(inGroup(undefined)).toMatchObject({ verdict: 'refuse', isUnknown: true });
    expect(inGroup({ group: 'spot', desired: 0, others: 0 })).toMatchObject({ verdict: 'refuse' });
    expect(inGroup(null).verdict).toBe('allow');
  });

  test('a node AWS is taking, and a step that takes none, are not asked', () => {
    const { facts } = guardInput();
    const low = { ...facts, capacity: { group: 'spot', desired: 10, others: 0 } };
    expect(capacityFloorGuard.judge(guardInput({ facts: { ...low, taken: true } })).verdict).toBe('allow');
    const { disrupts: _, ...harmless } = drain;
    expect(capacityFloorGuard.judge(guardInput({ facts: low, action: harmless })).verdict).toBe('allow');
  });
});
