import type {
  AlarmContributor,
  CompositeAlarm,
  DescribeAlarmContributorsInput,
  DescribeAlarmsInput,
  ListAlarmMuteRulesInput,
  MetricAlarm,
  StateValue,
} from '@aws-sdk/client-cloudwatch';
import { alarmsAdapter } from '../shared/aws/alarms.ts';
import type { AlarmOperations } from '../shared/aws/alarms-ops.ts';
import type { Alarms } from '../shared/ports/alarms.ts';
import type { AlarmSpec } from './world-file.ts';

/** Small, so that every longer answer has several pages. */
const PAGE = 20;

interface Scope {
  account: string;
  region: string;
  /** Those that are there from the start. */
  alarms?: readonly AlarmSpec[];
}

/** CloudWatch alarms of one account and Region, in the SDK's own types. Nothing evaluates them: their state is given. */
export class SimAlarms implements AlarmOperations {
  readonly #scope: Scope;
  /** By name. */
  readonly #alarms = new Map<string, { metric: MetricAlarm } | { composite: CompositeAlarm }>();

  /** By the name of their alarm; those in ALARM. */
  readonly #contributors = new Map<string, AlarmContributor[]>();

  readonly #muted = new Set<string>();

  constructor(scope: Scope) {
    this.#scope = scope;
    for (const alarm of scope.alarms ?? []) {
      if ('rule' in alarm) this.putComposite(alarm.name, { AlarmRule: alarm.rule, StateValue: 'OK' });
      else this.putMetric(alarm.name, metricOf(alarm));
    }
  }

  /** The account's port: the real adapter, on this instead of the network. */
  port(): Alarms {
    return alarmsAdapter(this);
  }

  /** Creates or replaces an alarm, and gives its ARN. */
  putMetric(name: string, metric: MetricAlarm): string {
    const AlarmArn = this.#arnOf(name);
    this.#alarms.set(name, { metric: { ...metric, AlarmName: name, AlarmArn } });
    return AlarmArn;
  }

  /** Likewise; the rule is in CloudWatch's words. */
  putComposite(name: string, composite: CompositeAlarm & { AlarmRule: string }): string {
    const AlarmArn = this.#arnOf(name);
    this.#alarms.set(name, { composite: { ...composite, AlarmName: name, AlarmArn } });
    return AlarmArn;
  }

  /** Does nothing where there is no such alarm. */
  setState(name: string, StateValue: StateValue): void {
    const alarm = this.#alarms.get(name);
    if (alarm === undefined) return;
    if ('metric' in alarm) this.putMetric(name, { ...alarm.metric, StateValue });
    else this.#alarms.set(name, { composite: { ...alarm.composite, StateValue } });
  }

  /** As `setState`, since then; one that is not there is made, and watches nothing that anybody could read. */
  stand(name: string, StateValue: StateValue, StateTransitionedTimestamp: Date): void {
    const alarm = this.#alarms.get(name) ?? { metric: {} };
    const state = { StateValue, StateTransitionedTimestamp };
    if ('metric' in alarm) this.putMetric(name, { ...alarm.metric, ...state });
    else this.#alarms.set(name, { composite: { ...alarm.composite, ...state } });
  }

  /** Its series that are in ALARM from now on. */
  putContributors(name: string, contributors: AlarmContributor[]): void {
    this.#contributors.set(name, contributors);
  }

  /** Until `unmute`, a rule that names the alarm is active. */
  mute(name: string): void {
    this.#muted.add(name);
  }

  unmute(name: string): void {
    this.#muted.delete(name);
  }

  delete(name: string): void {
    this.#alarms.delete(name);
    this.#contributors.delete(name);
  }

  describeContributors = async ({ AlarmName = '', NextToken }: DescribeAlarmContributorsInput) => {
    if (!this.#alarms.has(AlarmName)) {
      throw Object.assign(new Error(`no alarm ${AlarmName}`), { name: 'ResourceNotFoundException' });
    }
    const start = Number(NextToken ?? 0);
    const found = this.#contributors.get(AlarmName) ?? [];
    return {
      AlarmContributors: found.slice(start, start + PAGE),
      ...(start + PAGE < found.length && { NextToken: String(start + PAGE) }),
    };
  };

  listMuteRules = async ({ AlarmName, Statuses = ['ACTIVE'] }: ListAlarmMuteRulesInput) => {
    const muted = Statuses.includes('ACTIVE') ? [...this.#muted] : [];
    const found = muted.filter((name) => AlarmName === undefined || name === AlarmName);
    return { AlarmMuteRuleSummaries: found.map(() => ({ Status: 'ACTIVE' as const })) };
  };

  describeAlarms = async (request: DescribeAlarmsInput) => {
    const {
      AlarmNames = [...this.#alarms.keys()],
      AlarmTypes = ['MetricAlarm'],
      StateValue,
      NextToken,
    } = request;
    const start = Number(NextToken ?? 0);
    const found = AlarmNames.flatMap((name) => this.#alarms.get(name) ?? []).filter((each) => {
      const alarm = 'metric' in each ? each.metric : each.composite;
      return StateValue === undefined || alarm.StateValue === StateValue;
    });
    const page = found.slice(start, start + PAGE);
    const MetricAlarms = page.flatMap((each) => ('metric' in each ? [each.metric] : []));
    const CompositeAlarms = page.flatMap((each) => ('composite' in each ? [each.composite] : []));
    return {
      MetricAlarms: AlarmTypes.includes('MetricAlarm') ? MetricAlarms : [],
      CompositeAlarms: AlarmTypes.includes('CompositeAlarm') ? CompositeAlarms : [],
      ...(start + PAGE < found.length && { NextToken: String(start + PAGE) }),
    };
  };

  #arnOf(name: string): string {
    const { account, region } = this.#scope;
    return `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
  }
}

function metricOf({ namespace, metric, dimensions }: Extract<AlarmSpec, { metric: string }>): MetricAlarm {
  return {
    Namespace: namespace,
    MetricName: metric,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    StateValue: 'OK',
  };
}
