import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldStart, type FunctionSetup } from '../../bench/init/cold-start.ts';
import { EMPTY, type Sample, timeFigures, unmeasured } from '../../bench/init/figures.ts';
import { DEPLOYED, functionsOf } from '../../bench/init/functions.ts';
import { asTable } from '../../bench/report.ts';
import { BUNDLES } from '../../scripts/build.ts';

describe('cold start figures', () => {
  const empty: Sample[] = [
    { initMs: 50, invokeMs: 1 },
    { initMs: 40, invokeMs: 2 },
    { initMs: 45, invokeMs: 90 },
  ];
  const slow: Sample[] = [
    { initMs: 90, invokeMs: 60 },
    { initMs: 100, invokeMs: 10 },
    { initMs: 99, invokeMs: 30 },
  ];

  test('are medians over the processes, and ratios of these to the empty handler of the same run', () => {
    const table = asTable({
      setting: [],
      figures: timeFigures(new Map([[EMPTY, empty] as const, ['slow', slow] as const])),
      broken: [],
    });
    expect(table.split('\n').slice(1)).toEqual([
      'figure                                 measured       aim',
      'empty handler: init                       45 ms         -  -',
      'empty handler: first invoke                2 ms         -  -',
      'empty handler: init + first invoke        51 ms         -  -',
      'slow: init                                99 ms         -  -',
      'slow: first invoke                        30 ms         -  -',
      'slow: init + first invoke                129 ms         -  -',
      'slow: init, over empty                   2.20 x         -  -',
      'slow: init + first invoke, over empty    2.53 x  ≤ 2.00 x  misses',
    ]);
  });

  test('say so where no first invoke was measured, and make no total of what is missing', () => {
    const samples = new Map([
      [EMPTY, empty],
      ['silent', [{ initMs: 90 }, { initMs: 80 }]],
    ]);
    const names = timeFigures(samples).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('silent'))).toEqual([
      'silent: init',
      'silent: init, over empty',
    ]);
    expect(unmeasured(samples)).toEqual(['silent: init alone, no faithful first event is known here']);
  });

  test('of a run without processes keep no aim', () => {
    const figures = timeFigures(new Map([[EMPTY, []] as const, ['slow', []] as const]));
    expect(figures.every(({ value }) => Number.isNaN(value))).toBe(true);
  });
});

describe('functions to start', () => {
  const root = resolve(import.meta.dirname, '../..');

  test('take handler, memory, time and variables from serverless.yml', () => {
    const functions = functionsOf(root, '/unpacked', DEPLOYED);
    expect([...functions.keys()]).toEqual(Object.keys(BUNDLES));
    expect(functions.get('node-interruption-remediate')).toMatchObject({
      handler: 'dist/node-interruption-remediate/index.handler',
      memoryMb: 1024,
      timeoutMs: 600_000,
      variables: {
        AWS_RETRY_MODE: 'standard',
        PARAMEDIC_CONFIG: '/unpacked/dist/node-interruption-remediate/paramedic.yaml',
      },
    });
  });

  test('never start without a variable that only a stack knows', () => {
    const { QUEUE_URL: _, ...values } = DEPLOYED;
    expect(() => functionsOf(root, '/unpacked', values)).toThrow(/^no value for QUEUE_URL$/);
  });
});

describe('one cold start', () => {
  let taskRoot: string;

  beforeAll(async () => {
    taskRoot = await mkdtemp(join(tmpdir(), 'paramedic-cold-'));
    const files = {
      good: "export const handler = async (event, context) => ({ event, name: process.env['NAME'], left: context.getRemainingTimeInMillis() > 0 });",
      bad: "throw new RangeError('no such table');",
      late: "export const handler = async () => { throw new TypeError('not today'); };",
      mute: 'export const other = 1;',
      gone: 'process.exit(3);',
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(taskRoot, `${name}.mjs`), text);
  });

  afterAll(() => rm(taskRoot, { recursive: true, force: true }));

  const setup = (name: string): FunctionSetup => ({
    name,
    taskRoot,
    handler: `${name}.handler`,
    memoryMb: 128,
    timeoutMs: 5_000,
    variables: { NAME: 'from serverless.yml' },
  });

  test('loads an ES module, hands it the event and its variables, and brings back what it answers', async () => {
    expect(await coldStart(setup('good'), { id: 1 })).toEqual({
      ok: true,
      initMs: expect.any(Number),
      invokeMs: expect.any(Number),
      result: { event: { id: 1 }, name: 'from serverless.yml', left: true },
      log: '',
    });
  });

  test('without an event ends with init', async () => {
    const started = await coldStart(setup('good'));
    expect(started).toMatchObject({ ok: true });
    expect(started).not.toHaveProperty('invokeMs');
  });

  test.each([
    ['bad', 'init: RangeError: no such table'],
    ['mute', 'init: TypeError: mute.handler is not a function'],
    ['gone', 'init: the process ended: '],
    ['late', 'first invoke: TypeError: not today'],
  ])('of %s is a failure that says where it broke: %s', async (name, why) => {
    expect(await coldStart(setup(name), {})).toEqual({ ok: false, why });
  });
});
