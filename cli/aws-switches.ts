import {
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTagsForResourceCommand,
  type Rule,
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
import { troubles } from '../functions/index.ts';
import { awsCall } from '../shared/aws/classify.ts';
import { allPages } from '../shared/aws/paging.ts';
import { clientConfig } from '../shared/aws/ports.ts';
import { describeFailure, isFailure } from '../shared/errors.ts';
import {
  DENY_POLICY,
  denyPolicy,
  executorRoles,
  type OuterSwitches,
  STOP_TAG,
  type Switch,
  startsSomething,
} from './switches.ts';

interface Clients {
  iam: IAMClient;
  events: EventBridgeClient;
}

/** The switches of one deployment in AWS, with the caller's own credentials. */
export function awsSwitches(
  stage: string,
  region: string,
  { iam, events }: Clients = {
    iam: new IAMClient(clientConfig(region)),
    events: new EventBridgeClient(clientConfig(region)),
  },
): OuterSwitches {
  const eachRole = async (change: (role: string) => Promise<void>) =>
    await Promise.all(
      executorRoles(stage, troubles).map((role) => guarded(role, () => changeRole(iam, role, change))),
    );
  const eachRule = async (change: (rule: Rule) => Promise<void>) => {
    const found = await listRules(events, stage);
    if ('state' in found) return [found];
    return await Promise.all(found.map((rule) => changeRule(events, rule, change)));
  };
  return {
    roles: () => eachRole(async () => {}),
    deny: () => eachRole((role) => attach(iam, role)),
    allow: () => eachRole((role) => detach(iam, role)),
    rules: () => eachRule(async () => {}),
    disableRules: () => eachRule((rule) => disable(events, rule)),
    enableRules: () => eachRule((rule) => enable(events, rule)),
  };
}

async function guarded(name: string, work: () => Promise<Switch>): Promise<Switch> {
  try {
    return await work();
  } catch (error) {
    return { name, state: 'unreadable', byUs: false, why: describeFailure(error) };
  }
}

/** A deployment need not have every function: a role that is not there is no failure. */
async function changeRole(
  iam: IAMClient,
  name: string,
  change: (role: string) => Promise<void>,
): Promise<Switch> {
  try {
    await awsCall('iam:GetRole', () => iam.send(new GetRoleCommand({ RoleName: name })));
  } catch (error) {
    if (isFailure(error, 'not-found')) return { name, state: 'absent', byUs: false };
    throw error;
  }
  await change(name);
  const isDenied = await hasPolicy(iam, name);
  return { name, state: isDenied ? 'engaged' : 'clear', byUs: isDenied };
}

async function hasPolicy(iam: IAMClient, role: string): Promise<boolean> {
  const command = new GetRolePolicyCommand({ RoleName: role, PolicyName: DENY_POLICY });
  try {
    await awsCall('iam:GetRolePolicy', () => iam.send(command));
    return true;
  } catch (error) {
    if (isFailure(error, 'not-found')) return false;
    throw error;
  }
}

async function attach(iam: IAMClient, role: string): Promise<void> {
  const about = { RoleName: role, PolicyName: DENY_POLICY };
  const command = new PutRolePolicyCommand({ ...about, PolicyDocument: denyPolicy() });
  await awsCall('iam:PutRolePolicy', () => iam.send(command));
}

async function detach(iam: IAMClient, role: string): Promise<void> {
  const command = new DeleteRolePolicyCommand({ RoleName: role, PolicyName: DENY_POLICY });
  try {
    await awsCall('iam:DeleteRolePolicy', () => iam.send(command));
  } catch (error) {
    if (!isFailure(error, 'not-found')) throw error;
  }
}

async function listRules(events: EventBridgeClient, stage: string): Promise<Rule[] | Switch> {
  const prefix = `paramedic-${stage}-`;
  try {
    const rules = await allPages<Rule, string>(async (cursor) => {
      const command = new ListRulesCommand({ NamePrefix: prefix, NextToken: cursor });
      const answer = await awsCall('events:ListRules', () => events.send(command));
      return { items: answer.Rules ?? [], next: answer.NextToken };
    });
    return rules.filter(({ Name = '' }) => startsSomething(Name, stage, troubles));
  } catch (error) {
    return { name: `${prefix}*`, state: 'unreadable', byUs: false, why: describeFailure(error) };
  }
}

async function changeRule(
  events: EventBridgeClient,
  rule: Rule,
  change: (rule: Rule) => Promise<void>,
): Promise<Switch> {
  const { Name: name = '' } = rule;
  return await guarded(name, async () => {
    await change(rule);
    const command = new ListRulesCommand({ NamePrefix: name });
    const { Rules = [] } = await awsCall('events:ListRules', () => events.send(command));
    const isOn = Rules.find((each) => each.Name === name)?.State !== 'DISABLED';
    return { name, state: isOn ? 'clear' : 'engaged', byUs: !isOn && (await isTagged(events, rule)) };
  });
}

/** Tagged first: whatever happens in between, a rule that we disabled says so. One disabled before stays so. */
async function disable(events: EventBridgeClient, { Name, Arn, State }: Rule): Promise<void> {
  if (State === 'DISABLED') return;
  const tag = new TagResourceCommand({ ResourceARN: Arn, Tags: [{ Key: STOP_TAG, Value: 'true' }] });
  await awsCall('events:TagResource', () => events.send(tag));
  await awsCall('events:DisableRule', () => events.send(new DisableRuleCommand({ Name })));
}

async function enable(events: EventBridgeClient, rule: Rule): Promise<void> {
  const { Name, Arn } = rule;
  if (!(await isTagged(events, rule))) return;
  await awsCall('events:EnableRule', () => events.send(new EnableRuleCommand({ Name })));
  const untag = new UntagResourceCommand({ ResourceARN: Arn, TagKeys: [STOP_TAG] });
  await awsCall('events:UntagResource', () => events.send(untag));
}

async function isTagged(events: EventBridgeClient, { Arn }: Rule): Promise<boolean> {
  const command = new ListTagsForResourceCommand({ ResourceARN: Arn });
  const { Tags = [] } = await awsCall('events:ListTagsForResource', () => events.send(command));
  return Tags.some(({ Key }) => Key === STOP_TAG);
}
