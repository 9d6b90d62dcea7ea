import { type EpochMs, isoTime } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import type { BucketAsk } from './bucket-ask.ts';
import type { PeakHour } from './minutes.ts';
import type { NamedQuota } from './named-quota.ts';
import { fitting, line } from './plain.ts';

/** What AWS Support is to be told. Texts may come from anywhere: they are made harmless here. */
export interface CaseInput {
  account: string;
  /** e.g. `ec2`. */
  service: string;
  /** What the account does, one sentence each: `EKS cluster payments: 412 nodes, 30 pods per node`. */
  useCase: readonly string[];
  regions: readonly RegionCase[];
  /** Shares are of the throttled calls, 0 to 1. */
  callers: readonly { name: string; share: number }[];
  /** What was changed already to make fewer calls. */
  tuned: readonly string[];
  writtenAt: EpochMs;
}

export interface RegionCase {
  region: string;
  buckets: readonly BucketAsk[];
  /** APIs whose limits AWS does not publish: asked for as a multiple of whatever they are. */
  unpublished?: readonly { api: string; factor: number }[];
  /** Quotas that Service Quotas does not let anybody adjust. */
  quotas: readonly (NamedQuota & { current: number; desired: number })[];
  /** Of throttled calls. */
  peak?: PeakHour | undefined;
  /** Of throttled calls; a sample. */
  requestIds: readonly string[];
  measured: readonly { what: string; value: Fact<number> }[];
}

export interface SupportCase {
  /** Where in the Support Center the text goes. */
  path: readonly string[];
  subject: string;
  /** Plain ASCII, at most `MAX_BODY` characters. */
  body: string;
  /** False: more was to be asked for than one case holds. */
  complete: boolean;
}

/** What CreateCase takes as `communicationBody`. */
export const MAX_BODY = 8_000;
const MAX_REQUEST_IDS = 10;
const REQUEST_ID = /^[A-Za-z0-9-]{8,64}$/;

const PATH = [
  'Create case',
  'Account and billing',
  'General Info and Getting Started',
  'Using AWS & Services',
];

const NAMES: Readonly<Record<string, string>> = {
  autoscaling: 'Amazon EC2 Auto Scaling',
  ec2: 'Amazon EC2',
  eks: 'Amazon EKS',
  elasticloadbalancing: 'Elastic Load Balancing',
  sts: 'AWS STS',
};

/** What each part may take, title included; together less than `MAX_BODY`. */
const ROOM = {
  useCase: 700,
  asked: 2_000,
  present: 1_500,
  peak: 400,
  ids: 900,
  measured: 1_300,
  callers: 650,
  tuned: 400,
} as const;

/** The complete text to copy. The API cannot ask for a higher limit in our place, so a person opens the case. */
export function supportCase(input: CaseInput): SupportCase {
  const service = Object.hasOwn(NAMES, input.service) ? NAMES[input.service] : line(input.service, 40);
  const asked = section('Requested limits (action: burst|refill per second)', askedLines(input), ROOM.asked);
  const parts = [
    section('Use case', useCaseLines(input), ROOM.useCase),
    asked,
    section('Present limits', presentLines(input), ROOM.present),
    section('One-hour peak window (UTC)', peakLines(input), ROOM.peak),
    section('Request ids of throttled calls', idLines(input), ROOM.ids),
    section('Measured', measuredLines(input), ROOM.measured),
    section('Who made the throttled calls', callerLines(input), ROOM.callers),
    section('Already tuned', input.tuned.map(item), ROOM.tuned),
  ];
  return {
    path: PATH,
    subject: `Request an increase in my ${service} API throttling limits`,
    body: parts.map(({ text }) => text).join('\n\n'),
    complete: asked.left === 0,
  };
}

function section(title: string, lines: readonly string[], max: number): { text: string; left: number } {
  const shown = fitting(lines.length === 0 ? ['- none'] : lines, max - title.length - 1);
  return { text: [title, ...shown.lines].join('\n'), left: shown.left };
}

function useCaseLines({ account, useCase, writtenAt }: CaseInput): string[] {
  const about = `Account ${line(account, 20)}; written at ${isoTime(writtenAt)}.`;
  const refill = 'The refill rate matters more than the burst. Limits hold per API and Region.';
  return [about, refill, ...useCase.map(item)];
}

function askedLines({ regions }: CaseInput): string[] {
  return regions.flatMap(({ region, buckets, quotas, unpublished = [] }) => [
    `Region ${line(region, 30)}`,
    ...buckets.map((ask) => `${bucketName(ask)}: ${ask.desired.burst}|${ask.desired.refill}`),
    ...unpublished.map(({ api, factor }) => `${line(api, 64)}: ${factor} times the present limits`),
    ...quotas.map((ask) => `${line(ask.name, 90)} (${line(ask.code, 20)}): ${ask.current} to ${ask.desired}`),
  ]);
}

/** AWS asks to say which of an API's buckets is meant. */
function bucketName({ api, kind }: BucketAsk): string {
  return kind === 'request' ? line(api, 64) : `${line(api, 64)} (${kind} bucket)`;
}

function presentLines({ regions }: CaseInput): string[] {
  return regions.flatMap(({ region, buckets, unpublished = [] }) => [
    ...buckets.map((ask) => {
      const from = line(ask.source, 60);
      return `- ${line(region, 30)} ${line(ask.api, 64)}, ${ask.kind} bucket: ${ask.burst}|${ask.refill} (${from})`;
    }),
    ...unpublished.map(
      ({ api }) => `- ${line(region, 30)} ${line(api, 64)}: not published; please state them`,
    ),
  ]);
}

function peakLines({ regions }: CaseInput): string[] {
  return regions.map(({ region, peak }) => {
    const when =
      peak === undefined
        ? 'unknown'
        : `${isoTime(peak.from)} to ${isoTime(peak.to)}, ${peak.total} throttled calls`;
    return `- ${line(region, 30)}: ${when}`;
  });
}

function idLines({ regions }: CaseInput): string[] {
  return regions.flatMap(({ region, requestIds }) =>
    [...new Set(requestIds)]
      .filter((id) => REQUEST_ID.test(id))
      .slice(0, MAX_REQUEST_IDS)
      .map((id) => `- ${line(region, 30)}: ${id}`),
  );
}

function measuredLines({ regions }: CaseInput): string[] {
  return regions.flatMap(({ region, measured }) =>
    measured.map(({ what, value }) => {
      const said = value.known ? `${value.value}` : `unknown, ${line(value.why, 60)}`;
      const from = `${line(value.source, 60)} at ${isoTime(value.at)}`;
      return `- ${line(region, 30)} ${line(what, 80)}: ${said} (${from})`;
    }),
  );
}

function callerLines({ callers }: CaseInput): string[] {
  return callers.map(({ name, share }) => `- ${line(name, 90)}: ${Math.round(share * 100)} % of them`);
}

function item(text: string): string {
  return `- ${line(text)}`;
}
