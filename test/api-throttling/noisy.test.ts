import { describe, expect, test } from 'vitest';
import { clustersOf } from '../../functions/api-throttling/clusters.ts';
import { TROUBLE } from '../../functions/api-throttling/events.ts';
import { isoTime, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { Process } from '../../simulator/process.ts';
import {
  callBody,
  calls,
  defaults,
  delivered,
  found,
  type Run,
  rowsIn,
  sample,
  setUp,
  summary,
} from './support.ts';

const VPC_CNI = 'aws-sdk-go-v2/1.41.1 amazon-vpc-cni-k8s/v1.21.1';

async function started(...given: Parameters<typeof setUp>): Promise<Run> {
  const run = setUp(...given);
  await run.world.clock.advance(20 * MINUTE_MS);
  return run;
}

describe('who is loud hides nobody', () => {
  test('calls of a cluster count although somebody else has filled the row of the shared node role', async () => {
    const run = await started();
    const at = Math.floor(run.world.clock.now() / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
    const of = { at, role: 'node', api: 'AssignPrivateIpAddresses', userAgent: VPC_CNI };
    const loud = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) =>
        callBody({ ...of, id: `l${from + index}`, session: 'i-0aaaaaaaaaaaaaaa1' }),
      );
    const session = run.world.instance('spot/0').id;
    const own = Array.from({ length: 30 }, (_, index) => callBody({ ...of, id: `own${index}`, session }));
    await delivered(run, loud(0, 2_100), MINUTE_MS);
    await delivered(run, [...loud(2_100, 30), ...own], MINUTE_MS);
    expect(summary(await found(run))).toEqual(['- vpc-cni open', 'prod vpc-cni open']);
    expect(rowsIn(run)).toMatchObject([{ counts: { prod: 30 } }]);
  });

  test('a caller that names itself anew with each call is one caller: one row a minute', async () => {
    const run = await started();
    const at = Math.floor(run.world.clock.now() / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
    const bodies = Array.from({ length: 200 }, (_, index) =>
      callBody({ id: `e${index}`, at, userAgent: `app-${index}/1.0` }),
    );
    await delivered(run, bodies);
    expect(rowsIn(run)).toHaveLength(1);
    expect(summary(await found(run))).toEqual(['- other-tool:tool open']);
  });

  test('an incident that cannot be started holds up no other', async () => {
    const faults = new FaultPlan([{ port: 'durable', method: 'start', nth: 1, fault: { kind: 'throttle' } }]);
    const run = await started(faults);
    await delivered(run, [...calls(run, 40, { role: 'a' }), ...calls(run, 30, { role: 'b' })]);
    const byRole = new Map((await found(run)).map((incident) => [incident.subject.id, incident.rounds]));
    expect(byRole.get('other-tool:b')).toBe(1);
    await run.world.clock.advance(10 * MINUTE_MS);
    expect(run.simulation.lane(TROUBLE, 'lifecycle')).toMatchObject({ pending: 0, deadLetters: [] });
    expect(summary(await found(run))).toEqual(['- other-tool:a open', '- other-tool:b open']);
  });
});

test('calls that were told in an incident which closed are not told again as several callers', async () => {
  const policy = { ...defaults, rate: { ...defaults.rate, quietFor: 5 * MINUTE_MS } };
  const run = await started(undefined, policy);
  await delivered(run, calls(run, 40, { role: 'a' }), 11 * MINUTE_MS);
  expect(summary(await found(run))).toEqual(['- other-tool:a closed']);
  await delivered(run, calls(run, 1, { role: 'b' }));
  expect(summary(await found(run))).toEqual(['- other-tool:a closed']);
});

describe('records without their session’s issuer', () => {
  function bare(role: string, session: string, id: string, run: Run): string {
    const { sessionContext: _, ...identity } = JSON.parse(sample('throttled-node-role.json')).detail
      .userIdentity;
    const at = run.world.clock.now() - MINUTE_MS;
    const body = JSON.parse(callBody({ id, at, role, session }));
    const arn = `arn:aws:sts::210987654321:assumed-role/${role}/${session}`;
    return JSON.stringify({
      ...body,
      time: isoTime(at),
      detail: { ...body.detail, userIdentity: { ...identity, arn } },
    });
  }

  test('the sessions of one role are one caller', async () => {
    const run = await started();
    await delivered(
      run,
      Array.from({ length: 30 }, (_, index) => bare('pipeline', `run-${index}`, `e${index}`, run)),
    );
    expect(summary(await found(run))).toEqual(['- other-tool:pipeline open']);
    expect(rowsIn(run)).toHaveLength(1);
  });

  test('our own role is known by it: nothing opens', async () => {
    const run = await started();
    const role = 'paramedic-dev-sweep';
    await delivered(
      run,
      Array.from({ length: 30 }, (_, index) => bare(role, role, `e${index}`, run)),
    );
    expect(await found(run)).toEqual([]);
    expect(run.simulation.metrics.total('Signals', { trouble: TROUBLE, disposition: 'own' })).toBe(30);
  });
});

test('a cluster that EKS does not describe again keeps the issuer it was known by', async () => {
  const faults = new FaultPlan();
  const run = await started(faults);
  const [first] = await clustersIn(run);
  faults.add({ port: 'eks', method: 'describeCluster', fault: { kind: 'throttle' } });
  await run.world.clock.advance(11 * MINUTE_MS);
  const unread: string[] = [];
  expect(await clustersIn(run, unread)).toEqual([first]);
  expect(first?.oidcIssuer).toContain('https://oidc.eks.');
  expect(unread.join()).toContain('issuer of prod');
});

async function clustersIn({ simulation, world }: Run, unread: string[] = []) {
  const { ports, home } = simulation.environment(new Process('receive'));
  return await world.clock.run(clustersOf(ports, home, async () => [], unread));
}

test('what is loud now is not said to be quiet since a time to come', async () => {
  const run = await started();
  await delivered(run, calls(run, 30));
  const [incident] = await found(run);
  expect(JSON.stringify(incident?.plan?.findings[0])).toContain('quiet below 5; not quiet yet');
  await run.world.clock.advance(12 * MINUTE_MS);
  expect(JSON.stringify((await found(run))[0]?.plan?.findings[0])).toContain('quiet below 5; quiet since 2');
});

test('the exit that is told is the one that holds: never above the entry', async () => {
  const run = await started(undefined, { ...defaults, rate: { ...defaults.rate, exitBelow: 500 } });
  await delivered(run, calls(run, 30));
  expect(JSON.stringify((await found(run))[0]?.plan?.findings[0])).toContain('opens at 20, quiet below 20');
});

test('calls of an incident that is still open, below the threshold by now, do not open another as several callers', async () => {
  const run = await started();
  await delivered(run, calls(run, 40, { role: 'a' }));
  for (let minute = 0; minute < 25; minute++) await delivered(run, late(run, 3, 'a', minute), MINUTE_MS);
  await delivered(run, late(run, 9, 'b', 0));
  expect(summary(await found(run))).toEqual(['- other-tool:a open']);
  await delivered(run, late(run, 12, 'c', 0));
  expect(summary(await found(run))).toEqual(['- other-tool:a open', '- several-callers open']);
});

function late({ world }: Run, count: number, role: string, turn: number): string[] {
  const at = world.clock.now() - 10 * SECOND_MS;
  return Array.from({ length: count }, (_, index) => callBody({ id: `${role}${turn}-${index}`, at, role }));
}
