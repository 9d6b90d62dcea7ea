import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { writeStop } from '../../shared/incident/stop-switch.ts';
import { revisionOf } from '../../simulator/revision.ts';
import { answer, type CniRun, changes, cniRun, liveEnv, storm, theIncident } from './cni-world.ts';

/** Pods made from the first patched template never become Ready. */
function breakFirstPatch({ world }: CniRun): void {
  const cluster = world.clusters.get('prod')?.cluster;
  let patches = 0;
  world.calls.onCall(({ method }) => {
    if (method !== 'patchDaemonSet' || ++patches > 1) return;
    world.clock.after(SECOND_MS / 2, () => {
      const daemonSet = cluster?.daemonSets.get('kube-system/aws-node');
      if (cluster !== undefined && daemonSet !== undefined)
        cluster.broken.add(revisionOf(cluster, daemonSet));
    });
  });
}

const TUNED = { WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '12' };

describe('new settings of a self-managed aws-node', () => {
  test('in mode auto they wait for 15 quiet minutes, and are then made, verified and told without a person', async () => {
    const run = cniRun();
    await storm(run);
    const asked = await theIncident(run);
    expect(asked.questions).toMatchObject([{ step: { action: 'patch-daemonset' }, guards: ['calm'] }]);
    await run.world.clock.advance(HOUR_MS);
    const incident = await theIncident(run);
    expect(incident).toMatchObject({ status: 'closed', outcome: { kind: 'fixed' } });
    expect(incident.outcome?.summary).toContain('aws-node rolled out on 20 of 20 nodes');
    expect(liveEnv(run)).toMatchObject({ WARM_ENI_TARGET: '1', ...TUNED });
    const [patch, ...others] = changes(run);
    expect(others).toEqual([]);
    expect(patch?.method).toBe('patchDaemonSet');
    const last = asked.signals[0]?.occurredAt ?? Number.NaN;
    expect(patch?.at).toBeGreaterThan(last + 15 * MINUTE_MS);
  });

  test('while calls are throttled a yes of two people means now, and the question says what it does to the nodes', async () => {
    const run = cniRun({ mode: 'approve' });
    await storm(run);
    const [question] = (await theIncident(run)).questions;
    expect(question?.step.reason).toMatch(
      /^now, while calls are throttled: restarts aws-node on 20 nodes.*m6i.large: 12 → 7 EC2 calls per node launch/,
    );
    const at = run.world.clock.now();
    await answer(run, 'approved', ['ana']);
    await run.world.clock.advance(MINUTE_MS);
    expect(changes(run)).toEqual([]);
    await answer(run, 'approved', ['ben']);
    await run.world.clock.advance(5 * MINUTE_MS);
    expect(changes(run)).toMatchObject([{ method: 'patchDaemonSet' }]);
    expect(changes(run)[0]?.at).toBeLessThan(at + 2 * MINUTE_MS);
    expect(liveEnv(run)).toMatchObject(TUNED);
    const incident = await theIncident(run);
    expect(incident).toMatchObject({ status: 'open', records: [{ state: 'done' }] });
  });

  test('a no ends it for the incident: nothing is done when it is quiet, in mode auto either', async () => {
    const run = cniRun();
    await storm(run);
    await answer(run, 'denied', ['ana']);
    await run.world.clock.advance(HOUR_MS);
    expect(changes(run)).toEqual([]);
    expect(await theIncident(run)).toMatchObject({ status: 'closed', outcome: { kind: 'denied' } });
  });

  test('in mode approve nobody answering while it is throttled is asked once more when it is quiet', async () => {
    const run = cniRun({ mode: 'approve' });
    await storm(run);
    await run.world.clock.advance(30 * MINUTE_MS);
    const { questions } = await theIncident(run);
    expect(questions.map(({ step, guards }) => [step.goal['when'], guards])).toEqual([
      ['now, while calls are throttled', ['mode', 'calm']],
      ['after the throttling', ['mode']],
    ]);
    expect(changes(run)).toEqual([]);
    await run.world.clock.advance(25 * HOUR_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'closed', outcome: { kind: 'expired' } });
    expect(changes(run)).toEqual([]);
  });

  test('in mode observe nothing is changed, the incident stays open to its end and says what would have been done', async () => {
    const run = cniRun({ mode: 'observe' });
    await storm(run);
    expect(await theIncident(run)).toMatchObject({ status: 'open', questions: [] });
    await run.world.clock.advance(HOUR_MS);
    const incident = await theIncident(run);
    expect(incident).toMatchObject({ status: 'closed', generation: 1, outcome: { kind: 'observed' } });
    expect(incident.outcome?.summary).toContain('patch-daemonset was not done: mode observe');
    expect(changes(run)).toEqual([]);
  });

  test.each([
    [
      'Argo CD',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'cni:apps/DaemonSet:kube-system/aws-node' } },
    ],
    ['Flux', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'cni' } }],
    ['Terraform', { managers: ['Terraform'] }],
  ])('a DaemonSet that %s declares is never patched: proposed only', async (by, object) => {
    const run = cniRun({ object });
    await storm(run);
    const incident = await theIncident(run);
    expect(incident.plan?.steps).toEqual([]);
    expect(JSON.stringify(incident.plan)).toContain(`aws-node is declared by ${by}`);
    expect(incident.plan?.reasons.join()).toContain('proposed only: somebody’s repository declares');
    await run.world.clock.advance(HOUR_MS);
    expect(changes(run)).toEqual([]);
  });

  test('nodes that never become Ready with them: put back as it was, variable by variable, and a person is told', async () => {
    const run = cniRun();
    const before = liveEnv(run);
    await storm(run);
    breakFirstPatch(run);
    await run.world.clock.advance(3 * HOUR_MS);
    const incident = await theIncident(run);
    expect(incident).toMatchObject({ status: 'closed', outcome: { kind: 'escalated' } });
    expect(incident.outcome?.summary).toContain(
      'variables are as before; aws-node rolled out on 20 of 20 nodes',
    );
    expect(liveEnv(run)).toEqual(before);
    expect(changes(run).map(({ method }) => method)).toEqual(['patchDaemonSet', 'patchDaemonSet']);
  });

  test('T10: the stop switch between the pre-image and the patch: nothing is changed', async () => {
    const run = cniRun({ mode: 'approve' });
    await storm(run);
    await writeStop(run.world.table, run.world.clock, { engaged: true, by: 'ana', reason: 'storm' });
    await answer(run, 'approved');
    await run.world.clock.advance(2 * MINUTE_MS);
    expect(changes(run)).toEqual([]);
    expect((await theIncident(run)).records).toMatchObject([{ state: 'refused' }]);
  });

  test('somebody changed a variable between the look and the patch: theirs stays', async () => {
    const run = cniRun();
    await storm(run);
    let isChanged = false;
    run.world.calls.onCall(({ port, method, args }) => {
      const isNoted = JSON.stringify(args).includes('"before":{"env"');
      if (isChanged || port !== 'table' || method !== 'update' || !isNoted) return;
      isChanged = true;
      const daemonSets = run.world.clusters.get('prod')?.daemonSets;
      daemonSets?.setEnv('kube-system/aws-node', [{ name: 'WARM_ENI_TARGET', value: '4' }]);
    });
    await run.world.clock.advance(HOUR_MS + 10 * SECOND_MS);
    expect(isChanged).toBe(true);
    expect(liveEnv(run)).toEqual({ WARM_ENI_TARGET: '4' });
    const incident = await theIncident(run);
    expect(incident.records.at(-1)?.summary).toContain('somebody changed its variables');
    expect(changes(run)).toEqual([]);
  });
});
