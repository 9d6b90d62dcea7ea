import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { classifyCode } from '../../functions/api-throttling/codes.ts';
import { events } from '../../functions/api-throttling/events.ts';
import type { Tree } from '../contract/template-package.ts';
import { matches } from '../contract/template-pattern.ts';
import { sample } from './support.ts';

/** The rule as it stands in the template, with the stage and account that the samples have. */
function rule(): { State: string; EventPattern: Tree } {
  const text = readFileSync(new URL('../../deploy/template/rules.yml', import.meta.url), 'utf8')
    .replaceAll(/\$\{AWS::Partition\}/g, 'aws')
    .replaceAll(/\$\{AWS::AccountId\}/g, '210987654321')
    .replaceAll(/\$\{sls:stage\}/g, 'dev');
  // An intrinsic function becomes the text in it.
  const reviver = (_: unknown, value: unknown): unknown =>
    value !== null && typeof value === 'object' && 'Fn::Sub' in value ? value['Fn::Sub'] : value;
  return parse(text, reviver).Resources.ApiThrottlingCallsRule.Properties;
}

const { State, EventPattern } = rule();

function isLetThrough(change: (detail: Record<string, unknown>) => object): boolean {
  const event = JSON.parse(sample('throttled-node-role.json'));
  return matches(EventPattern, { ...event, detail: change(event.detail) });
}

const withCode = (errorCode: string) => isLetThrough((detail) => ({ ...detail, errorCode }));
const ofRole = (arn: string) =>
  isLetThrough((detail) => ({ ...detail, userIdentity: { sessionContext: { sessionIssuer: { arn } } } }));

describe('the rule for throttled calls', () => {
  test('lets reads through, which a plain rule never sees', () => {
    expect(State).toBe('ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
  });

  test('lets through every code that the code table calls throttling, with and without a prefix', () => {
    const codes = [
      'RequestLimitExceeded',
      'EC2ThrottledException',
      'Throttling',
      'ThrottledException',
      'RequestThrottled',
      'RequestThrottledException',
      'SlowDown',
      'ThrottlingException',
      'TooManyRequestsException',
      'ProvisionedThroughputExceededException',
      'KMSThrottlingException',
      'KmsThrottled',
    ];
    for (const code of codes.flatMap((each) => [each, `Client.${each}`, `Server.${each}`])) {
      expect({ code, is: classifyCode(code).is }).toEqual({ code, is: 'throttled' });
      expect({ code, through: withCode(code) }).toEqual({ code, through: true });
    }
  });

  test.each([
    'Server.InsufficientInstanceCapacity',
    'Client.VcpuLimitExceeded',
    'ResourceLimitExceeded',
    'Client.InsufficientFreeAddressesInSubnet',
    'Client.IncorrectState',
    'Client.VolumeModificationRateExceeded',
    'TooManyUpdates',
    'AccessDenied',
  ])('keeps %s out', (code) => {
    expect(classifyCode(code).is).not.toBe('throttled');
    expect(withCode(code)).toBe(false);
  });

  test('leaves out our own roles, and nobody who has none or is named a little like us', () => {
    const role = 'arn:aws:iam::210987654321:role';
    expect(ofRole(`${role}/paramedic-dev-sweep`)).toBe(false);
    expect(ofRole(`${role}/paramedic-devops`)).toBe(true);
    expect(ofRole('arn:aws:iam::123456789012:role/paramedic-dev-sweep')).toBe(true);
    for (const userIdentity of [{ type: 'AWSService', invokedBy: 'eks.amazonaws.com' }, {}, undefined])
      expect(isLetThrough((detail) => ({ ...detail, userIdentity }))).toBe(true);
  });

  test('listens to the services that the trouble reads, and to no other', () => {
    const event = JSON.parse(sample('throttled-node-role.json'));
    for (const { source } of events) expect(matches(EventPattern, { ...event, source })).toBe(true);
    expect(matches(EventPattern, { ...event, source: 'aws.s3' })).toBe(false);
  });
});
