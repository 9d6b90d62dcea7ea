/** One of the switches beside the ledger's, as it reads now. */
export interface Switch {
  /** Of the role or the rule. */
  name: string;
  /** `absent`: there is no such role. `altered`: a rule brings events, but not those it brought before the stop. */
  state: 'engaged' | 'clear' | 'absent' | 'altered' | 'unreadable';
  /** Engaged by `paramedic stop`, so that `paramedic resume` releases it. */
  byUs: boolean;
  /** Why it could not be read or changed, or in what it is altered. */
  why?: string;
}

/**
 * The switches that work when our code does not: an explicit Deny on the roles that may change anything, and the rules
 * that bring events. They are where they act, so nothing else has to remember them. Each call reads back what it did;
 * what fails is `unreadable` with its reason and hides no other.
 */
export interface OuterSwitches {
  roles(): Promise<Switch[]>;
  rules(): Promise<Switch[]>;
  deny(): Promise<Switch[]>;
  allow(): Promise<Switch[]>;
  disableRules(): Promise<Switch[]>;
  /** Only those that `disableRules` disabled, each to the state it had then: never to a wider one. */
  enableRules(): Promise<Switch[]>;
}

/** Loads what they need with the first call: other verbs do without it. */
export function lazySwitches(load: () => Promise<OuterSwitches>): OuterSwitches {
  return {
    roles: async () => await (await load()).roles(),
    rules: async () => await (await load()).rules(),
    deny: async () => await (await load()).deny(),
    allow: async () => await (await load()).allow(),
    disableRules: async () => await (await load()).disableRules(),
    enableRules: async () => await (await load()).enableRules(),
  };
}

/** Name of the inline policy. */
export const DENY_POLICY = 'paramedic-stop';
/**
 * Tag of a rule that `paramedic stop` disabled, with the state it had as its value; one that somebody else disabled has
 * none.
 */
export const STOP_TAG = 'paramedic-stop';

const ON_STATES = ['ENABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'] as const;
/** In the first one a rule sees no calls of CloudTrail that only read. */
export type OnState = (typeof ON_STATES)[number];

export function isOnState(state: string): state is OnState {
  return ON_STATES.some((each) => each === state);
}

/** The roles that may change something outside Paramedic, by the names `serverless.yml` gives them. */
export function executorRoles(stage: string, troubles: readonly { name: string }[]): string[] {
  const remediators = troubles.map(({ name }) => `paramedic-${stage}-${camelCase(name)}Remediate`);
  return [...remediators, `paramedic-${stage}-sweep`];
}

/**
 * Whether a rule starts something: the events of a trouble and the sweep's schedule. The one that tells people of
 * failed runs goes on.
 */
export function startsSomething(rule: string, stage: string, troubles: readonly { name: string }[]): boolean {
  const prefix = `paramedic-${stage}-`;
  if (!rule.startsWith(prefix)) return false;
  const rest = rule.slice(prefix.length);
  return troubles.some(({ name }) => rest.startsWith(`${name}-`)) || SWEEP_RULE.test(rest);
}

const SWEEP_RULE = /^SweepEventsRuleSchedule\d+-[A-Za-z0-9]+$/;

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Denies everything but what remembering, telling and reading need, and the reading of the stop switch itself: a run
 * that may not see the switch counts it as engaged, so that it does not act on Kubernetes either.
 */
export function denyPolicy(): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Sid: 'ChangeNothing', Effect: 'Deny', NotAction: STILL_ALLOWED, Resource: '*' },
      {
        Sid: 'HideTheSwitch',
        Effect: 'Deny',
        Action: ['dynamodb:GetItem'],
        Resource: '*',
        Condition: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': ['SWITCH'] } },
      },
    ],
  });
}

const STILL_ALLOWED: readonly string[] = [
  'logs:*',
  'dynamodb:*',
  'sqs:*',
  'sns:Publish',
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'lambda:*',
  'sts:*',
  'cloudwatch:Get*',
  'cloudwatch:List*',
  'cloudwatch:Describe*',
  'ec2:Describe*',
  'autoscaling:Describe*',
  'eks:Describe*',
  'eks:List*',
  'servicequotas:Get*',
  'servicequotas:List*',
  'cloudtrail:LookupEvents',
  // Lambda makes a function's network interfaces with the function's own role.
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];
