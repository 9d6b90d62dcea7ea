import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionArn } from './policy-arns.ts';
import { DONE, NETWORK } from './policy-calls.ts';
import { type Call, decide } from './policy-decision.ts';
import { type ActionReference, isConditionKey, referenceOf } from './policy-reference.ts';
import { REFUSED } from './policy-refusals.ts';
import { deployedRoles, isWide, PLACE } from './policy-roles.ts';
import { OUTSIDE_NETWORK, SIGNING_SECRET, type Statement } from './template-iam.ts';
import { asList, asObject, inOrder, ofType, packageService, type Template } from './template-package.ts';

/** `action resource` that stands wider than it could, and why. One that is not needed fails a test. */
const ALLOWED_WIDE: Readonly<Record<string, string>> = {
  [`eks:DescribeCluster arn:aws:eks:${PLACE}:cluster/*`]:
    'reads; which clusters there are is found out at run time, and each lets us in by its own access entry',
  ...Object.fromEntries(
    ['ListAccessEntries', 'ListAddons', 'ListNodegroups', 'ListPodIdentityAssociations'].map((action) => [
      `eks:${action} arn:aws:eks:${PLACE}:cluster/*`,
      'reads; which clusters there are is found out at run time',
    ]),
  ),
  [`eks:DescribeAccessEntry arn:aws:eks:${PLACE}:access-entry/*/role/*`]:
    'reads of roles’ entries alone; which of them are of nodes is what is asked',
  [`eks:DescribeAddon arn:aws:eks:${PLACE}:addon/*`]: 'reads; any add-on may have a role',
  [`eks:DescribePodIdentityAssociation arn:aws:eks:${PLACE}:podidentityassociation/*`]:
    'reads; which associations there are is found out at run time',
  [`eks:DescribeAddon arn:aws:eks:${PLACE}:addon/*/vpc-cni/*`]:
    'reads of one add-on; which clusters there are is found out at run time',
  [`eks:UpdateAddon arn:aws:eks:${PLACE}:addon/*/vpc-cni/*`]:
    'of one add-on, which carries no tag of ours; in which clusters is config, and a person is asked each time',
  [`eks:DescribeUpdate arn:aws:eks:${PLACE}:cluster/*`]: 'reads; IAM asks for it on the cluster as well',
  [`eks:DescribeUpdate arn:aws:eks:${PLACE}:addon/*/vpc-cni/*`]: 'reads of one add-on',
  [`ec2:ModifyVolume arn:aws:ec2:${PLACE}:volume/*`]:
    'bound to a tag that the CSI driver, the in-tree plugin or Auto Mode gives the volumes it makes, or to ours',
  'cloudwatch:DescribeAlarms *':
    'reads; CloudWatch leaves composites out where it is for less than everything',
  [`cloudwatch:DescribeAlarmContributors arn:aws:cloudwatch:${PLACE}:alarm:*`]:
    'reads; which alarms there are is found out at run time',
  [`cloudwatch:ListAlarmMuteRules arn:aws:cloudwatch:${PLACE}:alarm-mute-rule:*`]:
    'reads; which rules there are is found out at run time',
  'servicequotas:GetServiceQuota *': 'reads; which quota is found out at run time',
  'servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota *':
    'reads; which quota is found out at run time',
  'cloudwatch:GetMetricData *': 'reads; metrics are in no dataset and can be named by nothing else',
  'cloudwatch:ListMetrics *': 'reads; metrics are in no dataset and can be named by nothing else',
  ...Object.fromEntries(
    ['ebs', 'ec2', 'eks', 'vpc'].map((service) => [
      `servicequotas:RequestServiceQuotaIncrease arn:aws:servicequotas:${PLACE}:${service}/*`,
      'which quota of the service is found out at run time; a person is asked for each',
    ]),
  ),
  [`eks:DescribeNodegroup arn:aws:eks:${PLACE}:nodegroup/*`]:
    'reads; node groups come and go with their clusters',
  [`secretsmanager:GetSecretValue arn:aws:secretsmanager:${PLACE}:secret:paramedic/*`]:
    'the name is the mark; which of these holds the token or the address is config, changed without a deployment',
  [`kms:Decrypt arn:aws:kms:${PLACE}:key/*`]:
    'only through Secrets Manager, which asks for GetSecretValue first, and only if the key itself agrees',
  'ec2:CreateNetworkInterface *': 'Lambda asks for it on every resource; denied to our code',
  'ec2:DeleteNetworkInterface *': 'Lambda asks for it on every resource; denied to our code',
  'ec2:AssignPrivateIpAddresses *': 'Lambda asks for it on every resource; denied to our code',
  'ec2:UnassignPrivateIpAddresses *': 'Lambda asks for it on every resource; denied to our code',
};

