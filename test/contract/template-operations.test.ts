import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { troubles } from '../../functions/index.ts';
import {
  allowed,
  CHANGE,
  CHANGES,
  covers,
  declaredByRun,
  declaredBySweeps,
  IN_OUR_NAME,
  OUTSIDE_NETWORK,
  PIPELINE,
  SIGNING_SECRET,
  type Statement,
  statementsByFunction,
  UNSCOPED,
} from './template-iam.ts';
import {
  asList,
  asObject,
  attributeOf,
  inOrder,
  ofType,
  packageService,
  type Resource,
  STAGE,
  type Template,
} from './template-package.ts';

const LAMBDA = 'arn:aws:lambda:eu-west-1:210987654321:function';
const REMEDIATORS = ['nodeInterruptionRemediate', 'apiThrottlingRemediate', 'ebsSaturationRemediate'].map(
  (name) => `${LAMBDA}:paramedic-${STAGE}-${name}`,
);

let template: Template;
let roles: Map<string, Statement[]>;

// In a VPC: the larger template, with every optional part.
beforeAll(async () => {
  template = await packageService({
    network: 'vpc',
    subnetIds: 'subnet-0a1b2c3d4e5f60718,subnet-0b1c2d3e4f5061728',
    securityGroupIds: 'sg-0a1b2c3d4e5f60718',
    email: 'oncall@example.com',
    slackSigningSecretArn: SIGNING_SECRET,
  });
  roles = statementsByFunction(template);
}, 120_000);

afterAll(() => template.dispose());

const NETWORK = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

describe('permissions', () => {
  test('each role holds exactly what the pipeline and the troubles declare', () => {
    const sweeping = declaredBySweeps(troubles);
    for (const [name, base] of Object.entries(PIPELINE)) {
      const wanted = [
        ...base,
        ...(OUTSIDE_NETWORK.has(name) ? [] : NETWORK),
        ...(IN_OUR_NAME[name] ?? []),
        ...declaredByRun(name, troubles),
        ...(name === 'sweep' ? sweeping : []),
      ];
      expect({ name, actions: allowed(roles.get(name) ?? []) }).toEqual({
        name,
        actions: inOrder(wanted),
      });
    }
  });

  test('nothing stands on every resource except calls that take none', () => {
    for (const statement of [...roles.values()].flat()) {
      expect(statement.actions.filter((action) => action.includes('*'))).toEqual([]);
      if (statement.effect === 'Allow' && statement.resources.includes('*'))
        expect(statement.actions.filter((action) => UNSCOPED[action] === undefined)).toEqual([]);
    }
  });

  test('reading a cluster or a node group covers nothing else of EKS', () => {
    const arn = (resource: string) => `arn:aws:eks:eu-west-1:210987654321:${resource}/shop`;
    for (const [action, resource] of [
      ['eks:DescribeCluster', 'cluster'],
      ['eks:DescribeNodegroup', 'nodegroup'],
    ] as const) {
      const found = [...roles.values()].flat().filter(({ actions }) => actions.includes(action));
      const covered = found.flatMap(({ resources }) =>
        ['cluster', 'nodegroup', 'addon'].filter((each) => resources.some((one) => covers(one, arn(each)))),
      );
      expect({ action, covered: new Set(covered) }).toEqual({ action, covered: new Set([resource]) });
    }
  });

  test('what changes an instance, a volume or a group is bound to a tag of theirs', () => {
    const granted = [...roles.values()].flat().filter(({ effect }) => effect === 'Allow');
    for (const [action, tags] of Object.entries(CHANGES)) {
      const found = granted.filter(({ actions }) => actions.includes(action));
      const keys = inOrder(tags.map((tag) => `aws:ResourceTag/${tag}`));
      expect({ action, keys: inOrder(found.flatMap((each) => each.conditions)) }).toEqual({ action, keys });
      for (const { conditions, resources } of found) {
        expect(conditions).toHaveLength(1);
        expect(resources).not.toContain('*');
      }
    }
    const others = granted.flatMap(({ actions }) => actions).filter((action) => CHANGE.test(action));
    expect(new Set(others)).toEqual(new Set(Object.keys(CHANGES)));
  });

  test('network interfaces are made by Lambda and denied to our code', () => {
    for (const [name, statements] of roles) {
      const denied = statements.filter(({ effect }) => effect === 'Deny');
      if (OUTSIDE_NETWORK.has(name)) {
        expect(denied).toEqual([]);
        continue;
      }
      const forLambda = NETWORK.filter((action) => !declaredByRun(name, troubles).includes(action));
      expect(denied.map(({ actions }) => inOrder(actions))).toEqual([forLambda]);
      expect(denied.flatMap(({ conditions }) => conditions)).toEqual(['lambda:SourceFunctionArn']);
    }
  });

  test('waking and checkpoints name the run by version number, and no other function', () => {
    const runs = REMEDIATORS.map((each) => `${each}:7/durable-execution/5f0c1e/9f7d84c9`);
    const foreign = REMEDIATORS.map((each) => `${each}Copy:7/durable-execution/a/b`);
    const runStatements = [...roles.values()]
      .flat()
      .filter(({ sid }) => sid === 'WakeRun' || sid === 'Checkpoints');
    expect(runStatements).toHaveLength(9);
    for (const { resources } of runStatements) {
      // Each pattern is of one trouble's runs, and no two of the same.
      const covered = resources.map((pattern) => runs.filter((run) => covers(pattern, run)));
      expect(covered.map((each) => each.length)).toEqual(resources.map(() => 1));
      expect(new Set(covered.flat()).size).toBe(resources.length);
      expect(resources.flatMap((pattern) => foreign.filter((run) => covers(pattern, run)))).toEqual([]);
    }
    // Those who serve every trouble reach the runs of all, the others those of their own.
    const reach = runStatements.map(({ resources }) => resources.length).toSorted();
    expect(reach).toEqual([1, 1, 1, 1, 1, 1, 1, 3, 3]);
  });

  test('each function writes to its own log group alone', () => {
    for (const [name, statements] of roles) {
      const group = `/aws/lambda/paramedic-${STAGE}-${name}`;
      expect(ofType(template, 'AWS::Logs::LogGroup').some(([, each]) => each['LogGroupName'] === group)).toBe(
        true,
      );
      const logs = statements.filter(({ sid }) => sid === 'Logs').flatMap(({ resources }) => resources);
      expect(logs).toEqual([`arn:aws:logs:eu-west-1:210987654321:log-group:${group}:*`]);
    }
  });
});

