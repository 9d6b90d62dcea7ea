import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCall, type ThrottledCall } from '../../functions/api-throttling/calls.ts';
import { classifyCode } from '../../functions/api-throttling/codes.ts';
import { toSignals } from '../../functions/api-throttling/signals.ts';
import { eventOf } from './support.ts';

const ACCOUNT = '210987654321';
const NODE = 'throttled-node-role.json';

function callIn(file: string, change: Record<string, unknown> = {}): ThrottledCall {
  const read = readCall(eventOf(file, change));
  if (read.is !== 'throttled') throw new Error(`${file}: ${read.is}: ${read.reason}`);
  return read.call;
}

describe('who called, by sample', () => {
  const callers: [string, Partial<ThrottledCall>][] = [
    [
      NODE,
      {
        service: 'ec2',
        api: 'AssignPrivateIpAddresses',
        principal: `arn:aws:iam::${ACCOUNT}:role/payments-node-role`,
        session: 'i-0aa11bb22cc33dd44',
        viaInstanceRole: true,
        readOnly: false,
        requestHints: [],
      },
    ],
    [
      'throttled-pod-identity.json',
      {
        session: 'eks-payments-karpenter-6-0a1b2c3d-4e5f-4061-8273-94a5b6c7d8e9',
        viaInstanceRole: false,
        readOnly: true,
        requestHints: ['kubernetes.io/cluster/payments'],
      },
    ],
    [
      'throttled-irsa.json',
      {
        service: 'elasticloadbalancing',
        federatedProvider: `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0F1E2D3C4B5A69788796A5B4C3D2E1F0`,
      },
    ],
    ['throttled-iam-user.json', { principal: `arn:aws:iam::${ACCOUNT}:user/ci/deploy`, service: 'ssm' }],
    ['throttled-aws-service.json', { invokedBy: 'autoscaling.amazonaws.com', session: 'AutoScaling' }],
    ['throttled-aws-service-alone.json', { principal: 'eks.amazonaws.com', invokedBy: 'eks.amazonaws.com' }],
    ['throttled-root.json', { principal: `arn:aws:iam::${ACCOUNT}:root` }],
    ['throttled-single-sign-on.json', { session: 'maria@example.com', service: 'autoscaling' }],
    [
      'throttled-no-session-context.json',
      { principal: `arn:aws:iam::${ACCOUNT}:role/pipeline`, session: 'ci-run-4711' },
    ],
    ['throttled-corrected-copy.json', { eventId: '8a796857-4635-4241-9032-0a1b2c3d4e0f', service: 'sts' }],
  ];

  test.each(callers)('%s', (file, expected) => {
    expect(callIn(file)).toMatchObject(expected);
  });

  test('a caller without a session has none, and nobody else is invoked', () => {
    for (const file of ['throttled-iam-user.json', 'throttled-root.json'])
      expect(callIn(file)).not.toHaveProperty('session');
    expect(callIn(NODE)).not.toHaveProperty('invokedBy');
  });
});

describe('what is no throttling of others', () => {
  test.each([
    ['ignored/throttled-own-role.json', 'made by Paramedic itself'],
    ['ignored/failed-capacity.json', 'belongs to capacity'],
    ['ignored/failed-quota.json', 'belongs to quota'],
    ['ignored/failed-addresses.json', 'belongs to addresses'],
    ['ignored/failed-object-rate.json', 'belongs to object-rate'],
    ['ignored/failed-unauthorised.json', 'Client.UnauthorizedOperation is not throttling'],
    ['ignored/call-succeeded.json', 'the call did not fail'],
    ['spot-interruption-terminate.json', 'is not treated'],
  ])('%s is ignored and says where it belongs', (file, reason) => {
    const read = toSignals(eventOf(file));
    expect(read.kind === 'ignored' ? read.reason : read.kind).toContain(reason);
  });

  test('a role that is only named a little like ours is a caller like any other', () => {
    const arn = `arn:aws:iam::${ACCOUNT}:role/paramedic-app`;
    const userIdentity = { type: 'AssumedRole', sessionContext: { sessionIssuer: { arn } } };
    expect(callIn(NODE, { userIdentity }).principal).toBe(arn);
  });

  test.each(['', 'Client.', 'Server.'])(
    'codes count with the prefix "%s" and never by a part of them',
    (prefix) => {
      expect(classifyCode(`${prefix}RequestLimitExceeded`)).toEqual({ is: 'throttled' });
      expect(classifyCode(`${prefix}IncorrectState`)).toEqual({ is: 'elsewhere', belongs: 'state' });
      expect(classifyCode(`${prefix}NotRequestLimitExceeded`)).toEqual({ is: 'other' });
    },
  );
});

describe('bad input ends in a named result', () => {
  test.each([
    ['eventID', { eventID: undefined }],
    ['eventTime', { eventTime: '2026-02-31T00:00:00Z' }],
    ['eventSource', { eventSource: 'evil.example.com' }],
    ['eventName', { eventName: 'Describe Instances' }],
    ['userIdentity', { userIdentity: { arn: 7 } }],
    ['userIdentity', { userIdentity: null }],
  ])('detail.%s that cannot be used is malformed', (field, change) => {
    const read = readCall(eventOf(NODE, change));
    expect(read).toMatchObject({ is: 'malformed', reason: expect.stringContaining(`detail.${field}`) });
  });

  test('long and many-lined text is cut, whatever it holds', () => {
    const call = callIn(NODE, { userAgent: `x\n\u001b[31m${'😀'.repeat(400)}` });
    expect(call.userAgent.length).toBeLessThanOrEqual(256);
    expect(call.userAgent).not.toMatch(/\p{Cc}|\p{Cs}/u);
  });

  test('a megabyte of request parameters with a thousand filters costs four hints at most', () => {
    const items = Array.from({ length: 1_000 }, (_, index) => ({
      name: `tag:kubernetes.io/cluster/c${index}`,
      valueSet: { items: [{ value: 'x'.repeat(1_000) }] },
    }));
    expect(callIn(NODE, { requestParameters: { filterSet: { items } } }).requestHints).toHaveLength(4);
  });

  test('a session name cut off in the middle is kept as it came', () => {
    const session = 'eks-a-very-long-cluster-name-and-a-very-long-pod-name-0a1b2c3d-4';
    const userIdentity = { type: 'AssumedRole', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/r/${session}` };
    expect(callIn(NODE, { userIdentity }).session).toBe(session);
  });

  property.prop([
    fc.jsonValue(),
    fc.constantFrom('userIdentity', 'requestParameters', 'addendum', 'errorCode'),
  ])('any JSON in any field gives a value out', (value, field) => {
    const read = toSignals(eventOf(NODE, { [field]: value }));
    expect(['signals', 'ignored', 'malformed']).toContain(read.kind);
  });

  property.prop([fc.jsonValue()])('any JSON as detail gives a value out', (detail) => {
    expect(['ignored', 'malformed']).toContain(toSignals({ ...eventOf(NODE), detail }).kind);
  });
});
