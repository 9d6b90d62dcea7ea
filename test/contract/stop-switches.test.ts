import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { denyPolicy, executorRoles, startsSomething } from '../../cli/switches.ts';
import { troubles } from '../../functions/index.ts';
import { ROOT } from './house-scan.ts';
import { declaredBySweeps, declaredByTroubles, IN_OUR_NAME, PIPELINE } from './template-iam.ts';

interface Statement {
  Effect: string;
  Action?: string[];
  NotAction?: string[];
  Condition?: Record<string, Record<string, string[]>>;
}

const policy = JSON.parse(denyPolicy()) as { Statement: Statement[] };

/** Whether the policy denies an action for a request about this partition of the ledger. */
function denies(action: string, partition = 'INC#inc-1'): boolean {
  return policy.Statement.some((statement) => {
    const named =
      statement.Action?.includes(action) ?? !statement.NotAction?.some((each) => covers(each, action));
    const keys = statement.Condition?.['ForAnyValue:StringEquals']?.['dynamodb:LeadingKeys'];
    return named && (keys === undefined || keys.includes(partition));
  });
}

function covers(pattern: string, action: string): boolean {
  return pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : pattern === action;
}

const isRead = (action: string) => /:(Describe|List|Get)/.test(action);
const declared = [...declaredByTroubles(troubles), ...declaredBySweeps(troubles)];

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8').replaceAll(/\$\{sls:stage\}/g, 'prod');
}

describe('the explicit Deny of `paramedic stop --deny`', () => {
  test('denies every change that a trouble declares, and no read', () => {
    const changes = declared.filter((action) => !isRead(action));
    expect(changes).toContain('ec2:TerminateInstances');
    expect(changes.length).toBeGreaterThan(5);
    const inOurName = Object.values(IN_OUR_NAME).flat();
    expect([...changes, ...inOurName].filter((action) => !denies(action))).toEqual([]);
    expect(declared.filter(isRead).filter((action) => denies(action))).toEqual([]);
  });

  test('denies what no role has today: it need not know what a later version does', () => {
    for (const action of ['ec2:ModifyVolume', 'eks:UpdateAddon', 'iam:PassRole', 'ssm:SendCommand'])
      expect(denies(action)).toBe(true);
  });

  test.each(['nodeInterruptionRemediate', 'apiThrottlingRemediate', 'ebsSaturationRemediate', 'sweep'])(
    'leaves %s what it needs to remember and to tell',
    (name) => {
      expect((PIPELINE[name] ?? []).filter((action) => denies(action))).toEqual([]);
      expect(PIPELINE[name]?.length).toBeGreaterThan(5);
    },
  );

  test('leaves Lambda the network interfaces of the function', () => {
    const network = ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:DescribeSubnets'];
    expect(network.filter((action) => denies(action))).toEqual([]);
  });

  test('hides the stop switch and nothing else of the ledger', () => {
    expect(denies('dynamodb:GetItem', 'SWITCH')).toBe(true);
    expect(denies('dynamodb:GetItem')).toBe(false);
    expect(denies('dynamodb:UpdateItem', 'SWITCH')).toBe(false);
  });

  test('is attached to the roles of the template that may change something, by their names', () => {
    const { custom } = parse(textOf('serverless.yml')) as { custom: { name: Record<string, string> } };
    const { remediate, throttlingRemediate, ebsRemediate, sweep } = custom.name;
    expect(executorRoles('prod', troubles)).toEqual([remediate, throttlingRemediate, ebsRemediate, sweep]);
    expect(textOf('deploy/template/roles-throttling.yml')).toMatch(
      /RoleName: \$\{self:custom\.name\.throttlingRemediate\}/,
    );
    expect(textOf('deploy/template/roles-ebs.yml')).toMatch(
      /RoleName: \$\{self:custom\.name\.ebsRemediate\}/,
    );
    expect(textOf('deploy/template/roles-remediate.yml')).toMatch(
      /RoleName: \$\{self:custom\.name\.remediate\}/,
    );
    expect(textOf('deploy/template/roles-sweep.yml')).toMatch(/RoleName: \$\{self:custom\.name\.sweep\}/);
  });
});

describe('the rules that `paramedic stop --rules` disables', () => {
  const names = [...textOf('deploy/template/rules.yml').matchAll(/^ {6}Name: (\S+)$/gm)].map(
    ([, name]) => name ?? '',
  );

  test('are those that bring events; the one that tells of failed runs goes on', () => {
    expect(names.length).toBeGreaterThan(3);
    const left = names.filter((name) => !startsSomething(name, 'prod', troubles));
    expect(left).toEqual(['paramedic-prod-execution-status']);
  });

  test('and the schedule of the sweep, but nothing of another stage or another application', () => {
    expect(startsSomething('paramedic-prod-SweepEventsRuleSchedule1-1A2B3C', 'prod', troubles)).toBe(true);
    for (const other of [
      'paramedic-prod-eu-node-interruption-notice',
      'paramedic-dev-node-interruption-notice',
      'paramedic-prod',
      'shop-node-interruption-notice',
    ])
      expect(startsSomething(other, 'prod', troubles)).toBe(false);
  });
});
