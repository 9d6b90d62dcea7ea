import { describe, expect, test } from 'vitest';
import { modifyVolume } from '../../functions/ebs-saturation/actions/modify-volume.ts';
import type { ActionContext, ActionResult } from '../../shared/actions/action.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { PortError } from '../../shared/errors.ts';
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
      throw new PortError('conflict', 'no', { operation, code: says.refuses });
    },
  };
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const table = new MemoryTable();
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
  return { ended, asked: () => asked };
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
