import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTagsForResourceCommand,
  PutRuleCommand,
  type Rule,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { awsSwitches } from '../../cli/aws-switches.ts';

const events = mockClient(EventBridgeClient);
const NOTICE = 'paramedic-qa-node-interruption-notice';
const LIFECYCLE = 'paramedic-qa-node-interruption-lifecycle';
const CALLS = 'paramedic-qa-api-throttling-calls';
const OWN_CALLS = 'paramedic-qa-api-throttling-own-calls';
const STATUS = 'paramedic-qa-execution-status';
const ALL_EVENTS = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';

/** What AWS remembers: rules by name, and the value of our tag by ARN. */
let rules: Map<string, Rule>;
let tags: Map<string, string>;

function failure(name: string, status: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });
}

const arnOf = (name: string) => `arn:aws:events:eu-west-1:210987654321:rule/${name}`;
const ruleOf = (Name: string, State: Rule['State'] = 'ENABLED'): Rule => ({
  Name,
  State,
  Arn: arnOf(Name),
  EventPattern: '{"source":["aws.ec2"]}',
  Description: `About ${Name}`,
  EventBusName: 'default',
});

function setState(name: string, State: Rule['State']): void {
  rules.set(name, { ...ruleOf(name), ...rules.get(name), State });
}

/** What it is not given is gone afterwards. */
function put(input: { Name: string; State: Rule['State'] }): object {
  rules.set(input.Name, { ...input, Arn: arnOf(input.Name) });
  return { RuleArn: arnOf(input.Name) };
}

beforeEach(() => {
  events.reset();
  rules = new Map([NOTICE, LIFECYCLE, STATUS].map((name) => [name, ruleOf(name)]));
  tags = new Map();
  events.on(ListRulesCommand).callsFake(({ NamePrefix }) => ({
    Rules: [...rules.values()].filter(({ Name = '' }) => Name.startsWith(NamePrefix)),
  }));
  events.on(DescribeRuleCommand).callsFake(({ Name }) => ({ ...rules.get(Name), CreatedBy: '210987654321' }));
  events.on(TagResourceCommand).callsFake(({ ResourceARN, Tags: [tag] }) => {
    tags.set(ResourceARN, tag.Value);
    return {};
  });
  events.on(UntagResourceCommand).callsFake(({ ResourceARN }) => {
    tags.delete(ResourceARN);
    return {};
  });
  events.on(ListTagsForResourceCommand).callsFake(({ ResourceARN }) => {
    const Value = tags.get(ResourceARN);
    return { Tags: Value === undefined ? [] : [{ Key: 'paramedic-stop', Value }] };
  });
  events.on(DisableRuleCommand).callsFake(({ Name }) => {
    setState(Name, 'DISABLED');
    return {};
  });
  events.on(EnableRuleCommand).callsFake(({ Name }) => {
    setState(Name, 'ENABLED');
    return {};
  });
  events.on(PutRuleCommand).callsFake(put);
});

const switches = () => awsSwitches('qa', 'eu-west-1');
const states = async () => (await switches().rules()).map(({ name, state, byUs }) => [name, state, byUs]);

describe('the rules in EventBridge', () => {
  test('those that start something are disabled and marked, and enabled again', async () => {
    await switches().disableRules();
    expect(await states()).toEqual([
      [NOTICE, 'engaged', true],
      [LIFECYCLE, 'engaged', true],
    ]);
    expect(rules.get(STATUS)?.State).toBe('ENABLED');
    await switches().enableRules();
    expect(await states()).toEqual([
      [NOTICE, 'clear', false],
      [LIFECYCLE, 'clear', false],
    ]);
    expect(tags.size).toBe(0);
  });

  test('one that somebody disabled before stays disabled', async () => {
    setState(LIFECYCLE, 'DISABLED');
    await switches().disableRules();
    const after = await switches().enableRules();
    expect(after).toMatchObject([
      { name: NOTICE, state: 'clear' },
      { name: LIFECYCLE, state: 'engaged', byUs: false },
    ]);
    expect(rules.get(LIFECYCLE)?.State).toBe('DISABLED');
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
          ? { Rules: [ruleOf(NOTICE)], NextToken: '2' }
          : { Rules: [ruleOf(LIFECYCLE)] },
      );
    expect((await switches().rules()).map(({ name }) => name)).toEqual([NOTICE, LIFECYCLE]);
  });
});