describe('alarms', () => {
  test('every dead-letter queue, queue and function is watched', () => {
    for (const [id] of ofType(template, 'AWS::SQS::Queue')) {
      const metric = id.endsWith('Dlq')
        ? 'ApproximateNumberOfMessagesVisible'
        : 'ApproximateAgeOfOldestMessage';
      expect(alarmsOn(metric, attributeOf(id, 'QueueName'))).toHaveLength(1);
    }
    for (const [id] of ofType(template, 'AWS::Lambda::Function')) {
      expect(alarmsOn('Errors', `ref:${id}`)).toHaveLength(1);
      expect(alarmsOn('Throttles', `ref:${id}`)).toHaveLength(1);
    }
    for (const trouble of ['NodeInterruption', 'ApiThrottling', 'EbsSaturation'])
      for (const metric of ['DurableExecutionFailed', 'DurableExecutionTimedOut', 'AsyncEventAge'])
        expect(alarmsOn(metric, `ref:${trouble}RemediateLambdaFunction`)).toHaveLength(1);
  });

  test('a silent sweep is an alarm, not missing data', () => {
    expect(alarmsOn('Heartbeat', `paramedic-${STAGE}`)).toMatchObject([
      { Namespace: 'Paramedic', TreatMissingData: 'breaching', ComparisonOperator: 'LessThanThreshold' },
    ]);
  });

  test('every alarm reaches the topic, and the topic lets it in', () => {
    const pattern = `arn:aws:cloudwatch:eu-west-1:210987654321:alarm:paramedic-${STAGE}-*`;
    expect(JSON.stringify(ofType(template, 'AWS::SNS::TopicPolicy'))).toContain(pattern);
    for (const [, alarm] of ofType(template, 'AWS::CloudWatch::Alarm')) {
      expect(alarm['AlarmActions']).toEqual(['ref:IncidentTopic']);
      expect(covers(pattern, pattern.replace(/[^:]+$/, String(alarm['AlarmName'])))).toBe(true);
    }
  });

  test("the topic has a key of its own: CloudWatch cannot publish under the managed one's policy", () => {
    const [[, topic] = ['', {}]] = ofType(template, 'AWS::SNS::Topic');
    expect(topic['KmsMasterKeyId']).toBe('ref:TopicKey');
    const policy = JSON.stringify(ofType(template, 'AWS::KMS::Key'));
    for (const service of ['cloudwatch.amazonaws.com', 'events.amazonaws.com'])
      expect(policy).toContain(service);
  });

  test('the dashboard is valid JSON', () => {
    const [[, dashboard] = ['', {}]] = ofType(template, 'AWS::CloudWatch::Dashboard');
    expect(JSON.parse(String(dashboard['DashboardBody']))).toMatchObject({ widgets: expect.any(Array) });
  });
});

function alarmsOn(metric: string, dimension: string): Resource['Properties'][] {
  return ofType(template, 'AWS::CloudWatch::Alarm')
    .map(([, alarm]) => alarm)
    .filter(
      (alarm) =>
        alarm['MetricName'] === metric &&
        asList(alarm['Dimensions']).some((each) => asObject(each)['Value'] === dimension),
    );
}

describe('stack', () => {
  test('the ledger outlives the stack and can be restored', () => {
    const table = template.resources.get('LedgerTable');
    expect([table?.['DeletionPolicy'], table?.['UpdateReplacePolicy']]).toEqual([
      'RetainExceptOnCreate',
      'Retain',
    ]);
    expect(table?.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  test('functions stand in the given subnets, but for those that talk to no cluster', () => {
    for (const [, each] of ofType(template, 'AWS::Lambda::Function')) {
      const isOutside = OUTSIDE_NETWORK.has(String(each['FunctionName']).split('-').at(-1) ?? '');
      expect(asObject(each['VpcConfig'])['SecurityGroupIds']).toEqual(
        isOutside ? undefined : { 'Fn::Split': [',', 'sg-0a1b2c3d4e5f60718'] },
      );
    }
  });

  test('the template stays far below the limits of CloudFormation', () => {
    expect(template.text.length).toBeLessThan(500_000);
    expect(template.resources.size).toBeLessThan(250);
  });
});