/** The tag that people put on what may be changed. */
const MARK = 'aws:ResourceTag/paramedic';

let template: Template;
let roles: Map<string, Statement[]>;
let references: Map<string, ActionReference | undefined>;

// In a VPC: the roles with every optional part.
beforeAll(async () => {
  const network = { network: 'vpc', subnetIds: 'subnet-0a1b2c3d4e5f60718' };
  const slackSigningSecretArn = SIGNING_SECRET;
  template = await packageService({
    ...network,
    securityGroupIds: 'sg-0a1b2c3d4e5f60718',
    slackSigningSecretArn,
  });
  roles = deployedRoles(template);
  const named = [...statements(), ...calls()].flatMap((each) =>
    'actions' in each ? each.actions : each.action,
  );
  const found = inOrder(named).map(async (action) => [action, await referenceOf(action)] as const);
  references = new Map(await Promise.all(found));
}, 120_000);

afterAll(() => template.dispose());

function statements(): Statement[] {
  return [...roles.values()].flat();
}

function granted(): Statement[] {
  return statements().filter(({ effect }) => effect === 'Allow');
}

function calls(): Call[] {
  const refused = Object.values(REFUSED).flatMap((each) => each.flatMap((refusal) => refusal.calls));
  return [...Object.values(DONE).flat(), ...NETWORK, ...refused];
}

