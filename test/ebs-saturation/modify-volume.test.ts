import { describe, expect, test } from 'vitest';
import { modifyVolume } from '../../functions/ebs-saturation/actions/modify-volume.ts';
import { readChanges } from '../../functions/ebs-saturation/changes.ts';
import type { ActionContext, ActionResult } from '../../shared/actions/action.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { type FailureKind, PortError } from '../../shared/errors.ts';
import type { Step } from '../../shared/incident/plan.ts';
import type { Modification, Volume, VolumePerformance } from '../../shared/ports/volumes.ts';
import { MemoryTable } from '../../simulator/table.ts';

const ID = 'vol-0a1b2c3d4e5f60718';
const FROM = { type: 'gp3', sizeGib: 100, iops: 3_000, throughputMib: 125 };
const TO = { ...FROM, iops: 4_500 };
const STEP: Step = {
  action: 'modify-volume',
  targets: [{ kind: 'volume', id: ID, name: ID }],
  goal: { from: FROM, to: TO },
  reason: '',
  answerBy: Number.POSITIVE_INFINITY,
};
const AT = Date.UTC(2026, 10, 20, 12);

/** EC2 as a list of what it says; the last answer stays. */
function ec2(says: {
  volume?: VolumePerformance[];
  latest?: (Modification | undefined)[];
  refuses?: string;
  kind?: FailureKind;
  /** Once, before the ledger is asked to change a row for the n-th time. */
  dies?: number;
}) {
  let now = AT;
  let asked = 0;
  const next = <T>(answers: T[]): T | undefined => (answers.length > 1 ? answers.shift() : answers[0]);
  const volume = { id: ID, state: 'in-use', multiAttach: false, zone: 'a', attachments: [], tags: {} };
  const volumes = {
    describeVolumes: async (): Promise<Volume[]> => [{ ...volume, ...FROM, ...next(says.volume ?? []) }],
    describeModifications: async () => [next(says.latest ?? [])].filter((each) => each !== undefined),
    modifyVolume: async () => {
      asked += 1;
      const operation = 'ec2:ModifyVolume';
      if (says.refuses === undefined) return modification('modifying', now);
      throw new PortError(says.kind ?? 'conflict', 'no', { operation, code: says.refuses });
    },
  };
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const memory = new MemoryTable();
  let updates = 0;
  const table = {
    get: memory.get.bind(memory),
    update: async (...args: Parameters<MemoryTable['update']>) => {
      updates += 1;
      if (updates === says.dies) throw new Error('the process died');
      return await memory.update(...args);
    },
  };
  const incident = { id: 'inc-1', generation: 1, cluster: { name: 'prod', account: '1', region: 'r' } };
  const context = (memory: ActionContext['memory']) =>
    ({
      ports: { clock, table, volumes },
      incident,
      memory,
      roundMs: 4 * MINUTE_MS,
      checkStop: async () => {},
      hasNews: async () => false,
    }) as unknown as ActionContext;
  const ended = async (): Promise<ActionResult> => {
    let result: ActionResult = { status: 'again', summary: '' };
    while (result.status === 'again') result = await modifyVolume.apply(context(result.memory ?? {}), STEP);
    return result;
  };
  const noted = () => readChanges(memory, incident.cluster, ID);
  return { ended, asked: () => asked, noted };
}

function modification(state: Modification['state'], startedAt: number, to = TO): Modification {
  return { volumeId: ID, state, startedAt, from: FROM, to };
}

describe('what EC2 says of modifications comes late', () => {
  test.each(['completed', 'failed'] as const)(
    'one of yesterday that %s is not taken for the one just made',
    async (state) => {
      const old = modification(state, AT - DAY_MS - HOUR_MS, FROM);
      const latest = [old, old, old, modification('modifying', AT), modification('optimizing', AT)];
      const { ended, asked } = ec2({ volume: [FROM, FROM, FROM, TO], latest });
      expect(await ended()).toMatchObject({ status: 'done', summary: expect.stringContaining('optimizing') });
      expect(asked()).toBe(1);
    },
  );

  test('one that is never seen is no success: after an hour it is said', async () => {
    const { ended } = ec2({ latest: [modification('completed', AT - 2 * DAY_MS)] });
    expect(await ended()).toMatchObject({ status: 'failed', summary: expect.stringContaining('not to be') });
  });

  test('refused because our own is under way, whose answer was lost: it is followed, not told as refused', async () => {
    const latest = [undefined, modification('modifying', AT), modification('completed', AT)];
    const volume = [FROM, FROM, TO];
    const { ended } = ec2({ volume, latest, refuses: 'IncorrectModificationState' });
    expect(await ended()).toMatchObject({ status: 'done' });
  });

  test("refused because somebody else's is under way: said", async () => {
    const theirs = modification('modifying', AT, { ...FROM, iops: 9_000 });
    const { ended } = ec2({ latest: [undefined, theirs], refuses: 'IncorrectModificationState' });
    const summary = expect.stringContaining('IncorrectModificationState');
    expect(await ended()).toMatchObject({ status: 'failed', summary });
  });

  test('somebody made it what it should be: nothing is asked for', async () => {
    const { ended, asked } = ec2({ volume: [FROM, TO], latest: [modification('completed', AT - DAY_MS)] });
    expect(await ended()).toMatchObject({ status: 'done', summary: 'it is so already' });
    expect(asked()).toBe(0);
  });
});

