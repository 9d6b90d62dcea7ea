import {
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { awsSwitches } from '../../cli/aws-switches.ts';

const iam = mockClient(IAMClient);
const REMEDIATE = 'paramedic-qa-nodeInterruptionRemediate';
const THROTTLING = 'paramedic-qa-apiThrottlingRemediate';
const VOLUMES = 'paramedic-qa-ebsSaturationRemediate';
const SWEEP = 'paramedic-qa-sweep';

/** What AWS remembers. */
let policies: Map<string, string>;

function failure(name: string, status: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });
}

beforeEach(() => {
  iam.reset();
  policies = new Map();
  iam.on(GetRoleCommand).resolves({});
  iam.on(GetRolePolicyCommand).callsFake(({ RoleName }) => {
    if (!policies.has(RoleName)) throw failure('NoSuchEntityException', 404);
    return {};
  });
  iam.on(PutRolePolicyCommand).callsFake((input) => {
    policies.set(input.RoleName, input.PolicyDocument);
    return {};
  });
  iam.on(DeleteRolePolicyCommand).callsFake(({ RoleName }) => {
    if (!policies.delete(RoleName)) throw failure('NoSuchEntityException', 404);
    return {};
  });
});

const switches = () => awsSwitches('qa', 'eu-west-1');

describe('the explicit Deny in IAM', () => {
  test('is attached to every executor, reads back, and is taken off again; twice is once', async () => {
    const engaged = { state: 'engaged', byUs: true };
    for (let time = 0; time < 2; time++) {
      expect(await switches().deny()).toMatchObject([
        { name: REMEDIATE, ...engaged },
        { name: THROTTLING, ...engaged },
        { name: VOLUMES, ...engaged },
        { name: SWEEP, ...engaged },
      ]);
    }
    expect(policies.get(REMEDIATE)).toContain('"Effect":"Deny"');
    for (let time = 0; time < 2; time++) {
      const cleared = await switches().allow();
      expect(cleared.map(({ state }) => state)).toEqual(['clear', 'clear', 'clear', 'clear']);
    }
    expect(policies.size).toBe(0);
  });

  test('a role that is not there is absent, one that may not be read is named with the permission', async () => {
    iam.on(GetRoleCommand, { RoleName: SWEEP }).rejects(failure('NoSuchEntityException', 404));
    iam.on(GetRoleCommand, { RoleName: THROTTLING }).rejects(failure('NoSuchEntityException', 404));
    iam.on(GetRoleCommand, { RoleName: VOLUMES }).rejects(failure('NoSuchEntityException', 404));
    iam.on(GetRoleCommand, { RoleName: REMEDIATE }).rejects(failure('AccessDenied', 403));
    const [remediate, throttling, volumes, sweep] = await switches().deny();
    expect(remediate).toMatchObject({ state: 'unreadable', why: expect.stringContaining('iam:GetRole') });
    expect(throttling).toMatchObject({ state: 'absent' });
    expect(volumes).toMatchObject({ state: 'absent' });
    expect(sweep).toMatchObject({ state: 'absent' });
    expect(policies.size).toBe(0);
  });
});