describe('every role', () => {
  test("grants only actions that IAM's reference has", () => {
    const unknown = statements().flatMap(({ actions }) => actions.filter((each) => !references.get(each)));
    expect(unknown).toEqual([]);
  });

  test('stands on everything only with actions that take no resource, that a condition binds, or that are explained', () => {
    const wide = granted().flatMap((statement) =>
      statement.resources
        .filter((resource) => isWide(template, resource))
        .flatMap((resource) => unboundOn(statement).map((action) => `${action} ${resource}`)),
    );
    expect(inOrder(wide)).toEqual(inOrder(Object.keys(ALLOWED_WIDE)));
  });

  test('tests only condition keys that its actions carry: any other would allow nothing', () => {
    const dead = granted().flatMap(({ actions, conditions }) =>
      actions.flatMap((action) =>
        conditions
          .filter((key) => references.get(action)?.carries(key) !== true)
          .map((key) => `${action} ${key}`),
      ),
    );
    expect(dead).toEqual([]);
  });

  test('denies by a condition key that exists: a misspelt one would deny nothing', async () => {
    const denied = statements().filter(({ effect }) => effect === 'Deny');
    expect(denied).toHaveLength(roles.size - OUTSIDE_NETWORK.size);
    for (const key of denied.flatMap(({ conditions }) => conditions))
      expect([key, await isConditionKey(key)]).toEqual([key, true]);
  });

  test('belongs to one function, trusts Lambda alone and holds nothing but the policies written out in it', () => {
    const lambda = {
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    };
    const found = ofType(template, 'AWS::IAM::Role');
    for (const [, role] of found) {
      expect(inOrder(Object.keys(role))).toEqual(['AssumeRolePolicyDocument', 'Policies', 'RoleName']);
      expect(asObject(role['AssumeRolePolicyDocument'])['Statement']).toEqual([lambda]);
    }
    const users = ofType(template, 'AWS::Lambda::Function').map(([, each]) => each['Role']);
    expect(inOrder(users.map(String))).toEqual(inOrder(found.map(([id]) => `arn:${id}`)));
    const kinds = [...template.resources.values()].map(({ Type }) => Type);
    expect(new Set(kinds.filter((type) => type.startsWith('AWS::IAM::')))).toEqual(
      new Set(['AWS::IAM::Role']),
    );
  });

  test('is written in what these tests read: no NotAction, no NotResource', () => {
    const policies = ofType(template, 'AWS::IAM::Role').flatMap(([, role]) => asList(role['Policies']));
    const written = policies.flatMap((each) =>
      asList(asObject(asObject(each)['PolicyDocument'])['Statement']),
    );
    const parts = new Set(written.flatMap((each) => Object.keys(asObject(each))));
    expect(parts).toEqual(new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition']));
  });
});

/** The actions that could stand on less, where no condition binds them to what people marked for us. */
function unboundOn({ actions, tests }: Statement): string[] {
  const isMarked = tests.some(({ operator, key, values }) => {
    return operator === 'StringEquals' && key === MARK && values.join() === 'true';
  });
  return actions.filter((action) => {
    const reference = references.get(action);
    if (reference?.takesNoResource === true) return false;
    return !(isMarked && reference?.carries(MARK) === true);
  });
}

describe('decisions', () => {
  test('are asked of every role', () => {
    const asked = [inOrder(Object.keys(DONE)), inOrder(Object.keys(REFUSED))];
    expect(asked).toEqual([inOrder(roles.keys()), inOrder(roles.keys())]);
  });

  test('every call asked about is one that IAM knows, on a resource that it takes', () => {
    const strange = calls().filter(
      ({ action, resource }) => references.get(action)?.takes(resource) !== true,
    );
    expect(strange.map(({ action, resource }) => `${action} ${resource}`)).toEqual([]);
  });

  test.each(Object.keys(DONE))('%s may do each thing that its role grants', (name) => {
    const own = roles.get(name) ?? [];
    const done = [...(DONE[name] ?? []), ...(OUTSIDE_NETWORK.has(name) ? [] : NETWORK)];
    const decided = done.map((call) => [call.action, decide(own, call)]);
    expect(decided).toEqual(done.map(({ action }) => [action, 'allowed']));
    const allowed = own.filter(({ effect }) => effect === 'Allow').flatMap(({ actions }) => actions);
    expect(inOrder(done.map(({ action }) => action))).toEqual(inOrder(allowed));
  });

  test.each(Object.entries(DONE))(
    '%s may do the same from its code, network interfaces excepted',
    (name, done) => {
      const own = roles.get(name) ?? [];
      const decision = (call: Call) => decide(own, fromCode(name, call));
      expect(new Set(done.map(decision))).toEqual(new Set(['allowed']));
      const network = OUTSIDE_NETWORK.has(name) ? 'not allowed' : 'denied';
      const byCode = new Set(done.map(({ action }) => action));
      const forLambda = NETWORK.filter(({ action }) => !byCode.has(action));
      expect(new Set(forLambda.map(decision))).toEqual(new Set([network]));
    },
  );

  const refusals = Object.entries(REFUSED).flatMap(([name, each]) =>
    each.map(({ why, calls }) => ({ name, why, calls })),
  );
  test.each(refusals)('$name: $why', ({ name, calls: refused }) => {
    const own = roles.get(name) ?? [];
    const decided = refused.map((call) => [call.action, call.resource, decide(own, call)]);
    expect(decided).toEqual(refused.map(({ action, resource }) => [action, resource, 'not allowed']));
  });
});

function fromCode(name: string, call: Call): Call {
  return { ...call, context: { ...call.context, 'lambda:SourceFunctionArn': functionArn(name) } };
}
