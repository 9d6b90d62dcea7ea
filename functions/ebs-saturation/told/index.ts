import type { Finding } from '../../../shared/incident/plan.ts';
import type { Cause, CauseName, Diagnosis, Input } from '../diagnose/types.ts';
import { UNIT } from '../diagnose/verdict.ts';
import { chartLines } from './charts.ts';

const MAX_MISSING = 6;

/** What stands around the figures: whose volume it is, the others of its instance, and its charts up to now. */
export interface Around {
  where?: readonly string[];
  volumes?: readonly string[];
  /** Absent: what is told is of now. */
  now?: Input;
}

/**
 * Every cause for people: its numbers, what would help, what would not, and what is not known. `where`: whose volume it
 * is, before everything else. Pure.
 */
export function findingsOf(
  diagnosis: Diagnosis,
  input: Input,
  { where = [], volumes = [], now = input }: Around = {},
): Finding[] {
  return diagnosis.causes.map((cause, index) => ({
    cause: TEXTS[cause.name](namesOf(cause, input)),
    confidence: cause.confidence,
    evidence: [
      ...(index === 0 ? where : []),
      ...cause.evidence,
      ...(index === 0 ? volumes : []),
      ...(index === 0 ? chartLines(now) : []),
      ...helpOf(cause).map((text) => `would help: ${text}`),
      ...cause.wouldNotHelp.map((text) => `would not help: ${text}`),
      ...(index === 0 ? missingLines(diagnosis, cause) : []),
    ],
  }));
}

interface Names {
  volume: string;
  instance: string;
  what: string;
}

function namesOf({ short }: Cause, { measured, performance, ceiling, isRoot, isData }: Input): Names {
  const { volumeId, instanceId = 'its instance' } = measured;
  const type = performance.known ? ` (${performance.value.type}, ${performance.value.sizeGib} GiB)` : '';
  const root = isRoot.known && isRoot.value ? `${isData === true ? 'data' : 'root'} volume ` : '';
  const instanceType = ceiling.known ? ` (${ceiling.value.instanceType})` : '';
  return {
    volume: `${root}${volumeId}${type}`,
    instance: `${instanceId}${instanceType}`,
    what: short.map((resource) => UNIT[resource]).join(' and '),
  };
}

const TEXTS: Readonly<Record<CauseName, (names: Names) => string>> = {
  'stalled-io': ({ volume }) => `operations on ${volume} do not come back: stalled IO`,
  'instance-burst': ({ instance, what }) => `${instance} has used up its bursts of ${what}`,
  'instance-limit': ({ instance, what }) => `${instance} carries no more ${what}`,
  'boot-burst': ({ volume, what }) => `${volume} is short of ${what || 'performance'} while its node boots`,
  'burst-balance': ({ volume, what }) => `${volume} runs out of burst credits for ${what}`,
  'volume-iops': ({ volume }) => `${volume} is asked for more IOPS than it has`,
  'volume-throughput': ({ volume }) => `${volume} is asked for more MiB/s than it has`,
  'noisy-neighbour': ({ volume, what }) => `pods that share ${volume} use up its ${what}`,
  'nothing-wrong': ({ volume }) => `${volume} is short of nothing`,
  unknown: ({ volume }) => `why ${volume} is in alarm is unknown`,
};

const HELPS: Readonly<Record<CauseName, readonly string[]>> = {
  'stalled-io': [
    'AWS Health and AWS Support; the instance’s status checks; stopping and starting the instance, by a person',
  ],
  'instance-burst': ['an instance size without bursts, or a larger one; pods spread over more nodes'],
  'instance-limit': ['a larger instance type; pods spread over more nodes'],
  'boot-burst': [
    'new nodes made with more of it, or with container state on a volume of its own; fewer image pulls at once',
  ],
  'burst-balance': ['gp3 instead of gp2: it has no credits to run out of; for st1 and sc1 a larger volume'],
  'volume-iops': ['more IOPS for this volume'],
  'volume-throughput': ['more throughput for this volume'],
  'noisy-neighbour': [
    'a volume of its own for what writes most, ephemeral-storage limits, or another node for it',
  ],
  'nothing-wrong': ['nothing now; another threshold of the alarm, if it comes again while nothing is short'],
  unknown: [],
};

function helpOf({ name }: Cause): readonly string[] {
  return HELPS[name];
}

/** The cause `unknown` has them as its evidence already. */
function missingLines({ missing }: Diagnosis, { name }: Cause): string[] {
  if (name === 'unknown') return [];
  const more = missing.length > MAX_MISSING ? [`and ${missing.length - MAX_MISSING} more`] : [];
  return [...missing.slice(0, MAX_MISSING), ...more];
}
