import type { Action, ActionContext, ActionResult } from '../../../shared/actions/action.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import { isFailure } from '../../../shared/errors.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Modification, Volume } from '../../../shared/ports/volumes.ts';
import type { Json } from '../../../shared/workflow/port.ts';
import { isSame, provisionedFor } from '../performance.ts';
import { noteAsked, noteFailed, takeBack } from './noted.ts';
import { refused } from './refusal.ts';
import { beforeOf, goalOf, isAt, isRunning, readLatest, readVolume, shown } from './volume.ts';

const TICK_MS = 15 * SECOND_MS;
/** EC2 says `optimizing` within minutes; the new performance holds from then on. */
const TAKEN_WITHIN_MS = HOUR_MS;

const UNDER_WAY = 'IncorrectModificationState';
/** Kinds of failure of which nothing was changed. */
const NOT_TAKEN = ['conflict', 'invalid', 'not-found', 'unauthorised', 'unsupported'] as const;

interface Memory {
  /** Noted before anything is changed. */
  notedAt: EpochMs;
  sentAt?: EpochMs;
}

/**
 * One ModifyVolume with type, IOPS and throughput together; never a size. EC2 has no client token: what says that it was
 * made is the volume, its latest modification, and a row of the ledger that is written before the call.
 */
export const modifyVolume: Action = {
  name: 'modify-volume',
  describe: 'gives an EBS volume other IOPS, throughput or type in one change, without taking it off',
  permissions: {
    aws: ['ec2:DescribeVolumes', 'ec2:DescribeVolumesModifications', 'ec2:ModifyVolume'],
    kubernetes: [],
  },
  risk: 'medium',
  // Another modification brings it back, and EC2 takes four a day.
  reversible: false,
  gentle: false,
  cost: 'as the plan says, each month until it is stepped back',
  cooldownMs: 6 * HOUR_MS,
  apply: async (context, step) => {
    const memory = memoryOf(context);
    if (memory === undefined) return await note(context, step);
    if (memory.sentAt === undefined) return await send(context, step, memory);
    return await follow(context, step, memory);
  },
  verify: async (context, step) => {
    const volume = await readVolume(context, step);
    const performance = provisionedFor(volume);
    return {
      holds: isAt(volume, goalOf(step)),
      evidence: performance === undefined ? 'EC2 does not say what it is' : `EC2 says ${shown(performance)}`,
    };
  },
};

function memoryOf({ memory }: ActionContext): Memory | undefined {
  return memory['notedAt'] === undefined ? undefined : (memory as unknown as Memory);
}

function kept(memory: Memory): { [name: string]: Json } {
  return { ...memory };
}

async function note(context: ActionContext, step: Step): Promise<ActionResult> {
  const volume = await readVolume(context, step);
  if (isAt(volume, goalOf(step))) return soAlready();
  if (!isAt(volume, beforeOf(step)))
    return failed('somebody changed the volume in the meantime: nothing was changed');
  const memory = kept({ notedAt: context.ports.clock.now() });
  return { status: 'again', summary: `noted: ${shown(beforeOf(step))}`, memory };
}

async function send(context: ActionContext, step: Step, memory: Memory): Promise<ActionResult> {
  const [volume, latest] = [await readVolume(context, step), await readLatest(context, step)];
  const over = whyOver({ volume, latest }, step);
  const isSo = over?.status === 'done';
  // Ours already: the answer, or this round, was lost.
  if (isOurs(latest, step, memory) || (isSo && (await takenAfterAll(context, step, memory)) === 'ours')) {
    await noteAsked(context, step);
    return sent(context, memory);
  }
  if (over !== undefined) {
    // A crash may have been between the row and the call.
    await takeBack(context, step);
    return over;
  }
  await context.checkStop();
  return await ask(context, step, memory);
}

/** Nothing was asked for, and nothing is to be. */
function whyOver(now: { volume: Volume; latest: Modification | undefined }, step: Step) {
  if (isAt(now.volume, goalOf(step))) return soAlready();
  if (isRunning(now.latest))
    return failed('another modification of the volume is under way: nothing was changed');
  if (!isAt(now.volume, beforeOf(step)))
    return failed('somebody changed the volume in the meantime: nothing was changed');
  return undefined;
}

