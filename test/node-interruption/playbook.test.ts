import { describe, expect, test } from 'vitest';
import type { NodeInterruptionFacts } from '../../functions/node-interruption/facts.ts';
import type { Input } from '../../functions/node-interruption/input.ts';
import { playbook } from '../../functions/node-interruption/playbook.ts';
import type { NodeInterruptionPolicy } from '../../functions/node-interruption/policy.ts';
import { known, unknown } from '../../shared/fact.ts';
import type { Incident, StepRecord } from '../../shared/incident/incident.ts';
import type { Plan } from '../../shared/incident/plan.ts';
import { stepKey } from '../../shared/incident/step-key.ts';
import { factsWith, groupFacts, incident, pod, WARNED_AT, warning } from '../support/facts.ts';
import { defaultPolicy } from '../support/policy.ts';

interface Case {
  facts?: NodeInterruptionFacts;
  policy?: NodeInterruptionPolicy;
  ageSeconds?: number;
  of?: Incident;
}

function input({ facts, policy, ageSeconds = 1, of }: Case = {}): Input {
  return {
    facts: facts ?? factsWith([pod('api-1'), pod('api-2')]),
    incident: of ?? incident(),
    policy: policy ?? defaultPolicy,
    standDownFor: ['karpenter', 'nth', 'eks-auto-mode'],
    now: WARNED_AT + ageSeconds * 1000,
  };
}

function actions(plan: Plan): string[] {
  return plan.steps.map((step) => step.action);
}

function doneRecords(plan: Plan): StepRecord[] {
  return plan.steps.map((step) => ({
    key: stepKey(step),
    step,
    state: 'done',
    decision: 'mode auto',
    startedAt: WARNED_AT + 1000,
    endedAt: WARNED_AT + 40_000,
  }));
}

describe('the playbook on a Spot warning', () => {
  test('a fresh terminate warning: cordon, drain, then the rung for not-ready pods', () => {
    expect(actions(playbook(input()))).toEqual(['cordon', 'drain', 'delete-not-ready']);
  });

  test.each([
    [0, ['cordon', 'drain', 'delete-not-ready']],
    [60, ['cordon', 'drain', 'delete-not-ready']],
    [119, ['cordon']],
    [121, []],
    [600, []],
  ])('T26: a warning %i s old gives %j', (ageSeconds, expected) => {
    expect(actions(playbook(input({ ageSeconds })))).toEqual(expected);
  });

  test.each(['shutting-down', 'terminated', 'stopping', 'stopped'] as const)(
    'an instance that is %s already is not drained any more',
    (state) => {
      const facts = factsWith([pod('api-1')]);
      const instance = facts.instance.known ? facts.instance.value : null;
      const gone = {
        ...facts,
        instance: known(instance === null ? null : { ...instance, state }, 'ec2', WARNED_AT),
      };
      const plan = playbook(input({ facts: gone }));
      expect(actions(plan)).not.toContain('cordon');
      expect(actions(plan)).not.toContain('drain');
    },
  );

  test('stop never deletes not-ready pods by default, force is added only when configured', () => {
    const stop = incident({}, warning({ data: { action: 'stop' } }));
    expect(actions(playbook(input({ of: stop })))).toEqual(['cordon', 'drain']);
    const policy = { ...defaultPolicy, drain: { ...defaultPolicy.drain, force: true } };
    expect(actions(playbook(input({ policy }))).at(-1)).toBe('force-delete');
  });

  test('hibernation gets cordon and drain only', () => {
    const policy = {
      ...defaultPolicy,
      drain: { ...defaultPolicy.drain, force: true, deleteNotReady: 'always' as const },
    };
    const hibernate = incident({}, warning({ data: { action: 'hibernate' } }));
    expect(actions(playbook(input({ of: hibernate, policy })))).toEqual(['cordon', 'drain']);
  });

  test('an unreadable cluster is held and tried again, then escalated; nothing else is proposed', () => {
    const missing = unknown('no route', 'kubernetes', WARNED_AT);
    const facts = factsWith([], { node: missing, pods: missing, controllers: missing });
    const early = playbook(input({ facts }));
    expect(early.next.do).toBe('wait');
    expect(actions(early)).toEqual([]);
    const late = playbook(input({ facts, ageSeconds: 106 }));
    expect(late.next).toMatchObject({ do: 'close', outcome: { kind: 'escalated' } });
  });

  test('unknown pods are not no pods: the drain is still planned', () => {
    const facts = factsWith([], { pods: unknown('throttled', 'kubernetes', WARNED_AT) });
    expect(actions(playbook(input({ facts })))).toContain('drain');
  });

  test('no movable pod means no drain', () => {
    expect(actions(playbook(input({ facts: factsWith([]) })))).toEqual(['cordon']);
  });

  test('T14: no Node of the instance means nothing to do', () => {
    const plan = playbook(input({ facts: factsWith([], { node: known(null, 'kubernetes', WARNED_AT) }) }));
    expect(actions(plan)).toEqual([]);
    expect(plan.next).toMatchObject({ outcome: { kind: 'ignored' } });
  });

  test('settled steps are not proposed again', () => {
    const first = playbook(input());
    const after = playbook(input({ of: incident({ records: doneRecords(first) }) }));
    expect(actions(after)).toEqual([]);
  });

  test('the same notice gives the same step keys at any second: an approval stays valid', () => {
    const keys = (ageSeconds: number) => playbook(input({ ageSeconds })).steps.map(stepKey);
    expect(keys(2)).toEqual(keys(50));
  });

  test('the plan names the budget that allows nothing and the pods it holds', () => {
    const facts = factsWith([pod('db-0', { budgets: ['web/db'] })], {
      budgets: known(
        [{ name: 'web/db', disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 2 }],
        'k',
        WARNED_AT,
      ),
    });
    const text = JSON.stringify(playbook(input({ facts })).findings);
    expect(text).toContain('budget web/db allows no disruption now');
    expect(text).toContain('web/db-0');
  });
});

