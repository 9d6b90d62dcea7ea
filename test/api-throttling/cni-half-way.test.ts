import { describe, expect, test } from 'vitest';
import { TROUBLE } from '../../functions/api-throttling/events.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { writeStop } from '../../shared/incident/stop-switch.ts';
import { ADDON_COURSES } from '../../simulator/addon-courses.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { type AddonRun, addonRun, CONFIGURATION, played } from './addon-run.ts';
import { answer, changes, cniCalls, cniRun, liveEnv, storm, theIncident } from './cni-world.ts';

/** Once, at the nth call of the method. */
function onCall({ world }: Pick<AddonRun, 'world'>, method: string, nth: number, what: () => void): void {
  let count = 0;
  world.calls.onCall((call) => {
    if (call.method === method && ++count === nth) what();
  });
}

async function stop({ world }: Pick<AddonRun, 'world'>, engaged: boolean): Promise<void> {
  await writeStop(world.table, world.clock, { engaged, by: 'ana', reason: 'mine' });
}

function said({ outcome }: Incident): string {
  return outcome?.summary ?? '';
}

describe('a change of the add-on that is stopped half way', () => {
  test.each([
    [
      'while the nodes follow',
      ADDON_COURSES.slow,
      1,
      'had been sent; nobody looks whether the nodes run with them',
    ],
    ['while it is put back', ADDON_COURSES.degraded, 3, 'were being put back; nobody looks whether they are'],
  ])(
    'the stop switch %s: a person is told what was there before, and how far it is',
    async (_, course, nth, how) => {
      const run = addonRun({ courses: [course] });
      await storm(run);
      onCall(run, 'describeAddonUpdate', nth, () => void stop(run, true));
      await run.world.clock.advance(2 * HOUR_MS);
      const incident = await theIncident(run);
      expect(incident).toMatchObject({ status: 'closed', outcome: { kind: 'escalated' } });
      expect(said(incident)).toContain('update-addon stopped half way: stop-switch: engaged by ana: mine');
      expect(said(incident)).toContain(how);
      expect(incident.outcome?.details).toEqual([
        'before: WARM_IP_TARGET not set, MINIMUM_IP_TARGET not set',
      ]);
      expect(changes(run)).toHaveLength(1);
    },
  );

  test('another mode does the same, and nothing is begun on top of it', async () => {
    const run = addonRun({ courses: [ADDON_COURSES.failedHalfway] });
    await storm(run);
    await answer(run, 'approved');
    onCall(run, 'describeAddonUpdate', 1, () => run.setMode('observe'));
    await run.world.clock.advance(2 * MINUTE_MS);
    run.setMode('auto');
    await run.world.clock.advance(2 * HOUR_MS);
    const incident = await theIncident(run);
    expect(said(incident)).toContain('update-addon stopped half way: mode observe');
    expect(changes(run)).toHaveLength(1);
  });

  test('before anything was sent it is no half: why it was not done is said', async () => {
    const run = cniRun({ mode: 'approve' });
    await storm(run);
    await stop(run, true);
    await answer(run, 'approved');
    await run.world.clock.advance(HOUR_MS);
    expect(await theIncident(run)).toMatchObject({ outcome: { kind: 'refused' } });
    expect(said(await theIncident(run))).toContain('was not done: stop-switch: engaged by ana: mine');
  });
});

test('noted in the calm, not sent yet, and the storm is back: it waits for the calm again, asking nobody', async () => {
  const faults = new FaultPlan();
  const run = addonRun({ faults });
  await storm(run);
  const { promise, resolve } = Promise.withResolvers<() => void>();
  let isNoted = false;
  run.world.calls.onCall(({ port, method, args }) => {
    if (isNoted || port !== 'table' || method !== 'update') return;
    isNoted = JSON.stringify(args).includes('"before":{"at"');
    if (isNoted) resolve(faults.add({ port: 'eks', method: 'describeAddon', fault: { kind: 'throttle' } }));
  });
  await run.world.clock.advance(25 * MINUTE_MS);
  const readable = await promise;
  run.simulation.send(TROUBLE, ...cniCalls(run, 60, 'b'));
  await run.world.clock.advance(2 * MINUTE_MS);
  readable();
  await run.world.clock.advance(5 * MINUTE_MS);
  expect(changes(run)).toEqual([]);
  expect((await theIncident(run)).questions.filter(({ answer: given }) => given === undefined)).toEqual([]);
  await run.world.clock.advance(HOUR_MS);
  expect(await theIncident(run)).toMatchObject({ status: 'closed', outcome: { kind: 'fixed' } });
});

