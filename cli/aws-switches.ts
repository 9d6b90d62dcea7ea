import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import {
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { troubles } from '../functions/index.ts';
import { awsCall } from '../shared/aws/classify.ts';
import { clientConfig } from '../shared/aws/ports.ts';
import { describeFailure, isFailure } from '../shared/errors.ts';
import { disable, eachRule, enable } from './aws-rules.ts';
import { DENY_POLICY, denyPolicy, executorRoles, type OuterSwitches, type Switch } from './switches.ts';

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
  return {
    roles: () => eachRole(async () => {}),
    deny: () => eachRole((role) => attach(iam, role)),
    allow: () => eachRole((role) => detach(iam, role)),
    rules: () => eachRule(events, stage, async () => {}),
    disableRules: () => eachRule(events, stage, disable),
    enableRules: () => eachRule(events, stage, enable),
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
