import type {
  AlarmContributor,
  CompositeAlarm as AwsComposite,
  MetricAlarm as AwsMetricAlarm,
  DescribeAlarmsInput,
  Dimension,
  StateValue,
} from '@aws-sdk/client-cloudwatch';
import type { EpochMs } from '../clock.ts';
import { PortError } from '../errors.ts';
import type { Alarm, AlarmMetric, Alarms, Contributor, Firing, MetricAlarm } from '../ports/alarms.ts';
import type { AlarmOperations } from './alarms-ops.ts';
import { awsCall } from './classify.ts';
import { allPages, chunks } from './paging.ts';

/** Names one call takes, and alarms it gives. */
const MAX_NAMES = 100;
/** Of alarms in ALARM; an account with more has other troubles. */
const MAX_FIRING_PAGES = 10;
const DESCRIBE = 'cloudwatch:DescribeAlarms';
const MUTE_RULES = 'cloudwatch:ListAlarmMuteRules';
const DESCRIBE_CONTRIBUTORS = 'cloudwatch:DescribeAlarmContributors';
/** Up to the name, which may hold colons itself. */
const ARN_PREFIX = /^arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:/;
/** Quoted, because names may hold parentheses; CloudWatch writes quotes and backslashes in a name behind a backslash. */
const CHILD =
  /\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^)\s]+))\s*\)/g;

export function alarmsAdapter(calls: AlarmOperations): Alarms {
  return {
    describeAlarms: async (arns) => {
      const asked = new Set(arns);
      const names = [...new Set([...asked].map((arn) => nameOf(arn, DESCRIBE)))];
      const found: Alarm[] = [];
      for (const chunk of chunks(names, MAX_NAMES)) found.push(...(await describeChunk(calls, chunk)));
      return found.filter(({ arn }) => asked.has(arn));
    },
    describeContributors: (arn) => describeContributors(calls, nameOf(arn, DESCRIBE_CONTRIBUTORS)),
    listFiring: () => listFiring(calls),
    hasActiveMute: (arn) => hasActiveMute(calls, arn === undefined ? undefined : nameOf(arn, MUTE_RULES)),
  };
}

/** A name that is no ARN's would be looked for and might be somebody's. */
function nameOf(arn: string, operation: string): string {
  const name = arn.replace(ARN_PREFIX, '');
  if (name !== arn && name !== '') return name;
  throw new PortError('invalid', 'not the ARN of an alarm', { operation });
}

async function describeChunk(calls: AlarmOperations, names: string[]): Promise<Alarm[]> {
  return await allPages<Alarm, string>(async (NextToken) => {
    const answer = await awsCall(DESCRIBE, () =>
      calls.describeAlarms({
        AlarmNames: names,
        // Without it CloudWatch gives no composites.
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: MAX_NAMES,
        NextToken,
      }),
    );
    const { MetricAlarms = [], CompositeAlarms = [] } = answer;
    return {
      items: [...MetricAlarms.map(toMetric), ...CompositeAlarms.map(toComposite)],
      next: answer.NextToken,
    };
  });
}

async function listFiring(calls: AlarmOperations): Promise<Firing> {
  const alarms: MetricAlarm[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < MAX_FIRING_PAGES; page++) {
    const request: DescribeAlarmsInput = {
      StateValue: 'ALARM',
      AlarmTypes: ['MetricAlarm'],
      MaxRecords: MAX_NAMES,
      NextToken,
    };
    const answer = await awsCall(DESCRIBE, () => calls.describeAlarms(request));
    alarms.push(...(answer.MetricAlarms ?? []).map(toMetric));
    NextToken = answer.NextToken;
    if (NextToken === undefined || NextToken === '') return { alarms, isComplete: true };
  }
  return { alarms, isComplete: false };
}

