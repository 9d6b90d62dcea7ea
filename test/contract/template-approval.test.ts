import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allowed, SIGNING_SECRET, statementsByFunction } from './template-iam.ts';
import { attributeOf, ofType, packageService, type Template } from './template-package.ts';

let without: Template;
let withSecret: Template;

beforeAll(async () => {
  without = await packageService();
  withSecret = await packageService({ slackSigningSecretArn: SIGNING_SECRET });
}, 120_000);

afterAll(async () => {
  await without.dispose();
  await withSecret.dispose();
});

describe('the address for clicks', () => {
  test('exists only with a signing secret, and without one nothing may read any', () => {
    expect(ofType(without, 'AWS::Lambda::Url')).toEqual([]);
    expect(allowed(statementsByFunction(without).get('approval') ?? [])).not.toContain(
      'secretsmanager:GetSecretValue',
    );
    expect(ofType(withSecret, 'AWS::Lambda::Url')).toHaveLength(1);
  });

  test('is the only one, and leads to approval', () => {
    const [[, url] = ['', {}]] = ofType(withSecret, 'AWS::Lambda::Url');
    expect(url).toEqual({
      TargetFunctionArn: attributeOf('ApprovalLambdaFunction', 'Arn'),
      AuthType: 'NONE',
      InvokeMode: 'BUFFERED',
    });
  });

  test('may be called by anybody, and the function behind it only through it', () => {
    const open = (template: Template) =>
      ofType(template, 'AWS::Lambda::Permission').filter(([, { Principal }]) => Principal === '*');
    expect(open(without)).toEqual([]);
    const about = { FunctionName: 'ref:ApprovalLambdaFunction', Principal: '*' };
    expect(open(withSecret).map(([, each]) => each)).toEqual([
      { ...about, Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' },
      { ...about, Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true },
    ]);
  });

  test('takes no more than its reserved part of the account, and gives up in seconds', () => {
    const approval = withSecret.resources.get('ApprovalLambdaFunction')?.Properties ?? {};
    expect(approval['ReservedConcurrentExecutions']).toBe(5);
    expect(approval['Timeout']).toBeLessThanOrEqual(10);
  });
});
