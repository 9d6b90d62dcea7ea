import {
  type AttributionContext,
  type CallerHints,
  type ClusterRoles,
  roleMap,
} from '../../../functions/api-throttling/attribution/index.ts';
import { readCall } from '../../../functions/api-throttling/calls.ts';

export const ACCOUNT = '210987654321';
export const UUID = '0a1b2c3d-4e5f-4061-8273-94a5b6c7d8e9';
export const NODE_ID = '0aa11bb22cc33dd44';
export const NODE = `i-${NODE_ID}`;
export const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';

const SDK = 'aws-sdk-go-v2/1.41.1 ua/2.1 os/linux lang/go#1.25.7 md/GOOS#linux md/GOARCH#amd64';

export const AGENTS = {
  cni: `${SDK} api/ec2#1.285.0 amazon-vpc-cni-k8s/v1.21.1`,
  karpenter: `${SDK} api/ec2#1.285.0 karpenter.sh-1.9.0`,
  autoscaler: `${SDK} api/autoscaling#1.60.0 cluster-autoscaler/v1.33.0`,
  ebs: `${SDK} exec-env/aws-ebs-csi-driver-v1.50.1-helm api/ec2#1.285.0`,
  lbc: 'elbv2.k8s.aws/v2.13.4',
  plainGo: 'aws-sdk-go/1.55.5 (go1.24.4; linux; amd64)',
  ccm: 'kubernetes/v1.33.1 aws-sdk-go/1.55.5 (go1.24.4; linux; amd64)',
  terraform: 'APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) aws-sdk-go-v2/1.41.1',
  cli: 'aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.12 lang/python#3.13.7',
} as const;

/** `userIdentity` as CloudTrail writes it. */
export type Identity = Record<string, unknown>;

export function assumedRole(role: string, session: string, more: Record<string, unknown> = {}): Identity {
  const { path = '', invokedBy, ...context } = more;
  return {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLEROLE000001:${session}`,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`,
    accountId: ACCOUNT,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        arn: `arn:aws:iam::${ACCOUNT}:role/${String(path)}${role}`,
        accountId: ACCOUNT,
        userName: role,
      },
      attributes: { creationDate: '2026-11-03T12:02:11Z', mfaAuthenticated: 'false' },
      ...context,
    },
    ...(invokedBy === undefined ? {} : { invokedBy }),
  };
}

export function node(role: string, instance = NODE): Identity {
  return assumedRole(role, instance, { ec2RoleDelivery: '2.0' });
}

export function pod(role: string, cluster: string, name: string): Identity {
  return assumedRole(role, `eks-${cluster}-${name}-${UUID}`);
}

export function irsa(role: string, issuer = ISSUER, session = '1762171331119000000'): Identity {
  const federatedProvider = `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`;
  return assumedRole(role, session, { webIdFederationData: { federatedProvider, attributes: {} } });
}

/** A throttled call as the trouble reads it from a real-shaped event. */
export function call(
  userIdentity: Identity,
  api: string,
  { userAgent = '', service = 'ec2', requestParameters = {} as unknown } = {},
): CallerHints {
  const read = readCall({
    id: '3c2b1a09-8f7e-4d6c-b5a4-938271605f4e',
    source: `aws.${service}`,
    detailType: 'AWS API Call via CloudTrail',
    account: ACCOUNT,
    region: 'eu-west-1',
    time: Date.UTC(2026, 10, 3, 14, 31, 22),
    resources: [],
    detail: {
      eventVersion: '1.11',
      userIdentity,
      eventTime: '2026-11-03T14:31:22Z',
      eventSource: `${service}.amazonaws.com`,
      eventName: api,
      awsRegion: 'eu-west-1',
      sourceIPAddress: '198.51.100.24',
      userAgent,
      errorCode: 'Client.RequestLimitExceeded',
      requestParameters,
      responseElements: null,
      eventID: '8a796857-4635-4241-9032-1f0e0d9c8b7a',
      readOnly: api.startsWith('Describe'),
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: ACCOUNT,
      eventCategory: 'Management',
    },
  });
  if (read.is !== 'throttled') throw new Error(`${read.is}: ${read.reason}`);
  return read.call;
}

export function filterBy(name: string, value = 'owned'): unknown {
  return { filterSet: { items: [{ name, valueSet: { items: [{ value }] } }] } };
}

export function arn(role: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${role}`;
}

export function roles(cluster: string, more: Partial<ClusterRoles> = {}): ClusterRoles {
  return { cluster, nodeRoles: [], accessEntries: [], podIdentities: [], addons: [], unread: [], ...more };
}

export function association(serviceAccount: string, role: string, namespace = 'kube-system') {
  return { namespace, serviceAccount, roleArn: arn(role) };
}

/** Two clusters, read in full: `payments` with everything the tests call from, and `search`. */
export function known(more: Partial<AttributionContext> = {}): AttributionContext {
  return {
    clusters: [{ name: 'payments', oidcIssuer: `https://${ISSUER}` }, { name: 'search' }],
    instances: new Map([[NODE, { is: 'ours', cluster: 'payments' }]]),
    roles: roleMap([
      roles('payments', {
        controlPlaneRole: arn('payments-cluster'),
        nodeRoles: [arn('payments-node-role'), arn('shared-node-role')],
        podIdentities: [
          association('karpenter', 'payments-karpenter'),
          association('aws-node-termination-handler', 'payments-spot'),
        ],
        addons: [{ name: 'aws-ebs-csi-driver', roleArn: arn('payments-storage') }],
      }),
      roles('search', { nodeRoles: [arn('search-node-role'), arn('shared-node-role')] }),
    ]),
    ownRolePrefix: 'paramedic-prod-',
    ...more,
  };
}
