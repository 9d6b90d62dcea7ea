import {
  DescribeRuleCommand,
  type DescribeRuleResponse,
  DisableRuleCommand,
  EnableRuleCommand,
  type EventBridgeClient,
  ListRulesCommand,
  ListTagsForResourceCommand,
  PutRuleCommand,
  type Rule,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-eventbridge';
import { troubles } from '../functions/index.ts';
import { awsCall } from '../shared/aws/classify.ts';
import { allPages } from '../shared/aws/paging.ts';
import { describeFailure, PortError } from '../shared/errors.ts';
import { isOnState, type OnState, STOP_TAG, type Switch, startsSomething } from './switches.ts';

/** A rule as it is now. */
interface Seen {
  rule: DescribeRuleResponse;
  /** Of our tag: the state that the rule had when `stop` disabled it. Undefined: there is no such tag. */
  former: string | undefined;
}

type Change = (events: EventBridgeClient, seen: Seen) => Promise<void>;

/** Every rule of the stage that starts something, after a change of each. Never throws. */
export async function eachRule(events: EventBridgeClient, stage: string, change: Change): Promise<Switch[]> {
  const prefix = `paramedic-${stage}-`;
  try {
    const rules = await allPages<Rule, string>(async (cursor) => {
      const command = new ListRulesCommand({ NamePrefix: prefix, NextToken: cursor });
      const answer = await awsCall('events:ListRules', () => events.send(command));
      return { items: answer.Rules ?? [], next: answer.NextToken };
    });
    const ours = rules.filter(({ Name = '' }) => startsSomething(Name, stage, troubles));
    return await Promise.all(ours.map((rule) => changeRule(events, rule, change)));
  } catch (error) {
    return [{ name: `${prefix}*`, state: 'unreadable', byUs: false, why: describeFailure(error) }];
  }
}

async function changeRule(events: EventBridgeClient, { Name: name = '' }: Rule, change: Change) {
  try {
    const problem = await problemOf(async () => await change(events, await see(events, name)));
    const now = switchOf(name, await see(events, name));
    // Of a rule that is still engaged we know that much, whatever kept it so.
    if (problem === undefined) return now;
    return { ...now, state: now.state === 'engaged' ? now.state : 'unreadable', why: problem } as const;
  } catch (error) {
    return { name, state: 'unreadable', byUs: false, why: describeFailure(error) } as const;
  }
}

async function problemOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return describeFailure(error);
  }
}

async function see(events: EventBridgeClient, name: string): Promise<Seen> {
  const rule = await awsCall('events:DescribeRule', () =>
    events.send(new DescribeRuleCommand({ Name: name })),
  );
  const command = new ListTagsForResourceCommand({ ResourceARN: rule.Arn });
  const { Tags = [] } = await awsCall('events:ListTagsForResource', () => events.send(command));
  return { rule, former: Tags.find(({ Key }) => Key === STOP_TAG)?.Value };
}

/** A rule is on again only when it brings the events that it brought before. */
function switchOf(name: string, { rule: { State: state }, former }: Seen): Switch {
  if (state === 'DISABLED') return { name, state: 'engaged', byUs: former !== undefined };
  if (former === undefined || former === state) return { name, state: 'clear', byUs: false };
  return {
    name,
    state: 'altered',
    byUs: false,
    why: `its state is ${state}, before the stop it was ${former}`,
  };
}

/** Tagged first: whatever happens in between, a rule that we disabled says so. One disabled before stays so. */
export async function disable(events: EventBridgeClient, { rule }: Seen): Promise<void> {
  const { Name, Arn, State = '' } = rule;
  if (State === 'DISABLED') return;
  const tag = new TagResourceCommand({ ResourceARN: Arn, Tags: [{ Key: STOP_TAG, Value: State }] });
  await awsCall('events:TagResource', () => events.send(tag));
  await awsCall('events:DisableRule', () => events.send(new DisableRuleCommand({ Name })));
}

/**
 * Gives a rule that we disabled the state it had. One that somebody has enabled since stays as that person left it:
 * its tag goes when nothing is missing, and else stays to tell.
 */
export async function enable(events: EventBridgeClient, { rule, former }: Seen): Promise<void> {
  const { Name = '', Arn, State } = rule;
  if (former === undefined || (State !== 'DISABLED' && State !== former)) return;
  if (State === 'DISABLED') await restore(events, rule, former);
  const after = await see(events, Name);
  if (after.rule.State !== former) return;
  const untag = new UntagResourceCommand({ ResourceARN: Arn, TagKeys: [STOP_TAG] });
  await awsCall('events:UntagResource', () => events.send(untag));
}

async function restore(events: EventBridgeClient, rule: DescribeRuleResponse, former: string): Promise<void> {
  if (!isOnState(former)) {
    const why = `its state before the stop is not known: the tag ${STOP_TAG} says "${former}"`;
    throw new PortError('invalid', why, { operation: 'events:DescribeRule' });
  }
  if (former !== 'ENABLED') return await putState(events, rule, former);
  await awsCall('events:EnableRule', () => events.send(new EnableRuleCommand({ Name: rule.Name })));
}

/** EnableRule knows no state but plain ENABLED. PutRule forgets what it is not given: tags and targets alone stay. */
async function putState(
  events: EventBridgeClient,
  rule: DescribeRuleResponse,
  State: OnState,
): Promise<void> {
  const { Name, EventPattern, ScheduleExpression, Description, RoleArn, EventBusName } = rule;
  const command = new PutRuleCommand({
    ...{ Name, EventPattern, ScheduleExpression, Description, RoleArn, EventBusName },
    State,
  });
  await awsCall('events:PutRule', () => events.send(command));
}