describe('putting the add-on back', () => {
  test('is not allowed: both what went wrong and what is left are said', async () => {
    const fault = { kind: 'unauthorised' } as const;
    const faults = new FaultPlan([{ port: 'eks', method: 'updateAddon', from: 2, fault }]);
    const run = await played({ courses: [ADDON_COURSES.degraded], faults });
    const incident = await theIncident(run);
    expect(incident).toMatchObject({ status: 'closed', outcome: { kind: 'escalated' } });
    expect(said(incident)).toMatch(/add-on is DEGRADED.*NOT all put back: eks:UpdateAddon: unauthorised/);
  });

  test('fails the first time: it is sent anew, not only asked about', async () => {
    const run = await played({ courses: [ADDON_COURSES.degraded, ADDON_COURSES.failed] });
    expect(said(await theIncident(run))).toContain('configuration and variables are as before');
    expect((await run.addon()).configurationValues).toBe(CONFIGURATION);
    expect(liveEnv(run)).toEqual(liveEnv(addonRun()));
  });

  test('somebody else merged a setting of theirs in meanwhile: nothing is undone, and that is said', async () => {
    const run = addonRun({ courses: [ADDON_COURSES.slow] });
    await storm(run);
    onCall(run, 'describeAddonUpdate', 3, () => {
      void run.addon().then((addon) => {
        addon.configurationValues = addon.configurationValues?.replace('"INFO"', '"DEBUG"') ?? '';
      });
    });
    await run.world.clock.advance(3 * HOUR_MS);
    expect(said(await theIncident(run))).toContain('NOT put back: somebody else changed the configuration');
    expect(said(await theIncident(run))).not.toMatch(/; undone/);
    expect(changes(run)).toHaveLength(1);
  });

  test('the update may not be asked about: the add-on itself says enough', async () => {
    const fault = { kind: 'unauthorised' } as const;
    const faults = new FaultPlan([{ port: 'eks', method: 'describeAddonUpdate', fault }]);
    const run = await played({ faults });
    expect(await theIncident(run)).toMatchObject({ outcome: { kind: 'fixed' } });
  });
});

describe('what settings are computed from cannot be read as it becomes quiet', () => {
  async function unreadFor(minutes: number) {
    const faults = new FaultPlan();
    const run = cniRun({ faults });
    await storm(run);
    await run.world.clock.advance(10 * MINUTE_MS);
    const readable = faults.add({ port: 'ec2', method: 'describeSubnets', fault: { kind: 'throttle' } });
    await run.world.clock.advance(minutes * MINUTE_MS);
    readable();
    await run.world.clock.advance(HOUR_MS);
    return run;
  }

  test('for a while: the change that was announced is made all the same', async () => {
    const run = await unreadFor(14);
    expect(await theIncident(run)).toMatchObject({ status: 'closed', outcome: { kind: 'fixed' } });
    expect(changes(run).map(({ method }) => method)).toEqual(['patchDaemonSet']);
  });

  test('for long: the incident closes and says that nothing was asked for nor made', async () => {
    const run = await unreadFor(60);
    const incident = await theIncident(run);
    expect(incident).toMatchObject({ status: 'closed', outcome: { kind: 'ignored' } });
    expect(said(incident)).toMatch(
      /VPC CNI were neither asked for nor made: EC2 DescribeSubnets: .*throttled/,
    );
    expect(changes(run)).toEqual([]);
  });
});