describe('what EC2 refused', () => {
  test.each([
    ['InvalidParameterValue', 'invalid'],
    ['VolumeModificationRateExceeded', 'conflict'],
    ['InvalidVolume.NotFound', 'not-found'],
  ] as const)('%s: the ledger does not say that Paramedic made it', async (refuses, kind) => {
    const { ended, noted, asked } = ec2({ refuses, kind });
    expect(await ended()).toMatchObject({ status: 'failed' });
    expect(asked()).toBe(1);
    expect(await noted()).toBeUndefined();
  });

  test.each(['unauthorised', 'unsupported'] as const)(
    '%s is thrown on, and nothing stays noted',
    async (kind) => {
      const { ended, noted } = ec2({ refuses: 'UnauthorizedOperation', kind });
      await expect(ended()).rejects.toMatchObject({ kind });
      expect(await noted()).toBeUndefined();
    },
  );

  test('without an answer it may have been made: it stays noted', async () => {
    const { ended, noted } = ec2({ refuses: 'TimeoutError', kind: 'unreachable' });
    await expect(ended()).rejects.toMatchObject({ kind: 'unreachable' });
    expect(await noted()).toMatchObject({ ours: TO, original: FROM });
  });

  test('while one runs that nobody can see it may be ours: it stays noted', async () => {
    const { ended, noted } = ec2({ refuses: 'IncorrectModificationState' });
    expect(await ended()).toMatchObject({ status: 'failed' });
    expect(await noted()).toMatchObject({ ours: TO });
  });

  test("somebody else's that runs is not ours: it is taken back", async () => {
    const theirs = modification('modifying', AT, { ...FROM, iops: 9_000 });
    const { ended, noted } = ec2({ latest: [undefined, theirs], refuses: 'IncorrectModificationState' });
    expect(await ended()).toMatchObject({ status: 'failed' });
    expect(await noted()).toBeUndefined();
  });

  test('a crash between the refusal and taking it back: asked again, refused again, taken back', async () => {
    const { ended, noted, asked } = ec2({ refuses: 'InvalidParameterValue', kind: 'invalid', dies: 2 });
    await expect(ended()).rejects.toThrow('the process died');
    expect(await noted()).toMatchObject({ ours: TO });
    expect(await ended()).toMatchObject({ status: 'failed' });
    expect(asked()).toBe(2);
    expect(await noted()).toBeUndefined();
  });

  test('a crash there, and EC2 takes it the second time: the ledger is right as it stands', async () => {
    const says: Parameters<typeof ec2>[0] = { refuses: 'InvalidParameterValue', kind: 'invalid', dies: 2 };
    const { ended, noted } = ec2(says);
    await expect(ended()).rejects.toThrow('the process died');
    delete says.refuses;
    says.volume = [FROM, FROM, TO];
    says.latest = [undefined, modification('optimizing', AT)];
    expect(await ended()).toMatchObject({ status: 'done' });
    expect(await noted()).toMatchObject({ ours: TO, made: [{ at: AT }] });
  });

  test('a crash before EC2 was asked, and somebody makes it so: it is theirs', async () => {
    const says: Parameters<typeof ec2>[0] = { kind: 'transient', refuses: 'InternalError' };
    const { ended, noted, asked } = ec2(says);
    await expect(ended()).rejects.toMatchObject({ kind: 'transient' });
    expect(await noted()).toMatchObject({ ours: TO });
    says.volume = [FROM, TO];
    says.latest = [modification('completed', AT - DAY_MS)];
    expect(await ended()).toMatchObject({ status: 'done', summary: 'it is so already' });
    expect(asked()).toBe(1);
    expect(await noted()).toBeUndefined();
  });

  test('throttled: nothing was made, so nothing stays noted if it is asked for no more', async () => {
    const { ended, noted } = ec2({ refuses: 'RequestLimitExceeded', kind: 'throttled' });
    await expect(ended()).rejects.toMatchObject({ kind: 'throttled' });
    expect(await noted()).toBeUndefined();
  });

  test('an answer was lost, and the volume is so before EC2 lists what was asked for: it is ours', async () => {
    const says: Parameters<typeof ec2>[0] = { kind: 'transient', refuses: 'InternalError' };
    const { ended, noted, asked } = ec2(says);
    await expect(ended()).rejects.toMatchObject({ kind: 'transient' });
    says.volume = [FROM, TO];
    says.latest = [modification('completed', AT - DAY_MS), modification('optimizing', AT)];
    expect(await ended()).toMatchObject({
      status: 'done',
      summary: expect.stringContaining('EC2 said optimizing'),
    });
    expect(asked()).toBe(1);
    expect(await noted()).toMatchObject({ ours: TO });
  });

  test('one that was taken back and was made all the same is noted once EC2 lists it', async () => {
    const says: Parameters<typeof ec2>[0] = { kind: 'throttled', refuses: 'RequestLimitExceeded' };
    const { ended, noted } = ec2(says);
    await expect(ended()).rejects.toMatchObject({ kind: 'throttled' });
    says.volume = [FROM, FROM, TO];
    says.latest = [modification('optimizing', AT)];
    expect(await ended()).toMatchObject({ status: 'done' });
    expect(await noted()).toMatchObject({ ours: TO, base: FROM });
  });
});