describe('the state a rule had', () => {
  const before = ruleOf(CALLS, ALL_EVENTS);
  beforeEach(() => {
    rules = new Map([
      [NOTICE, ruleOf(NOTICE)],
      [CALLS, before],
    ]);
  });

  test('comes back with the rest of the rule, and a plain rule is not widened', async () => {
    for (let time = 0; time < 2; time++) await switches().disableRules();
    expect(tags).toEqual(
      new Map([
        [arnOf(NOTICE), 'ENABLED'],
        [arnOf(CALLS), ALL_EVENTS],
      ]),
    );
    for (let time = 0; time < 2; time++) await switches().enableRules();
    expect(rules.get(CALLS)).toEqual(before);
    expect(rules.get(NOTICE)).toEqual(ruleOf(NOTICE));
    expect(events.commandCalls(PutRuleCommand)).toHaveLength(1);
    expect(tags.size).toBe(0);
  });

  test('comes back to the rule for our own calls as well', async () => {
    const own = ruleOf(OWN_CALLS, ALL_EVENTS);
    rules.set(OWN_CALLS, own);
    await switches().disableRules();
    expect([CALLS, OWN_CALLS].map((name) => rules.get(name)?.State)).toEqual(['DISABLED', 'DISABLED']);
    await switches().enableRules();
    expect(rules.get(OWN_CALLS)).toEqual(own);
    expect(rules.get(CALLS)).toEqual(before);
  });

  test('that may not be put back leaves the rule disabled and marked, names the permission, and can be had later', async () => {
    await switches().disableRules();
    events.on(PutRuleCommand).rejects(failure('AccessDeniedException', 403));
    expect((await switches().enableRules())[1]).toMatchObject({
      state: 'engaged',
      byUs: true,
      why: expect.stringContaining('events:PutRule'),
    });
    events.on(PutRuleCommand).callsFake(put);
    expect((await switches().enableRules())[1]).toMatchObject({ state: 'clear' });
    expect(rules.get(CALLS)).toEqual(before);
  });

  test('that does not read back afterwards is told, and the tag keeps it', async () => {
    await switches().disableRules();
    events.on(PutRuleCommand).callsFake(({ Name }) => {
      setState(Name, 'ENABLED');
      return {};
    });
    const why = `its state is ENABLED, before the stop it was ${ALL_EVENTS}`;
    expect((await switches().enableRules())[1]).toMatchObject({ state: 'altered', why });
    expect((await switches().rules())[1]).toMatchObject({ state: 'altered', why });
    expect(tags.get(arnOf(CALLS))).toBe(ALL_EVENTS);
  });

  test('is not forced on a rule that somebody enabled in the meantime', async () => {
    await switches().disableRules();
    setState(CALLS, 'ENABLED');
    expect((await switches().enableRules())[1]).toMatchObject({ state: 'altered' });
    expect(rules.get(CALLS)?.State).toBe('ENABLED');
    expect(events.commandCalls(PutRuleCommand)).toHaveLength(0);
  });

  test('that nobody knows is not guessed', async () => {
    setState(CALLS, 'DISABLED');
    tags.set(arnOf(CALLS), 'true');
    expect((await switches().enableRules())[1]).toMatchObject({
      state: 'engaged',
      why: expect.stringContaining(
        'its state before the stop is not known: the tag paramedic-stop says "true"',
      ),
    });
    expect(rules.get(CALLS)?.State).toBe('DISABLED');
  });

  test('is that of the newest stop, and a mark without a stop does no harm', async () => {
    tags.set(arnOf(CALLS), ALL_EVENTS);
    expect(await states()).toEqual([
      [NOTICE, 'clear', false],
      [CALLS, 'clear', false],
    ]);
    setState(CALLS, 'ENABLED');
    await switches().disableRules();
    await switches().enableRules();
    expect(rules.get(CALLS)?.State).toBe('ENABLED');
    expect(tags.size).toBe(0);
  });
});
