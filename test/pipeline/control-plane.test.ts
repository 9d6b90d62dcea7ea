import { describe, expect, test } from 'vitest';
import { FaultPlan, type FaultRuleInput } from '../../simulator/faults.ts';
import { assertAppliedOnce } from '../../simulator/invariants.ts';
import { interrupt } from '../support/simulate.ts';

function withFault(...rules: FaultRuleInput[]) {
  return interrupt({ faults: new FaultPlan(rules) });
}

describe('T09: the Kubernetes API in trouble', () => {
  test('unreachable until after the deadline: held, escalated, named; nothing is done in EC2 instead', async () => {
    const { incident, world } = await withFault({ port: 'kubernetes', fault: { kind: 'unreachable' } });
    expect(incident.outcome?.kind).toBe('escalated');
    expect(incident.outcome?.details.join()).toContain('unreachable');
    expect(world.calls.mutations()).toEqual([]);
  });

  test('unreachable for the first seconds only: drained all the same', async () => {
    const { incident } = await withFault({ port: 'kubernetes', until: 6, fault: { kind: 'unreachable' } });
    expect(incident.outcome?.kind).toBe('fixed');
  });

  test('no permission to evict: escalated with the permission, after one attempt per pod', async () => {
    const { incident, world } = await withFault({ method: 'evictPod', fault: { kind: 'unauthorised' } });
    expect(incident.outcome?.kind).toBe('escalated');
    expect(incident.outcome?.details.join()).toContain('unauthorised');
    expect(world.calls.calls.filter((call) => call.method === 'evictPod').length).toBeLessThanOrEqual(8);
  });

  test('no permission to cordon: not drained, escalated', async () => {
    const { incident, world } = await withFault({ method: 'patchNode', fault: { kind: 'unauthorised' } });
    expect(incident.outcome).toMatchObject({ kind: 'escalated', summary: expect.stringContaining('cordon') });
    expect(world.calls.calls.some((call) => call.method === 'evictPod')).toBe(false);
  });

  test.each<[string, FaultRuleInput]>([
    ['throttled evictions', { method: 'evictPod', until: 6, fault: { kind: 'throttle', retryAfter: '1s' } }],
    ['evictions whose answer is lost', { method: 'evictPod', percent: 50, fault: { kind: 'lost-reply' } }],
    [
      'transient errors on every third call',
      { port: 'kubernetes', percent: 30, fault: { kind: 'transient' } },
    ],
    [
      'evictions that hang for ten seconds',
      { method: 'evictPod', until: 2, fault: { kind: 'hang', for: '10s' } },
    ],
    ['slow lists', { method: 'listPods', fault: { kind: 'slow', for: '2s' } }],
    ['stale lists', { method: 'listPods', fault: { kind: 'stale', for: '3s' } }],
    ['duplicated evictions', { method: 'evictPod', fault: { kind: 'duplicate' } }],
  ])('%s: every pod still moves', async (_name, rule) => {
    const { incident } = await withFault(rule);
    expect(incident.outcome).toMatchObject({ kind: 'fixed', summary: expect.stringMatching(/^4 of 4/) });
  });

  test('a cordon that loses against another change is tried again on the newer node', async () => {
    const { incident, world } = await withFault({
      method: 'patchNode',
      nth: 1,
      fault: { kind: 'transient' },
    });
    expect(incident.outcome?.kind).toBe('fixed');
    assertAppliedOnce(world);
  });
});

describe('AWS in trouble', () => {
  test('EC2 throttled while receiving: the warning is redelivered, not dropped', async () => {
    const { incident } = await withFault({ port: 'ec2', until: 2, fault: { kind: 'throttle' } });
    expect(incident.outcome?.kind).toBe('fixed');
  });

  test('EC2 never answers: the Nodes tell whose instance it is, and the drain runs', async () => {
    const { incident } = await withFault({ port: 'ec2', fault: { kind: 'throttle' } });
    expect(incident.outcome?.kind).toBe('fixed');
  });

  test('V9: a topic that takes nothing changes no outcome; the sweep announces later', async () => {
    const { incident, world, simulation } = await withFault({
      port: 'topic',
      until: 6,
      fault: { kind: 'transient' },
    });
    expect(incident.outcome?.kind).toBe('fixed');
    expect(world.topic.messages).toEqual([]);
    for (let round = 0; round < 6; round++) await simulation.sweep();
    expect(world.topic.messages.length).toBe(1);
    expect(world.topic.messages[0]?.attributes['stage']).toBe('closed');
  });

  test('T47: a ledger that throttles now and then loses nothing', async () => {
    const { incident, world } = await withFault({ port: 'table', percent: 15, fault: { kind: 'throttle' } });
    expect(incident.outcome?.kind).toBe('fixed');
    assertAppliedOnce(world);
  });
});