async function hasActiveMute(calls: AlarmOperations, AlarmName: string | undefined): Promise<boolean> {
  const rules = await allPages<unknown, string>(async (NextToken) => {
    const answer = await awsCall(MUTE_RULES, () =>
      calls.listMuteRules({ AlarmName, Statuses: ['ACTIVE'], NextToken }),
    );
    return { items: answer.AlarmMuteRuleSummaries ?? [], next: answer.NextToken };
  });
  return rules.length > 0;
}

async function describeContributors(calls: AlarmOperations, AlarmName: string): Promise<Contributor[]> {
  return await allPages<Contributor, string>(async (NextToken) => {
    const answer = await awsCall(DESCRIBE_CONTRIBUTORS, () =>
      calls.describeContributors({ AlarmName, NextToken }),
    );
    return { items: (answer.AlarmContributors ?? []).map(toContributor), next: answer.NextToken };
  });
}

function toContributor({
  ContributorId = '',
  ContributorAttributes = {},
  StateTransitionedTimestamp,
}: AlarmContributor): Contributor {
  return {
    id: ContributorId,
    attributes: { ...ContributorAttributes },
    ...sinceOf(StateTransitionedTimestamp),
  };
}

function toMetric(from: AwsMetricAlarm): MetricAlarm {
  const { AlarmArn, Namespace, MetricName, Dimensions, Metrics = [] } = from;
  // A monitoring account's alarm may watch what is in others.
  const own = Metrics.filter(({ AccountId }) => AccountId === undefined || AccountId === accountIn(AlarmArn));
  const inputs = own.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
  const single = MetricName === undefined ? [] : [{ Namespace, MetricName, Dimensions }];
  return {
    ...baseOf(from),
    kind: 'metric',
    metrics: [...single, ...inputs].map(toWatched),
    expressions: own.flatMap(({ Expression }) => Expression ?? []),
    // What it is where nobody said so.
    actionsEnabled: from.ActionsEnabled ?? true,
  };
}

function accountIn(arn: string | undefined): string | undefined {
  return arn?.split(':')[4];
}

function toWatched(from: {
  Namespace?: string | undefined;
  MetricName?: string | undefined;
  Dimensions?: Dimension[] | undefined;
}): AlarmMetric {
  const dimensions = (from.Dimensions ?? []).map(({ Name, Value }) => [Name ?? '', Value ?? '']);
  return {
    namespace: from.Namespace ?? '',
    name: from.MetricName ?? '',
    dimensions: Object.fromEntries(dimensions),
  };
}

function toComposite(from: AwsComposite): Alarm {
  const base = baseOf(from);
  return { ...base, kind: 'composite', children: childrenOf(base.arn, from.AlarmRule ?? '') };
}

/** A rule names alarms of its own account and Region, by name or by ARN. */
function childrenOf(arn: string, rule: string): string[] {
  const prefix = ARN_PREFIX.exec(arn)?.[0] ?? '';
  const named = [...rule.matchAll(CHILD)].map(([, double, single, bare = '']) =>
    (double ?? single ?? bare).replaceAll(/\\(.)/g, '$1'),
  );
  return [...new Set(named.map((child) => (ARN_PREFIX.test(child) ? child : `${prefix}${child}`)))];
}

const STATES: Readonly<Record<StateValue, true>> = { OK: true, ALARM: true, INSUFFICIENT_DATA: true };

function baseOf(from: AwsMetricAlarm | AwsComposite) {
  const { AlarmArn = '', AlarmName = '', StateValue: state } = from;
  const isKnown = state !== undefined && Object.hasOwn(STATES, state);
  return {
    arn: AlarmArn,
    name: AlarmName,
    state: isKnown ? state : ('unknown' as const),
    // Of the two the update also moves when the reason changes and the state does not.
    ...sinceOf(from.StateTransitionedTimestamp ?? from.StateUpdatedTimestamp),
  };
}

function sinceOf(at: Date | undefined): { since?: EpochMs } {
  const since = at?.getTime();
  return since === undefined || !Number.isFinite(since) ? {} : { since };
}
