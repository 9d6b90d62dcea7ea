import {
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-eventbridge';
import {
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { awsSwitches } from '../../cli/aws-switches.ts';

const iam = mockClient(IAMClient);
const events = mockClient(EventBridgeClient);
const REMEDIATE = 'paramedic-qa-nodeInterruptionRemediate';
const THROTTLING = 'paramedic-qa-apiThrottlingRemediate';
const SWEEP = 'paramedic-qa-sweep';
const NOTICE = 'paramedic-qa-node-interruption-notice';
const LIFECYCLE = 'paramedic-qa-node-interruption-lifecycle';
const STATUS = 'paramedic-qa-execution-status';

/** What AWS remembers. */
let policies: Map<string, string>;
let rules: Map<string, 'ENABLED' | 'DISABLED'>;
let tagged: Set<string>;

function failure(name: string, status: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });
}

const arnOf = (name: string) => `arn:aws:events:eu-west-1:210987654321:rule/${name}`;

beforeEach(() => {
  iam.reset();
  events.reset();
  policies = new Map();
  rules = new Map([
    [NOTICE, 'ENABLED'],
    [LIFECYCLE, 'ENABLED'],
    [STATUS, 'ENABLED'],
  ]);
  tagged = new Set();
  iam.on(GetRoleCommand).resolves({});
  iam.on(GetRolePolicyCommand).callsFake(({ RoleName }) => {
    if (!policies.has(RoleName)) throw failure('NoSuchEntityException', 404);
    return {};
  });
  iam.on(PutRolePolicyCommand).callsFake((input) => {
    policies.set(input.RoleName, input.PolicyDocument);
    return {};
  });
  iam.on(DeleteRolePolicyCommand).callsFake(({ RoleName }) => {
    if (!policies.delete(RoleName)) throw failure('NoSuchEntityException', 404);
    return {};
  });
  events.on(ListRulesCommand).callsFake(({ NamePrefix }) => ({
    Rules: [...rules]
      .filter(([Name]) => Name.startsWith(NamePrefix))
      .map(([Name, State]) => ({ Name, State, Arn: arnOf(Name) })),
  }));
  events.on(TagResourceCommand).callsFake(({ ResourceARN }) => {
    tagged.add(ResourceARN);
    return {};
  });
  events.on(UntagResourceCommand).callsFake(({ ResourceARN }) => {
    tagged.delete(ResourceARN);
    return {};
  });
  events.on(ListTagsForResourceCommand).callsFake(({ ResourceARN }) => ({
    Tags: tagged.has(ResourceARN) ? [{ Key: 'paramedic-stop', Value: 'true' }] : [],
  }));
  events.on(DisableRuleCommand).callsFake(({ Name }) => {
    rules.set(Name, 'DISABLED');
    return {};
  });
  events.on(EnableRuleCommand).callsFake(({ Name }) => {
    rules.set(Name, 'ENABLED');
    return {};
  });
});

const switches = () => awsSwitches('qa', 'eu-west-1');

describe('the explicit Deny in IAM', () => {
  test('is attached to every executor, reads back, and is taken off again; twice is once', async () => {
    const engaged = { state: 'engaged', byUs: true };
    for (let time = 0; time < 2; time++) {
      expect(await switches().deny()).toMatchObject([
        { name: REMEDIATE, ...engaged },
        { name: THROTTLING, ...engaged },
        { name: SWEEP, ...engaged },
      ]);
    }
    expect(policies.get(REMEDIATE)).toContain('"Effect":"Deny"');
    for (let time = 0; time < 2; time++) {
      expect((await switches().allow()).map(({ state }) => state)).toEqual(['clear', 'clear', 'clear']);
    }
    expect(policies.size).toBe(0);
  });

  test('a role that is not there is absent, one that may not be read is named with the permission', async () => {
    iam.on(GetRoleCommand, { RoleName: SWEEP }).rejects(failure('NoSuchEntityException', 404));
    iam.on(GetRoleCommand, { RoleName: THROTTLING }).rejects(failure('NoSuchEntityException', 404));
    iam.on(GetRoleCommand, { RoleName: REMEDIATE }).rejects(failure('AccessDenied', 403));
    const [remediate, throttling, sweep] = await switches().deny();
    expect(remediate).toMatchObject({ state: 'unreadable', why: expect.stringContaining('iam:GetRole') });
    expect(throttling).toMatchObject({ state: 'absent' });
    expect(sweep).toMatchObject({ state: 'absent' });
    expect(policies.size).toBe(0);
  });
});

describe('the rules in EventBridge', () => {
  test('those that start something are disabled and marked, and enabled again', async () => {
    const states = async () => (await switches().rules()).map(({ name, state, byUs }) => [name, state, byUs]);
    await switches().disableRules();
    expect(await states()).toEqual([
      [NOTICE, 'engaged', true],
      [LIFECYCLE, 'engaged', true],
    ]);
    expect(rules.get(STATUS)).toBe('ENABLED');
    await switches().enableRules();
    expect(await states()).toEqual([
      [NOTICE, 'clear', false],
      [LIFECYCLE, 'clear', false],
    ]);
    expect(tagged.size).toBe(0);
  });

  test('one that somebody disabled before stays disabled', async () => {
    rules.set(LIFECYCLE, 'DISABLED');
    await switches().disableRules();
    const after = await switches().enableRules();
    expect(after).toMatchObject([
      { name: NOTICE, state: 'clear' },
      { name: LIFECYCLE, state: 'engaged', byUs: false },
    ]);
    expect(rules.get(LIFECYCLE)).toBe('DISABLED');
  });

  test('one that cannot be disabled hides no other', async () => {
    events.on(DisableRuleCommand, { Name: NOTICE }).rejects(failure('AccessDeniedException', 403));
    expect(await switches().disableRules()).toMatchObject([
      { name: NOTICE, state: 'unreadable', why: expect.stringContaining('events:DisableRule') },
      { name: LIFECYCLE, state: 'engaged' },
    ]);
  });

  test('every page is read', async () => {
    events
      .on(ListRulesCommand, { NamePrefix: 'paramedic-qa-' })
      .callsFake(({ NextToken }) =>
        NextToken === undefined
          ? { Rules: [{ Name: NOTICE, State: 'ENABLED', Arn: arnOf(NOTICE) }], NextToken: '2' }
          : { Rules: [{ Name: LIFECYCLE, State: 'ENABLED', Arn: arnOf(LIFECYCLE) }] },
      );
    expect((await switches().rules()).map(({ name }) => name)).toEqual([NOTICE, LIFECYCLE]);
  });
});
