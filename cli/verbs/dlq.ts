import { troubles } from '../../functions/index.ts';
import { type EpochMs, humanDuration, isoTime } from '../../shared/clock.ts';
import { didYouMean } from '../../shared/config/nearest.ts';
import { parseEnvelope } from '../../shared/pipeline/envelope.ts';
import type { Deployment } from '../deployment.ts';
import { type DeadLetter, type Lane, lanesOf, peek, redrive } from '../dlq.ts';
import { plain, table } from '../output.ts';
import { TARGET_OPTIONS, targetOf } from '../target.ts';
import {
  countOption,
  EXIT,
  type ExitCode,
  type OptionValues,
  textOption,
  UsageError,
  type Verb,
  type VerbInput,
} from '../verb.ts';

const LANES = lanesOf(troubles);
const DEFAULT_LIMIT = 20;
const DEFAULT_RATE = 5;
const MAX_RATE = 50;

export const verb: Verb = {
  name: 'dlq',
  summary: 'look at parked messages and send them again',
  operands: 'ls|redrive',
  count: { min: 1, max: 1 },
  options: {
    lane: {
      type: 'string',
      value: '<lane>',
      help: `${LANES.map(({ name }) => name).join(', ')}, or all of a trouble or of one kind; default every one`,
    },
    'dry-run': { type: 'boolean', help: 'redrive: list what would be sent, send nothing' },
    rate: {
      type: 'string',
      value: '<n>',
      help: `redrive: messages a second, at most ${MAX_RATE}; default ${DEFAULT_RATE}`,
    },
    limit: { type: 'string', value: '<n>', help: `ls: messages shown per lane; default ${DEFAULT_LIMIT}` },
    json: { type: 'boolean', help: 'as JSON' },
    ...TARGET_OPTIONS,
  },
  examples: ['dlq ls --stage prod', 'dlq redrive --stage prod --lane node-interruption-lifecycle --dry-run'],
  run,
};

async function run(input: VerbInput): Promise<ExitCode> {
  const { operands, options, context } = input;
  const [what] = operands;
  if (what !== 'ls' && what !== 'redrive') throw new UsageError('say ls or redrive');
  const lanes = chosenLanes(options);
  const rate = countOption(options, 'rate') ?? DEFAULT_RATE;
  if (rate > MAX_RATE) throw new UsageError(`--rate is at most ${MAX_RATE}`);
  const limit = countOption(options, 'limit') ?? DEFAULT_LIMIT;
  const deployment = await context.connect(targetOf(options, context.env));
  const isDry = what === 'ls' || options['dry-run'] === true;
  return isDry ? await list(input, deployment, lanes, limit) : await send(input, deployment, lanes, rate);
}

/** By the lane's own name, or by what several share. */
function chosenLanes(options: OptionValues): readonly Lane[] {
  const given = textOption(options, 'lane');
  if (given === undefined) return LANES;
  const lanes = LANES.filter(({ name, trouble, kind }) => [name, trouble, kind].includes(given));
  if (lanes.length > 0) return lanes;
  const known = LANES.map(({ name }) => name);
  throw new UsageError(`--lane is one of ${known.join(', ')}${didYouMean(given, known)}`);
}

async function list(
  { options, output, context }: VerbInput,
  { name, deadLetters }: Deployment,
  lanes: readonly Lane[],
  limit: number,
): Promise<ExitCode> {
  const found = [];
  for (const lane of lanes) {
    const depth = await deadLetters.depth(lane);
    const letters = await peek(deadLetters, lane, limit);
    found.push(...letters.map((letter) => ({ lane: lane.name, ...shown(letter) })));
    output.talk(
      `${name}: ${lane.name}: about ${Math.max(depth, letters.length)} parked, ${letters.length} shown`,
    );
  }
  if (options['json'] === true) output.json(found);
  else for (const line of letterLines(found, context.clock.now())) output.data(line);
  return EXIT.ok;
}

type Shown = ReturnType<typeof shown> & { lane: string };

function shown({ id, sentAt, reason, body }: DeadLetter) {
  const parsed = body === undefined ? undefined : parseEnvelope(body);
  const event = parsed?.ok === true ? parsed.event.detailType : 'not an event';
  return { id, sentAt, reason: reason ?? 'failed too often', event };
}

function letterLines(letters: readonly Shown[], now: EpochMs): string[] {
  return table(
    letters.map(({ lane, id, sentAt, reason, event }) => [
      lane,
      id,
      isoTime(sentAt),
      `${humanDuration(now - sentAt)} ago`,
      event,
      reason,
    ]),
  ).map(plain);
}

async function send(
  { options, output, context }: VerbInput,
  { name, deadLetters }: Deployment,
  lanes: readonly Lane[],
  perSecond: number,
): Promise<ExitCode> {
  const results = [];
  for (const lane of lanes) {
    const result = await redrive(deadLetters, context.clock, { lane, perSecond });
    results.push({ lane: lane.name, ...result });
    output.talk(
      `${name}: ${lane.name}: ${result.sent} sent again, ${result.kept} kept as they cannot be sent`,
    );
  }
  if (options['json'] === true) output.json(results);
  return EXIT.ok;
}
