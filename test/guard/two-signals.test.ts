import { describe, expect, test } from 'vitest';
import { lossesOf } from '../../functions/node-interruption/node-signals.ts';
import { known, unknown } from '../../shared/fact.ts';
import { twoSignalsGuard } from '../../shared/guard/two-signals.ts';
import type { LossSignal } from '../../shared/pipeline/trouble.ts';
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
