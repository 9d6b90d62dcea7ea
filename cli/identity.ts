import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { awsCall } from '../shared/aws/classify.ts';
import { clientConfig } from '../shared/aws/ports.ts';
import { PortError } from '../shared/errors.ts';

/**
 * Who runs this command, by AWS: the ARN of the caller, session name included, because two people who assume one role
 * are told apart by nothing else. Throws PortError.
 */
export async function callerArn(
  region: string,
  client: Pick<STSClient, 'send'> = new STSClient(clientConfig(region)),
): Promise<string> {
  const operation = 'sts:GetCallerIdentity';
  const { Arn } = await awsCall(operation, () => client.send(new GetCallerIdentityCommand({})));
  if (Arn === undefined) throw new PortError('invalid', 'AWS does not say who you are', { operation });
  return Arn;
}
