import { describe, expect, test } from 'vitest';
import { gather } from '../../../functions/api-throttling/facts.ts';
import { MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import type { StepRecord } from '../../../shared/incident/incident.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import { type FaultPlan, FaultPlan as Faults } from '../../../simulator/faults.ts';
import { Process } from '../../../simulator/process.ts';
import { calls, defaults, type Run, setUp } from '../support.ts';
import {
  asgOf,
  burst,
  burstFinding,
  deliver,
  failPods,
  incidents,
  later,
  launchPool,
  publish,
  shown,
  stage,
} from './stage.ts';

const NO_ADDRESS =
  'Failed to create pod sandbox: plugin type="aws-cni" failed (add): add cmd: failed to assign an IP address to container';

/** Monday morning: 40 nodes of Karpenter and 5 of the managed group, then the CNI and Karpenter are throttled. */
async function monday(faults?: FaultPlan): Promise<Run> {
  const run = stage(['prod', 'payments'], faults === undefined ? {} : { faults });
  await later(run, 30);
  launchPool(run, 'prod', 40);
  run.world.fleet.scaling.setDesired(asgOf(run, 'prod'), 8);
  publish(run, 'apiserver_request_total_429', 0);
  publish(run, 'apiserver_flowcontrol_current_executing_seats', 17);
  await later(run, 2);
  const from = run.world.clock.now() - MINUTE_MS;
  await run.world.clock.advance(30 * SECOND_MS);
  failPods(run, 'FailedCreatePodSandBox', NO_ADDRESS, 37);
  publish(run, 'apiserver_request_total_429', 0);
  await deliver(run, [
    ...burst(run, 'vpc-cni', { from, count: 60 }),
    ...burst(run, 'karpenter', { from, count: 30 }),
    ...burst(run, 'ebs-csi', { from, count: 25 }),
  ]);
  return run;
}

describe('a burst', () => {
  test('of 40 nodes, two throttled controllers and pods without addresses is one incident with ranked causes', async () => {
    const run = await monday();
    expect(await shown(run)).toEqual(['prod vpc-cni open: ebs-csi karpenter vpc-cni']);
    const [incident] = await incidents(run);
    const { cause, confidence, evidence } = burstFinding(incident);
    expect(cause).toBe('a burst: 45 nodes came within 1 min');
    expect(confidence).toBe('certain');
    expect(evidence).toEqual([
      expect.stringMatching(/^throttling began at .*; looked at from .* to /),
      'Kubernetes: 45 of 51 nodes came in these minutes',
      'Karpenter: 40 NodeClaims of prod-pool in these minutes, 0 still without a node',
      expect.stringMatching(/^Auto Scaling: prod-prod-managed-\S+ launched 5$/),
      'contributes, 1: throttled calls of ec2: 115; for settings and limits see below',
      expect.stringMatching(
        /^contributes, 2: pods without a sandbox: 37 times, 37 pods, 37 without an address, since \S+, after the throttling began$/,
      ),
      'ruled out: image pulls over the kubelet’s own rate ("pull QPS exceeded"): no Event of it',
      'ruled out: API server: no 429s, at most 17 seats in use',
    ]);
  });

  test('says how the next one would be smaller, and proposes no step', async () => {
    const run = await monday();
    const [incident] = await incidents(run);
    const helps = incident?.plan?.reasons.filter((reason) => reason.startsWith('would help: ')) ?? [];
    expect(helps.join('\n')).toMatch(
      /slower scale-up, in steps of at most 1 node: limits of the NodePools prod-pool raised step by step; desired capacity of prod-prod-managed-\S+ raised/,
    );
    expect(helps.join('\n')).toContain('made ready before the hour it is needed');
    expect(incident?.plan?.steps).toEqual([]);
  });

  test('asks EC2 nothing, and every other service a few times in a look', async () => {
    const run = await monday();
    const made = run.world.calls.calls.filter(({ process }) => process !== 'receive');
    const [look] = made.filter(({ method }) => method === 'listNodeClaims');
    const count = (method: string) => made.filter((call) => call.method === method).length;
    const looks = count('listNodeClaims');
    expect(look).toBeDefined();
    expect(count('describeActivities')).toBeLessThanOrEqual(5 * looks);
    expect(count('listEvents')).toBe(2 * looks);
    expect(made.filter(({ port }) => port === 'autoscaling').length).toBeLessThanOrEqual(6 * looks);
    expect(count('listNodes')).toBe(looks);
    const ofAws = made.filter(({ port }) => port === 'ec2').map(({ method }) => method);
    // Those are of the advice on the CNI's settings.
    expect(new Set(ofAws)).toEqual(
      new Set(['describeInstances', 'describeInstanceTypes', 'describeSubnets']),
    );
  });

  test('in one cluster is none in the other, which is throttled in the same minutes', async () => {
    const run = await monday();
    await deliver(run, burst(run, 'karpenter', { cluster: 'payments' }));
    expect(await shown(run)).toEqual([
      'payments karpenter open: karpenter',
      'prod vpc-cni open: ebs-csi karpenter vpc-cni',
    ]);
    const other = (await incidents(run)).find(({ cluster }) => cluster.name === 'payments');
    const { cause, confidence, evidence } = burstFinding(other);
    expect(cause).toBe('no burst of nodes began it: 0 nodes came within 5 min at most');
    expect(confidence).toBe('likely');
    expect(evidence).toContain('unknown: CloudWatch AWS/EKS: not published in the last three hours');
  });

  test('that came after the throttling had begun did not begin it', async () => {
    const run = stage();
    await later(run, 30);
    await deliver(run, burst(run, 'vpc-cni'));
    launchPool(run, 'prod', 40);
    await later(run, 8);
    const [incident] = await incidents(run);
    expect(burstFinding(incident)).toMatchObject({
      cause: '40 nodes came within 1 min, after the throttling had begun: they are not what began it',
    });
    expect(incident?.plan?.reasons.some((reason) => reason.includes('slower scale-up'))).toBe(false);
  });

  test('is told by our clock, whatever the API server’s says', async () => {
    const run = stage(['prod'], { ahead: '10m' });
    await later(run, 30);
    launchPool(run, 'prod', 40);
    await later(run, 2);
    await deliver(run, burst(run, 'vpc-cni', { from: run.world.clock.now() - MINUTE_MS }));
    const [incident] = await incidents(run);
    expect(burstFinding(incident).cause).toBe('a burst: 40 nodes came within 1 min');
  });

  test('of a scheduled action names that action', async () => {
    const run = stage();
    await later(run, 30);
    const group = run.world.fleet.scaling.groups.named(asgOf(run, 'prod'));
    if (group === undefined) throw new Error('no group');
    const cause = 'At 2026-11-03T14:30:00Z the scheduled action monday-0800 executed.';
    for (let index = 0; index < 12; index++) run.world.fleet.scaling.launch(group, cause);
    await later(run, 2);
    await deliver(run, burst(run, 'vpc-cni', { from: run.world.clock.now() - MINUTE_MS }));
    const [incident] = await incidents(run);
    expect(incident?.plan?.reasons.join('\n')).toMatch(
      /would help: scheduled action monday-0800 of prod-prod-managed-\S+ as several, some minutes apart/,
    );
  });

  test('in a cluster without Karpenter leaves NodeClaims out, which are not unknown', async () => {
    const run = setUp();
    await later(run, 10);
    const session = run.world.instance('spot/0').id;
    await deliver(run, calls(run, 40, { role: 'node', session }));
    const [incident] = await incidents(run);
    expect(incident?.cluster.name).toBe('prod');
    expect(burstFinding(incident).evidence.join()).not.toContain('NodeClaims');
  });

  test('led by another controller reads the settings of the CNI as well', async () => {
    const run = stage();
    await later(run, 10);
    await deliver(run, [...burst(run, 'karpenter', { count: 60 }), ...burst(run, 'vpc-cni')]);
    const [incident] = await incidents(run);
    expect(incident?.subject.id).toBe('karpenter');
    expect(run.world.calls.calls.some(({ method }) => method === 'listDaemonSets')).toBe(true);
  });

  test('is not read while a change of ours is under way', async () => {
    const run = await monday();
    const [incident] = await incidents(run);
    const target = { kind: 'addon' as const, id: 'prod/vpc-cni', name: 'vpc-cni' };
    const step: Step = { action: 'update-addon', targets: [target], goal: {}, reason: 'advice', answerBy: 0 };
    const record: StepRecord = { key: 'k', step, state: 'running', decision: 'auto', startedAt: 0 };
    if (incident === undefined) throw new Error('no incident');
    const { ports } = run.simulation.environment(new Process('look'));
    const acting = { ...incident, records: [record] };
    const { burst: fact } = await run.world.clock.run(gather({ ports, incident: acting, policy: defaults }));
    expect(fact).toMatchObject({ known: false, why: expect.stringContaining('a change is under way') });
    const made = run.world.calls.calls.filter(({ process }) => process === 'look');
    expect(made.some(({ method }) => method === 'listEvents')).toBe(false);
  });

  test('Auto Scaling is not asked while AWS throttles it', async () => {
    const run = stage();
    await later(run, 10);
    await deliver(run, burst(run, 'cluster-autoscaler'));
    const [incident] = await incidents(run);
    expect(burstFinding(incident).evidence).toContain(
      'unknown: Auto Scaling activities: AWS throttles Auto Scaling, so it is not asked',
    );
    expect(run.world.calls.calls.some(({ port }) => port === 'autoscaling')).toBe(false);
  });
});

describe('what is denied is said, and the rest is told as ever', () => {
  test.each([
    ['listNodes', 'Nodes'],
    ['listNodeClaims', 'NodeClaims'],
    ['listPods', 'Pods of the new nodes'],
    ['describeInstances', 'Auto Scaling activities'],
    ['describeActivities', 'Auto Scaling activities'],
    ['listMetrics', 'CloudWatch AWS/EKS'],
    ['readMetrics', 'CloudWatch AWS/EKS'],
    ['listEvents', 'Events FailedCreatePodSandBox, Events Failed'],
    ['connect', 'Nodes'],
  ])('%s', async (method, source) => {
    const rule = { method, ...(method === 'describeInstances' && { port: 'autoscaling' as const }) };
    const faults = new Faults([{ ...rule, process: 'remediate', fault: { kind: 'unauthorised' } }]);
    const run = await monday(faults);
    const [incident] = await incidents(run);
    const { cause, evidence } = burstFinding(incident);
    const unknown = evidence.filter((line) => line.startsWith('unknown: '));
    expect(unknown.join('\n')).toContain(source);
    expect(unknown.join('\n')).toMatch(/unauthori[sz]ed|denied|not allowed|refused/i);
    expect(evidence.join('\n')).toContain('contributes, 1: throttled calls of ec2');
    if (method !== 'connect') expect(cause).toMatch(/^a burst: /);
    if (method === 'connect') expect(cause).toBe('whether a burst of nodes began it is unknown');
  });
});
