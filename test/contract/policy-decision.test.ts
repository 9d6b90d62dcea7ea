import { describe, expect, test } from 'vitest';
import { decide } from './policy-decision.ts';
import type { ConditionTest, Statement } from './template-iam.ts';

const CALL = { action: 'sqs:SendMessage', resource: 'arn:aws:sqs:eu-west-1:210987654321:shop-orders' };
const MINE: ConditionTest = { operator: 'StringEquals', key: 'aws:ResourceTag/owner', values: ['me', 'us'] };

function statement(change: Partial<Statement> = {}): Statement {
  return {
    sid: 'One',
    effect: 'Allow',
    actions: [CALL.action],
    resources: ['arn:aws:sqs:eu-west-1:210987654321:shop-*'],
    conditions: [],
    tests: [],
    ...change,
  };
}

describe('the evaluator of policies', () => {
  test('allows what a statement names, and nothing beside it', () => {
    expect(decide([statement()], CALL)).toBe('allowed');
    expect(decide([statement()], { ...CALL, action: 'sqs:PurgeQueue' })).toBe('not allowed');
    expect(decide([statement()], { ...CALL, resource: 'arn:aws:sqs:eu-west-1:210987654321:other' })).toBe(
      'not allowed',
    );
    expect(decide([], CALL)).toBe('not allowed');
  });

  test('lets a denial beat what allows, where its own tests hold', () => {
    const denial = statement({ effect: 'Deny', resources: ['*'], tests: [MINE] });
    expect(decide([denial, statement()], CALL)).toBe('allowed');
    expect(decide([statement(), denial], { ...CALL, context: { 'aws:ResourceTag/owner': 'us' } })).toBe(
      'denied',
    );
  });

  test('needs every test of a statement to hold, and a key that is not there holds none', () => {
    const source: ConditionTest = {
      operator: 'ArnEquals',
      key: 'aws:SourceArn',
      values: ['arn:aws:sns:*:shop'],
    };
    const both = [statement({ tests: [MINE, source] })];
    const context = {
      'aws:ResourceTag/owner': 'me',
      'aws:SourceArn': 'arn:aws:sns:eu-west-1:210987654321:shop',
    };
    expect(decide(both, { ...CALL, context })).toBe('allowed');
    expect(decide(both, { ...CALL, context: { 'aws:ResourceTag/owner': 'me' } })).toBe('not allowed');
    expect(decide(both, { ...CALL, context: { ...context, 'aws:ResourceTag/owner': 'you' } })).toBe(
      'not allowed',
    );
  });

  test('asks about all values of a key: any of the patterns will do, and so does a request without the key', () => {
    const test = {
      operator: 'ForAllValues:StringLike',
      key: 'dynamodb:LeadingKeys',
      values: ['INC#*', 'CONFIG'],
    };
    const ask = (context?: Record<string, string>) =>
      decide([statement({ tests: [test] })], { ...CALL, ...(context && { context }) });
    expect(ask({ 'dynamodb:LeadingKeys': 'INC#inc-1' })).toBe('allowed');
    expect(ask({ 'dynamodb:LeadingKeys': 'CONFIG' })).toBe('allowed');
    expect(ask({ 'dynamodb:LeadingKeys': 'CONFIG2' })).toBe('not allowed');
    expect(ask()).toBe('allowed');
  });

  test('takes any value of a key for *, but not its absence', () => {
    const any = [statement({ tests: [{ ...MINE, operator: 'StringLike', values: ['*'] }] })];
    expect(decide(any, { ...CALL, context: { 'aws:ResourceTag/owner': 'you' } })).toBe('allowed');
    expect(decide(any, CALL)).toBe('not allowed');
  });

  test('does not guess at an operator it does not know', () => {
    const test = { ...MINE, operator: 'StringNotEquals' };
    expect(() => decide([statement({ tests: [test] })], CALL)).toThrow('StringNotEquals');
  });
});
