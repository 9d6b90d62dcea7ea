import type { STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { callerArn } from '../../cli/identity.ts';
import { ANA } from './fakes.ts';

/** Only what is asked of it. */
function client(answer: () => Promise<object>): Pick<STSClient, 'send'> {
  return { send: answer } as unknown as Pick<STSClient, 'send'>;
}

describe('who runs the command', () => {
  test('is the ARN AWS gives, session name included', async () => {
    expect(
      await callerArn(
        'eu-west-1',
        client(async () => ({ Arn: ANA })),
      ),
    ).toBe(ANA);
  });

  test('is never nobody: no answer and a refusal are failures', async () => {
    await expect(
      callerArn(
        'eu-west-1',
        client(async () => ({})),
      ),
    ).rejects.toMatchObject({ kind: 'invalid' });
    const expired = Object.assign(new Error('expired'), { name: 'ExpiredTokenException', $metadata: {} });
    const refused = callerArn(
      'eu-west-1',
      client(() => Promise.reject(expired)),
    );
    await expect(refused).rejects.toMatchObject({ operation: 'sts:GetCallerIdentity', kind: 'unauthorised' });
  });
});
