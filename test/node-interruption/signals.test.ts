import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { events } from '../../functions/node-interruption/events.ts';
import { toSignals } from '../../functions/node-interruption/signals.ts';
import { isExpected, trigger } from '../../functions/node-interruption/trigger.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import { INSTANCE, incident, WARNED_AT, warning } from '../support/facts.ts';
import { defaultPolicy } from '../support/policy.ts';

const HOOK = {
  AutoScalingGroupName: 'workers',
  LifecycleHookName: 'drain',
  EC2InstanceId: INSTANCE,
  LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  Origin: 'AutoScalingGroup',
  Destination: 'EC2',
};

function read(detailType: string, detail: unknown, source = 'aws.ec2') {
  const envelope = { id: 'e', account: '111122223333', region: 'eu-west-1', time: WARNED_AT, resources: [] };
  return toSignals({ ...envelope, source, detailType, detail });
}

function hook(over: object) {
  return read('EC2 Instance-terminate Lifecycle Action', { ...HOOK, ...over }, 'aws.autoscaling');
}

describe('events become signals', () => {
  test.each(['stopping', 'stopped', 'shutting-down', 'terminated'])('the state %s', (state) => {
    const result = read('EC2 Instance State-change Notification', { 'instance-id': INSTANCE, state });
    expect(result).toMatchObject({
      signals: [{ kind: 'state-change', meaning: `state:${state}`, data: { state } }],
    });
  });

  test.each(['pending', 'running'])('the state %s takes no node away', (state) => {
    expect(read('EC2 Instance State-change Notification', { 'instance-id': INSTANCE, state }).kind).toBe(
      'ignored',
    );
  });

  test('a state nobody documents is malformed, not ignored', () => {
    const detail = { 'instance-id': INSTANCE, state: 'melting' };
    expect(read('EC2 Instance State-change Notification', detail).kind).toBe('malformed');
  });

  test('a hook carries its group and name; one for the warm pool or a launch is no termination', () => {
    expect(hook({})).toMatchObject({
      signals: [{ data: { group: 'workers', hook: 'drain' }, subject: { id: INSTANCE } }],
    });
    expect(hook({ Destination: 'WarmPool' })).toMatchObject({
      kind: 'ignored',
      reason: expect.stringContaining('warm pool'),
    });
    expect(hook({ LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' }).kind).toBe('ignored');
  });

  test.each([
    [{ LifecycleHookName: 'a\u0000b' }],
    [{ LifecycleHookName: 'x'.repeat(300) }],
    [{ LifecycleHookName: undefined }],
    [{ AutoScalingGroupName: 7 }],
    [{ EC2InstanceId: '' }],
  ])('a hook with %j is malformed', (over) => {
    expect(hook(over).kind).toBe('malformed');
  });

  test('the same words from another source are nobody’s', () => {
    expect(read('EC2 Instance-terminate Lifecycle Action', HOOK).kind).toBe('ignored');
    expect(read('EC2 Instance Rebalance Recommendation', { 'instance-id': INSTANCE }, 'my.app').kind).toBe(
      'ignored',
    );
  });

  test('a capacity warning without a time is a two-minute notice, one with nonsense is malformed', () => {
    const name = 'EC2 Interruptible Capacity Reservation Instance Interruption Warning';
    expect(read(name, { 'instance-id': INSTANCE })).toMatchObject({
      signals: [{ data: { action: 'terminate' } }],
    });
    expect(read(name, { 'instance-id': INSTANCE, 'instance-termination-time': 'soon' }).kind).toBe(
      'malformed',
    );
    expect(
      read(name, { 'instance-id': INSTANCE, 'instance-termination-time': '2026-13-45T99:00:00Z' }).kind,
    ).toBe('malformed');
  });

  property.prop([fc.constantFrom(...events), fc.json({ maxDepth: 3 })])(
    'any detail gives a value',
    ({ source, detailType }, json) => {
      const result = read(detailType, JSON.parse(json), source);
      expect(['signals', 'ignored', 'malformed']).toContain(result.kind);
    },
  );

  property.prop([
    fc.constantFrom(...events),
    fc.dictionary(
      fc.constantFrom(
        ...Object.keys(HOOK),
        'instance-id',
        'state',
        'instance-action',
        'instance-termination-time',
        '__proto__',
        'constructor',
      ),
      fc.anything(),
    ),
  ])('a signal never carries an id that is not one', ({ source, detailType }, detail) => {
    const result = read(detailType, detail, source);
    if (result.kind === 'signals') expect(result.signals[0].subject.id).toMatch(/^i-[0-9a-f]{8,17}$/);
  });
});

describe('what opens an incident', () => {
  const decide = (...signals: Signal[]) => trigger({ signals, policy: defaultPolicy, now: WARNED_AT }).do;
  const rebalance = warning({ kind: 'rebalance', meaning: 'rebalance', data: {} });
  const termination = warning({
    kind: 'termination-hook',
    meaning: 'termination-hook:drain',
    data: { group: 'g', hook: 'drain' },
  });

  test('warnings and state changes do; recommendations and hooks only where they are configured', () => {
    expect(decide(warning())).toBe('open');
    expect(decide(warning({ kind: 'state-change', data: { state: 'stopping' } }))).toBe('open');
    expect(decide(rebalance)).toBe('nothing');
    expect(decide(termination)).toBe('nothing');
    const policy = { ...defaultPolicy, terminationHooks: { names: ['drain'], drainWithin: 1 } };
    expect(trigger({ signals: [termination], policy, now: WARNED_AT }).do).toBe('open');
  });

  test('what opens nothing by itself joins an incident that is open', () => {
    expect(decide(warning(), rebalance)).toBe('open');
  });
});

describe('the end that was announced', () => {
  const closed = (kind: 'fixed' | 'mitigated' | 'observed', signal = warning()) =>
    incident(
      { status: 'closed', closedAt: WARNED_AT + 60_000, outcome: { kind, summary: '', details: [] } },
      signal,
    );
  const change = (state: string, after = 120_000) =>
    warning({
      kind: 'state-change',
      meaning: `state:${state}`,
      occurredAt: WARNED_AT + after,
      data: { state },
    });

  test('is no news to an incident that closed over its warning', () => {
    expect(isExpected(closed('fixed'), change('shutting-down'))).toBe(true);
    expect(isExpected(closed('mitigated'), change('terminated'))).toBe(true);
  });

  test('a stop is, when pods were left or nobody announced a stop', () => {
    const stop = warning({ data: { action: 'stop' } });
    expect(isExpected(closed('fixed', stop), change('stopped'))).toBe(true);
    expect(isExpected(closed('mitigated', stop), change('stopped'))).toBe(false);
    expect(isExpected(closed('fixed'), change('stopped'))).toBe(false);
  });

  test('an hour later it is another story, and what the sweep found never waits', () => {
    expect(isExpected(closed('fixed'), change('terminated', 2 * 3_600_000))).toBe(false);
    const found = { ...change('terminated'), data: { state: 'terminated', foundBy: 'sweep' } };
    expect(isExpected(closed('fixed'), found)).toBe(false);
  });

  test('after a recommendation alone nothing was announced', () => {
    const recommended = warning({ kind: 'rebalance', meaning: 'rebalance', data: {} });
    expect(isExpected(closed('fixed', recommended), change('terminated'))).toBe(false);
  });

  test('an older state than one that was seen is no news', () => {
    const seen = { ...closed('fixed'), seen: { 'state:stopped': WARNED_AT + 500_000 } };
    expect(isExpected(seen, change('stopping', 400_000))).toBe(true);
    expect(isExpected({ ...seen, signals: [] }, change('stopping', 900_000))).toBe(false);
  });
});
