import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { troubles } from '../../functions/index.ts';
import { type EpochMs, isoTime } from '../../shared/clock.ts';
import { didYouMean } from '../../shared/config/nearest.ts';
import type { Trouble } from '../../shared/pipeline/trouble.ts';
import { printableJson } from '../output.ts';
import { overrides } from '../overrides.ts';
import { EXIT, type ExitCode, textList, textOption, UsageError, type Verb, type VerbInput } from '../verb.ts';

const EVENTS = fileURLToPath(new URL('../../events/', import.meta.url));

export const verb: Verb = {
  name: 'trigger',
  summary: 'print a sample event, ready to send',
  operands: '[sample]',
  count: { min: 0, max: 1 },
  options: {
    set: { type: 'string', value: '<path>=<value>', multiple: true, help: 'change a field; may be repeated' },
    now: {
      type: 'boolean',
      help: 'a new id, and now as the time: without it the sample is printed as it stands',
    },
    out: { type: 'string', value: '<file>', help: 'write to a file instead of stdout' },
  },
  examples: [
    'trigger',
    'trigger spot-interruption-terminate --now --set detail.instance-id=i-0123456789abcdef0',
  ],
  run,
};

async function run({ operands, options, output, context }: VerbInput): Promise<ExitCode> {
  const names = await sampleNames();
  const name = operands[0]?.replace(/\.json$/, '').replace(/^.*\//, '');
  if (name === undefined) {
    output.talk('samples:');
    for (const each of names) output.data(each);
    return EXIT.ok;
  }
  if (!names.includes(name)) throw new UsageError(`there is no sample '${name}'${didYouMean(name, names)}`);
  const sample: unknown = JSON.parse(await readFile(resolve(EVENTS, `${name}.json`), 'utf8'));
  const stamp = options['now'] === true ? stampOf(sample, context.clock.now()) : [];
  const event = overrides(sample, [...stamp, ...textList(options, 'set')]);
  const out = textOption(options, 'out');
  if (out === undefined) output.json(event);
  else await writeFile(resolve(context.cwd, out), `${printableJson(event)}\n`);
  if (out !== undefined) output.talk(`wrote ${out}`);
  const counter = countedBy(sample);
  if (counter !== undefined)
    output.talk(
      `${counter} counts these: one alone opens no incident; \`simulate\` says how many of how many there are`,
    );
  return EXIT.ok;
}

interface Stamped {
  detail?: { eventID?: unknown; eventTime?: unknown; state?: { timestamp?: unknown } };
}

/**
 * What makes it a new event of now. A record of CloudTrail has an id and a time of its own inside; an alarm and a
 * contributor of one have the time since which they are in their state, and what is old opens nothing.
 */
function stampOf(sample: unknown, now: EpochMs): string[] {
  const time = isoTime(now);
  const { detail } = sample as Stamped;
  const isRecord = typeof detail?.eventID === 'string' && typeof detail.eventTime === 'string';
  const isAlarm = typeof detail?.state?.timestamp === 'string';
  return [
    `id=${randomUUID()}`,
    `time=${time}`,
    ...(isRecord ? [`detail.eventID=${randomUUID()}`, `detail.eventTime=${time}`] : []),
    ...(isAlarm ? [`detail.state.timestamp=${time.replace('Z', '.000+0000')}`] : []),
  ];
}

/** The trouble that counts such events and opens nothing at the first one, if there is one. */
function countedBy(sample: unknown): string | undefined {
  const { source, 'detail-type': type } = sample as { source?: unknown; 'detail-type'?: unknown };
  const isRead = ({ events }: Trouble) =>
    events.some((event) => event.source === source && event.detailType === type);
  return troubles.find((trouble) => trouble.aggregate !== undefined && isRead(trouble))?.name;
}

async function sampleNames(): Promise<string[]> {
  const files = await readdir(EVENTS);
  return files
    .filter((file) => file.endsWith('.json') && file !== 'manifest.json')
    .map((file) => file.slice(0, -'.json'.length))
    .toSorted();
}
