import type { AwsAnswers, AwsCall, AwsReply } from './aws-server.ts';
import { DEMO } from './demo-cluster.ts';
import { checkpointed } from './durable.ts';

export interface Place {
  instanceId: string;
  /** Of the cluster's API server, and the authority that signed for it (PEM). */
  endpoint: string;
  certificate: string;
  region: string;
  account: string;
}

type Answer = (call: AwsCall, place: Place) => AwsReply;

/** By service and operation, or the beginning of it. DynamoDB is not among them: that is a server of its own. */
const ANSWERS: readonly (readonly [service: string, operation: string, answer: Answer])[] = [
  ['ec2', 'DescribeInstances', (_call, place) => xml(describeInstances(place))],
  ['eks', 'GET /clusters/', (_call, place) => json({ cluster: clusterOf(place) })],
  ['eks', 'GET /clusters', () => json({ clusters: [DEMO.cluster] })],
  ['lambda', 'POST /2025-12-01/durable-executions/', ({ body }) => json(checkpointed(body))],
  ['lambda', 'POST /2015-03-31/functions/', () => ({ ...json({}), status: 202 })],
  ['monitoring', 'DescribeAlarms', () => json({ MetricAlarms: [], CompositeAlarms: [] })],
  ['sns', 'Publish', () => xml(publish())],
];

/** Fixed answers about one machine, its cluster and what is done for it. */
export function answersAbout(place: Place): AwsAnswers {
  return (call) => {
    const found = ANSWERS.find(
      ([service, operation]) => service === call.service && call.operation.startsWith(operation),
    );
    return found?.[2](call, place);
  };
}

function json(value: unknown): AwsReply {
  return { contentType: 'application/json', body: JSON.stringify(value) };
}

function xml(body: string): AwsReply {
  return { contentType: 'text/xml', body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}` };
}

function clusterOf({ endpoint, certificate, region, account }: Place) {
  return {
    name: DEMO.cluster,
    arn: `arn:aws:eks:${region}:${account}:cluster/${DEMO.cluster}`,
    version: '1.35',
    status: 'ACTIVE',
    endpoint,
    certificateAuthority: { data: Buffer.from(certificate).toString('base64') },
    resourcesVpcConfig: { endpointPublicAccess: true, endpointPrivateAccess: true },
  };
}

function describeInstances({ instanceId }: Place): string {
  return `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
  <requestId>offline</requestId>
  <reservationSet><item><reservationId>r-0</reservationId><instancesSet><item>
    <instanceId>${instanceId}</instanceId>
    <instanceType>${DEMO.type}</instanceType>
    <instanceState><code>16</code><name>running</name></instanceState>
    <instanceLifecycle>spot</instanceLifecycle>
    <launchTime>2026-11-03T08:58:00.000Z</launchTime>
    <placement><availabilityZone>${DEMO.zone}</availabilityZone></placement>
    <privateDnsName>${DEMO.node}</privateDnsName>
    <tagSet><item><key>kubernetes.io/cluster/${DEMO.cluster}</key><value>owned</value></item></tagSet>
  </item></instancesSet></item></reservationSet>
</DescribeInstancesResponse>`;
}

function publish(): string {
  return `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
  <PublishResult><MessageId>5c1f0b0e-7d0a-4a55-9c0e-2f6a3f3b7a10</MessageId></PublishResult>
</PublishResponse>`;
}
