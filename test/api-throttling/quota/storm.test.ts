import { describe, expect, test } from 'vitest';
import { TROUBLE } from '../../../functions/api-throttling/events.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import type { Mode } from '../../../shared/config/policy.ts';
import { answerQuestions } from '../../../shared/incident/answers.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import { COURSES, type Course } from '../../../simulator/quotas.ts';
import { worldOf } from '../../../simulator/world.ts';
import { smallWorld } from '../../support/simulate.ts';
import { cniRun } from '../cni-world.ts';
import { calls, found, type Run } from '../support.ts';
import { RUNS } from './account.ts';

const METRIC = { namespace: 'AWS/Usage', name: 'CallCount', dimensions: { Resource: 'RunInstances' } };
const QUOTA = {
  QuotaName: 'RunInstances request bucket refill rate',
  Value: 2,
  Adjustable: true,
  Period: { PeriodValue: 1, PeriodUnit: 'SECOND' },
  UsageMetric: {
    MetricNamespace: METRIC.namespace,
    MetricName: METRIC.name,
    MetricDimensions: METRIC.dimensions,
    MetricStatisticRecommendation: 'Sum',
  },
} as const;

/** Three tools start instances faster than the account may, none of them more than the others. */
async function contention(course: Course, mode: Mode = 'auto'): Promise<Run> {
  const world = worldOf(smallWorld, { quotas: [{ ...RUNS, quota: QUOTA, course }] });
  world.usage.put(METRIC, 120);
  const run = cniRun({ mode }, world);
  await world.clock.advance(10 * MINUTE_MS);
  const bodies = ['a', 'b', 'c'].flatMap((role) => calls(run, 40, { role, api: 'RunInstances' }));
  run.simulation.send(TROUBLE, ...bodies);
  await world.clock.advance(30 * SECOND_MS);
  return run;
}

async function approve({ simulation, world }: Run, { id }: Incident): Promise<void> {
  const given = await answerQuestions(simulation.ledger, world.clock, id, {
    decision: 'approved',
    by: 'ana',
  });
  if (given.result !== 'recorded' || given.callbackId === undefined) return;
  await simulation.workflows.wake(given.callbackId, 'answer');
}

function requests({ world }: Run): number {
  return world.calls.mutations().filter(({ method }) => method === 'requestIncrease').length;
}

describe('a limit that several callers share', () => {
  test('in mode observe nobody is asked, AWS neither, and the plan says what would have been asked', async () => {
    const run = await contention(COURSES.automatic, 'observe');
    const observed = await found(run);
    expect(observed.length).toBeGreaterThan(1);
    expect(observed.flatMap(({ records }) => records.map(({ state }) => state))).toEqual(
      observed.map(() => 'observed'),
    );
    expect(observed.flatMap(({ questions }) => questions)).toEqual([]);
    await run.world.clock.advance(2 * HOUR_MS);
    expect(run.world.calls.mutations()).toEqual([]);
  });

  test('is asked for once, after a yes, followed until AWS raised it, and every change is told', async () => {
    const run = await contention(COURSES.byCase);
    const asked = await found(run);
    expect(asked.map(({ questions }) => questions.map(({ step }) => step.action))).toEqual(
      asked.map(() => ['request-quota']),
    );
    await run.world.clock.advance(10 * MINUTE_MS);
    expect(requests(run)).toBe(0);
    const [first] = asked;
    if (first === undefined) throw new Error('no incident');
    await approve(run, first);
    await run.world.clock.advance(2 * HOUR_MS);
    expect(requests(run)).toBe(1);
    const followed = (await found(run)).find(({ id }) => id === first.id);
    expect(followed).toMatchObject({ status: 'open', records: [{ state: 'done' }] });
    expect(JSON.stringify(followed?.plan?.findings)).toContain('CASE_OPENED, value 2');
    const told = run.world.topic.messages.filter(({ body }) => body.includes('CASE_OPENED, value 2'));
    expect(told.length).toBeGreaterThan(0);
    await run.world.clock.advance(3 * DAY_MS);
    const ended = (await found(run)).find(({ id }) => id === first.id);
    expect(ended).toMatchObject({ status: 'closed', outcome: { kind: 'fixed' } });
    expect(ended?.outcome?.summary).toContain(
      'AWS raised RunInstances request bucket refill rate from 2 to 3.',
    );
  });

  test('one yes is one request: the other incidents follow it or end, and ask nobody any more', async () => {
    const run = await contention(COURSES.never);
    const [first, ...others] = await found(run);
    if (first === undefined) throw new Error('no incident');
    await approve(run, first);
    await run.world.clock.advance(30 * MINUTE_MS);
    for (const other of others) await approve(run, other);
    await run.world.clock.advance(HOUR_MS);
    expect(requests(run)).toBe(1);
  });

  test('refused by AWS: a person hears of it', async () => {
    const run = await contention(COURSES.denied);
    const [first] = await found(run);
    if (first === undefined) throw new Error('no incident');
    await approve(run, first);
    await run.world.clock.advance(4 * HOUR_MS);
    const ended = (await found(run)).find(({ id }) => id === first.id);
    expect(ended).toMatchObject({ status: 'closed', outcome: { kind: 'escalated' } });
    expect(ended?.outcome?.details.join()).toContain('DENIED');
  });
});
