import { describe, expect, test } from 'vitest';
import { TROUBLE } from '../../functions/api-throttling/events.ts';
import { HOUR_MS, isoTime, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { batchOf, fleet, newest, POD_IDENTITY, readClusters, roleRequests } from './roles-stage.ts';
import { callBody, countedIn, sample } from './support.ts';

const FIVE = ['analytics', 'catalogue', 'payments', 'search', 'shop'];

describe('what it asks of EKS', () => {
  test('10,000 calls within ten minutes and five clusters: each read once, one a minute', async () => {
    const run = await fleet(FIVE);
    run.world.roles.associate('payments', POD_IDENTITY);
    for (let slice = 0; slice < 100; slice++) {
      const at = run.world.clock.now();
      const of = { at, role: `tool-${slice % 40}` };
      const bodies = Array.from({ length: 100 }, (_, n) => callBody({ id: `${slice}-${n}`, ...of }));
      run.simulation.send(TROUBLE, ...bodies);
      await run.world.clock.advance(6 * SECOND_MS);
    }
    await run.world.clock.advance(MINUTE_MS);
    expect(countedIn(run)).toBe(10_000);
    expect(readClusters(run)).toEqual(FIVE);
    const asked = run.world.calls.calls.filter(
      ({ port, process }) => port === 'eks' && process === 'receive',
    );
    const readings = asked.filter(({ method }) => method === 'listNodegroups');
    expect(new Set(readings.map(({ at }) => Math.floor(at / MINUTE_MS))).size).toBe(5);
    // Beside DescribeCluster: four lists, a node group, an entry that is no known node role, one association.
    expect(roleRequests(run)).toHaveLength(5 * 6 + 1);
    // With DescribeCluster and, once in ten minutes, the list of clusters and their issuers.
    expect(asked).toHaveLength(5 * 7 + 1 + (1 + 5));
  }, 60_000);

  test('again after six hours, and not before', async () => {
    const run = await fleet(['payments']);
    await batchOf(run, 1, {}, HOUR_MS);
    for (let hour = 1; hour < 6; hour++) await batchOf(run, 1, {}, HOUR_MS);
    expect(readClusters(run)).toEqual(['payments']);
    await batchOf(run, 1, {}, HOUR_MS);
    expect(readClusters(run)).toEqual(['payments', 'payments']);
  });

  test('what was read in full stands for a day, though EKS cannot be read again', async () => {
    const faults = new FaultPlan([
      { port: 'eks', method: 'listAddons', from: 2, fault: { kind: 'throttle' } },
    ]);
    const run = await fleet(['payments'], faults);
    run.world.roles.associate('payments', POD_IDENTITY);
    const places = [];
    for (let hour = 0; hour < 25; hour++) {
      await batchOf(run, 1, {}, HOUR_MS);
      places.push(Object.keys(newest(run).counts).join());
    }
    expect(readClusters(run)).toHaveLength(5);
    expect(places).toEqual([...Array.from({ length: 24 }, () => 'payments'), '-']);
  });

  test('a cluster that nobody finished is asked again ten minutes later, by one process', async () => {
    const method = 'listPodIdentityAssociations';
    const faults = new FaultPlan([{ port: 'eks', method, nth: 1, fault: { kind: 'crash-after' } }]);
    const run = await fleet(['payments'], faults);
    run.world.roles.associate('payments', POD_IDENTITY);
    for (let minute = 0; minute < 9; minute++) await batchOf(run, 1);
    expect(readClusters(run)).toEqual(['payments']);
    expect(newest(run).counts).toEqual({ '-': 1 });
    for (let minute = 0; minute < 3; minute++) await batchOf(run, 1);
    expect(readClusters(run)).toEqual(['payments', 'payments']);
    expect(newest(run).counts).toEqual({ payments: 1 });
  });

  test('nothing while our own calls are throttled, though there are callers to attribute', async () => {
    const run = await fleet(['payments']);
    const session = run.world.instance('spot/0').id;
    await batchOf(run, 1, { role: 'payments-spot-node', session });
    const body = JSON.parse(sample('throttled-own-role.json'));
    const eventTime = isoTime(run.world.clock.now());
    const own = ['1', '2', '3'].map((n) => ({ ...body.detail, eventTime, eventID: `own-call-${n}` }));
    const bodies = own.map((detail) => JSON.stringify({ ...body, time: eventTime, detail }));
    run.simulation.send(TROUBLE, ...bodies);
    await run.world.clock.advance(10 * SECOND_MS);
    for (let minute = 0; minute < 15; minute++) await batchOf(run, 1);
    expect(readClusters(run)).toEqual([]);
    await batchOf(run, 1);
    expect(readClusters(run)).toEqual(['payments']);
  });

  test('an API that does not answer costs one request', async () => {
    const fault = { kind: 'hang', for: '4s' } as const;
    const run = await fleet(['payments'], new FaultPlan([{ port: 'eks', method: 'listNodegroups', fault }]));
    await batchOf(run, 20);
    expect(roleRequests(run)).toEqual(['payments listNodegroups']);
    expect(countedIn(run)).toBe(20);
  });
});