function sent({ ports }: ActionContext, memory: Memory): ActionResult {
  const summary = 'EC2 modifies the volume';
  return { status: 'again', summary, memory: kept({ ...memory, sentAt: ports.clock.now() }) };
}

/** The row of the ledger is written before the call, and taken back where EC2 says that nothing came of it. */
async function ask(context: ActionContext, step: Step, memory: Memory): Promise<ActionResult> {
  const { volumes } = context.ports;
  await noteAsked(context, step);
  try {
    await volumes.modifyVolume({ id: step.targets[0].id, ...askedFor(goalOf(step)) });
    return sent(context, memory);
  } catch (error) {
    // Should it be asked for no more, the row would be of a change that was never made.
    if (isFailure(error, 'throttled')) await takeBack(context, step);
    if (!isFailure(error, ...NOT_TAKEN)) throw error;
    const taken = error.kind === 'conflict' ? await takenAfterAll(context, step, memory) : 'not';
    if (taken === 'ours') return sent(context, memory);
    // One that is under way and that nobody can see may be ours: then the row stays.
    if (taken === 'not' || error.code !== UNDER_WAY) await takeBack(context, step);
    if (isFailure(error, 'unauthorised', 'unsupported')) throw error;
    return await refused(context, step, error);
  }
}

/**
 * Whether a conflict, or what the volume is already, is what was just asked for: the SDK asks again when an answer is lost,
 * and EC2's list is behind its answers for seconds. `not`: the list has somebody else's.
 */
async function takenAfterAll(
  context: ActionContext,
  step: Step,
  memory: Memory,
): Promise<'ours' | 'not' | 'unseen'> {
  await context.ports.clock.sleep(TICK_MS);
  const latest = await readLatest(context, step);
  if (isOurs(latest, step, memory)) return 'ours';
  return isRunning(latest) ? 'not' : 'unseen';
}

/** EC2 writes down what it was asked for, when it was asked. */
function isOurs(latest: Modification | undefined, step: Step, memory: Memory): boolean {
  return isSince(latest, memory) && isSame(provisionedFor(latest.to), goalOf(step));
}

/** An earlier one stands in EC2's list until the new one does. */
function isSince(latest: Modification | undefined, { notedAt }: Memory): latest is Modification {
  return latest !== undefined && latest.startedAt >= notedAt - MINUTE_MS;
}

function soAlready(): ActionResult {
  return { status: 'done', summary: 'it is so already', lookAgain: true };
}

/** Only what the type can be asked for. */
function askedFor({ type, iops, throughputMib }: ReturnType<typeof goalOf>) {
  if (type === 'gp3') return { type, iops, throughputMib };
  return type === 'io1' || type === 'io2' ? { type, iops } : { type };
}

async function follow(context: ActionContext, step: Step, memory: Memory): Promise<ActionResult> {
  const { clock } = context.ports;
  const roundEnds = clock.now() + context.roundMs - TICK_MS;
  for (;;) {
    const { state, why, isTaken } = await seen(context, step, memory);
    if (isTaken) {
      const summary = `${shown(goalOf(step))}: EC2 said ${state}`;
      return { status: 'done', summary, memory: kept(memory), lookAgain: true };
    }
    if (state === 'failed') {
      // Otherwise a part of it may hold.
      if (isAt(await readVolume(context, step), beforeOf(step))) await noteFailed(context, step);
      return failed(`EC2 says that the modification failed: ${why ?? 'no reason'}`);
    }
    if (clock.now() > (memory.sentAt ?? 0) + TAKEN_WITHIN_MS)
      return failed(`after an hour EC2 still says ${state}`);
    const summary = `the modification is ${state}`;
    if (clock.now() >= roundEnds || (await context.hasNews())) {
      return { status: 'again', summary, memory: kept(memory) };
    }
    await clock.sleep(TICK_MS);
  }
}

/** `isTaken`: EC2 says so of the modification and of the volume, one of which may be behind the other. */
async function seen(context: ActionContext, step: Step, memory: Memory) {
  const latest = await readLatest(context, step);
  if (!isSince(latest, memory)) return { state: 'not to be seen yet', isTaken: false } as const;
  const { state, statusMessage: why } = latest;
  const holds = state === 'optimizing' || state === 'completed';
  return { state, why, isTaken: holds && isAt(await readVolume(context, step), goalOf(step)) };
}

function failed(summary: string): ActionResult {
  return { status: 'failed', summary };
}