describe('a very full node', () => {
  test('its plan and record together stay far below the 400 KB of a ledger row', () => {
    const crowd = Array.from({ length: 737 }, (_, n) =>
      pod(`a-rather-long-deployment-name-7d9f8c6b5d-${n}`, {
        budgets: ['web/a-rather-long-deployment-name'],
      }),
    );
    const budget = {
      name: 'web/a-rather-long-deployment-name',
      disruptionsAllowed: 0,
      currentHealthy: 1,
      desiredHealthy: 1,
    };
    const plan = playbook(input({ facts: factsWith(crowd, { budgets: known([budget], 'k', WARNED_AT) }) }));
    expect(2 * JSON.stringify(plan).length).toBeLessThan(300_000);
    expect(plan.steps[1]?.notes?.['pods']).toHaveLength(737);
  });
});

describe('detaching for an early replacement', () => {
  const policy = { ...defaultPolicy, replacement: { detach: true, terminateStragglers: false } };
  const group = groupFacts();
  const hook = {
    name: 'drain',
    heartbeatMs: 3_600_000,
    globalMs: 172_800_000,
    defaultResult: 'ABANDON' as const,
  };

  test.each([
    ['a self-managed group in service', group, true],
    ['a managed node group', { ...group, nodegroup: 'workers' }, false],
    ['a group with a terminate hook', { ...group, terminateHooks: [hook] }, false],
    ['an instance that is terminating', { ...group, lifecycleState: 'Terminating:Wait' }, false],
    ['no group', null, false],
  ])('%s', (_name, value, expected) => {
    const facts = factsWith([pod('a')], { group: known(value, 'asg', WARNED_AT) });
    expect(actions(playbook(input({ facts, policy }))).includes('detach')).toBe(expected);
  });

  test('an unknown group is not detached, and the plan says why', () => {
    const facts = factsWith([pod('a')], { group: unknown('throttled', 'asg', WARNED_AT) });
    const plan = playbook(input({ facts, policy }));
    expect(actions(plan)).not.toContain('detach');
    expect(plan.reasons.join()).toContain('throttled');
  });

  test('a stop warning never detaches', () => {
    const facts = factsWith([pod('a')], { group: known(group, 'asg', WARNED_AT) });
    const stop = incident({}, warning({ data: { action: 'stop' } }));
    expect(actions(playbook(input({ facts, policy, of: stop })))).not.toContain('detach');
  });
});

describe('how it ends', () => {
  const drained = incident({ records: doneRecords(playbook(input())) });

  function ending(
    elsewhere: { expected: number; ready: number; pending: string[] },
    ageSeconds = 60,
  ): Plan['next'] {
    const facts = factsWith([], { elsewhere: known(elsewhere, 'kubernetes', WARNED_AT) });
    return playbook(input({ facts, of: drained, ageSeconds })).next;
  }

  test('fixed only when every pod that had a controller is Ready elsewhere', () => {
    expect(ending({ expected: 2, ready: 2, pending: [] })).toMatchObject({ outcome: { kind: 'fixed' } });
    expect(ending({ expected: 2, ready: 1, pending: ['web/x: Unschedulable'] }).do).toBe('wait');
  });

  test('after the verify window it is mitigated and names what is pending and why', () => {
    const end = ending({ expected: 2, ready: 1, pending: ['web/x: Unschedulable'] }, 400);
    expect(end).toMatchObject({ outcome: { kind: 'mitigated' } });
    expect(JSON.stringify(end)).toContain('Unschedulable');
  });

  test('nothing Ready elsewhere needs a person', () => {
    expect(ending({ expected: 2, ready: 0, pending: [] }, 400)).toMatchObject({
      outcome: { kind: 'escalated' },
    });
  });
});
