import { describe, expect, test } from 'vitest';
import { attribute, type CallerHints } from '../../../functions/api-throttling/attribution/index.ts';
import { ACCOUNT, AGENTS, assumedRole, call, filterBy, irsa, known, node, pod } from './stage.ts';

/** What the call is, who made it, for which cluster (`-`: none), and how sure that is. */
type Row = [string, CallerHints, string, string, 'certain' | 'likely' | 'unknown'];

const USER = { type: 'IAMUser', arn: `arn:aws:iam::${ACCOUNT}:user/ops/maria`, userName: 'maria' };
const ROOT = { type: 'Root', arn: `arn:aws:iam::${ACCOUNT}:root`, principalId: ACCOUNT };
const SERVICE = { type: 'AWSService', invokedBy: 'autoscaling.amazonaws.com' };
const LINKED = assumedRole('AWSServiceRoleForAmazonEKSNodegroup', 'EKS', {
  path: 'aws-service-role/eks-nodegroup.amazonaws.com/',
  invokedBy: 'eks-nodegroup.amazonaws.com',
});
const SSO = assumedRole('AWSReservedSSO_Admin_0123456789abcdef', 'maria@example.com', {
  path: 'aws-reserved/sso.amazonaws.com/eu-west-1/',
});

const CALLERS: Row[] = [
  [
    'the CNI with the node role',
    call(node('payments-node-role'), 'AssignPrivateIpAddresses', { userAgent: AGENTS.cni }),
    'vpc-cni',
    'payments',
    'certain',
  ],
  [
    'the CNI with a node role that two clusters share',
    call(node('shared-node-role'), 'AttachNetworkInterface', { userAgent: AGENTS.cni }),
    'vpc-cni',
    'payments',
    'certain',
  ],
  [
    'the CNI with a role of its own, through IRSA',
    call(irsa('payments-cni'), 'CreateNetworkInterface', { userAgent: AGENTS.cni }),
    'vpc-cni',
    'payments',
    'certain',
  ],
  [
    'a CNI whose userAgent was replaced',
    call(node('payments-node-role'), 'UnassignPrivateIpAddresses', { userAgent: 'proxy' }),
    'vpc-cni',
    'payments',
    'likely',
  ],
  [
    'Karpenter through Pod Identity',
    call(pod('payments-karpenter', 'payments', 'karpenter-6'), 'DescribeInstances', {
      userAgent: AGENTS.karpenter,
    }),
    'karpenter',
    'payments',
    'certain',
  ],
  [
    'the Cluster Autoscaler through IRSA',
    call(irsa('asg-tuner'), 'DescribeAutoScalingGroups', {
      userAgent: AGENTS.autoscaler,
      service: 'autoscaling',
    }),
    'cluster-autoscaler',
    'payments',
    'certain',
  ],
  [
    'the EBS CSI driver with its add-on role',
    call(irsa('payments-storage'), 'AttachVolume', { userAgent: AGENTS.ebs }),
    'ebs-csi',
    'payments',
    'certain',
  ],
  [
    'the load balancer controller',
    call(irsa('alb'), 'DescribeTargetHealth', { userAgent: AGENTS.lbc, service: 'elasticloadbalancing' }),
    'load-balancer-controller',
    'payments',
    'certain',
  ],
  [
    'the Node Termination Handler, which has no marker, by its role',
    call(pod('payments-spot', 'payments', 'aws-node-t'), 'CompleteLifecycleAction', {
      userAgent: AGENTS.plainGo,
      service: 'autoscaling',
    }),
    'node-termination-handler',
    'payments',
    'likely',
  ],
  [
    'the cloud controller manager, which EKS runs under the cluster role',
    call(
      assumedRole('payments-cluster', '1762171331119', { invokedBy: 'eks.amazonaws.com' }),
      'DescribeInstances',
      {
        userAgent: 'eks.amazonaws.com',
      },
    ),
    'cloud-controller-manager',
    'payments',
    'likely',
  ],
  [
    'EKS itself',
    call(LINKED, 'RunInstances', { userAgent: 'eks-nodegroup.amazonaws.com' }),
    'eks',
    '-',
    'certain',
  ],
  ['Auto Scaling itself', call(SERVICE, 'RunInstances'), 'autoscaling', '-', 'certain'],
  [
    'CloudFormation on behalf of a pipeline',
    call(assumedRole('deploy', 'build-7', { invokedBy: 'cloudformation.amazonaws.com' }), 'CreateTags'),
    'other-aws-service',
    '-',
    'certain',
  ],
  ['an IAM user', call(USER, 'DescribeVolumes', { userAgent: AGENTS.cli }), 'person', '-', 'certain'],
  ['the root', call(ROOT, 'DescribeVolumes', { userAgent: 'Mozilla/5.0' }), 'person', '-', 'certain'],
  [
    'a sign-on session',
    call(SSO, 'DescribeInstances', { userAgent: AGENTS.terraform }),
    'person',
    '-',
    'certain',
  ],
  [
    'the console with an assumed role',
    call(assumedRole('Auditor', 'maria'), 'DescribeInstances', { userAgent: 'Mozilla/5.0 (X11)' }),
    'person',
    '-',
    'likely',
  ],
  [
    'a role of ours',
    call(assumedRole('paramedic-prod-other', 'run'), 'DescribeInstances'),
    'ours',
    '-',
    'certain',
  ],
  [
    'Terraform in a pipeline',
    call(assumedRole('ci-deploy', 'build-7'), 'DescribeSecurityGroups', { userAgent: AGENTS.terraform }),
    'other-tool',
    '-',
    'likely',
  ],
  [
    'a pod whose role only the request’s filters tie to a cluster',
    call(assumedRole('chained', 'inventory'), 'DescribeInstances', {
      userAgent: AGENTS.plainGo,
      requestParameters: filterBy('tag:kubernetes.io/cluster/search'),
    }),
    'other-tool',
    'search',
    'likely',
  ],
];

describe('who made a throttled call', () => {
  test.each(CALLERS)('%s', (_, made, kind, cluster, confidence) => {
    const found = attribute(made, known());
    expect(found.controller.kind).toBe(kind);
    expect(found.scope).toEqual(cluster === '-' ? { kind: 'account' } : { kind: 'cluster', name: cluster });
    expect(found.confidence).toBe(confidence);
  });

  test('says which checks said so', () => {
    const made = call(node('payments-node-role'), 'AssignPrivateIpAddresses', { userAgent: AGENTS.cni });
    expect(attribute(made, known()).by).toBe(
      'instance session i-0aa11bb22cc33dd44; userAgent, its usual calls, and its principal',
    );
  });

  test('people are named, and so are tools', () => {
    const names = [
      call(USER, 'DescribeVolumes'),
      call(SSO, 'DescribeVolumes'),
      call(assumedRole('ci-deploy', 'build-7'), 'DescribeVolumes', { userAgent: AGENTS.terraform }),
      call(assumedRole('stock', 'x'), 'DescribeVolumes', { userAgent: `${AGENTS.plainGo} app/inventory` }),
      call(assumedRole('stock', 'x'), 'DescribeVolumes'),
    ].map((made) => attribute(made, known()).controller.name);
    expect(names).toEqual([
      'user maria',
      'sign-on maria@example.com',
      'Terraform',
      'inventory',
      'unnamed tool',
    ]);
  });
});
