import { type EpochMs, isoTime } from '../shared/clock.ts';

/** Different callers and APIs of a storm. */
export const KEYS = 40;

/** The first ten keys are the CNI, at one of these each; every other key is a tool of its own. */
const CNI_APIS = [
  'AssignPrivateIpAddresses',
  'UnassignPrivateIpAddresses',
  'CreateNetworkInterface',
  'AttachNetworkInterface',
  'DetachNetworkInterface',
  'DeleteNetworkInterface',
  'ModifyNetworkInterfaceAttribute',
  'DescribeNetworkInterfaces',
  'DescribeInstances',
  'CreateTags',
];
const CNI_AGENT = 'aws-sdk-go-v2/1.41.1 amazon-vpc-cni-k8s/v1.21.1';

/** The event of the storm's call number `index`: the keys take turns, and so do the CNI's instances. */
export function throttledCall(index: number, at: EpochMs, instances: readonly string[]): string {
  const key = index % KEYS;
  const api = CNI_APIS[key];
  if (api === undefined)
    return bodyOf(index, at, {
      ...{ api: 'DescribeInstances', role: `tool-${key}`, session: 'run', agent: 'Boto3/1.40.1' },
    });
  const session = instances[index % instances.length] ?? '';
  return bodyOf(index, at, { api, role: 'node', session, agent: CNI_AGENT });
}

interface Caller {
  api: string;
  role: string;
  session: string;
  agent: string;
}

function bodyOf(index: number, at: EpochMs, { api, role, session, agent }: Caller): string {
  const time = isoTime(at);
  const envelope = { version: '0', 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.ec2' };
  const place = { account: '210987654321', region: 'eu-west-1', resources: [] };
  const failure = { errorCode: 'Client.RequestLimitExceeded', errorMessage: 'Request limit exceeded.' };
  const call = { eventTime: time, eventSource: 'ec2.amazonaws.com', eventName: api, userAgent: agent };
  const detail = { ...call, ...failure, userIdentity: identityOf(role, session), eventID: `storm-e${index}` };
  return JSON.stringify({ ...envelope, ...place, id: `envelope-${index}`, time, detail });
}

function identityOf(role: string, session: string): object {
  const account = 'arn:aws:iam::210987654321';
  return {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLE:${session}`,
    arn: `arn:aws:sts::210987654321:assumed-role/${role}/${session}`,
    sessionContext: {
      sessionIssuer: { type: 'Role', arn: `${account}:role/${role}`, userName: role },
      ...(session.startsWith('i-') && { ec2RoleDelivery: '2.0' }),
    },
  };
}
