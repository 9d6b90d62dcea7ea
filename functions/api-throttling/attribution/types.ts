/** A controller that works for one cluster. */
export type Workload =
  | 'vpc-cni'
  | 'karpenter'
  | 'cluster-autoscaler'
  | 'ebs-csi'
  | 'load-balancer-controller'
  | 'node-termination-handler'
  | 'cloud-controller-manager';

export type ControllerKind =
  | Workload
  /** Amazon EKS itself, through its service-linked roles. */
  | 'eks'
  /** Amazon EC2 Auto Scaling itself. */
  | 'autoscaling'
  | 'other-aws-service'
  /** An IAM user, the root, a session of IAM Identity Center, the console. */
  | 'person'
  | 'ours'
  | 'other-tool';

/** Who called. */
export interface Controller {
  kind: ControllerKind;
  /** For people, e.g. `VPC CNI`, `user maria`, `Terraform 1.9.8`: safe characters, at most 64. */
  name: string;
}

/** `unknown`: where the call belongs could not be told, and nothing was guessed. */
export type Confidence = 'certain' | 'likely' | 'unknown';

/** One cluster, or the account as a whole (shared by all clusters in it, and by everything else). */
export type Scope = { kind: 'cluster'; name: string } | { kind: 'account' };

/** Who made a throttled call and for which cluster. */
export type Attribution = {
  controller: Controller;
  scope: Scope;
  /** Which checks said so, for people. */
  by: string;
  confidence: Confidence;
};

/** One check's answer. */
export interface Verdict<T> {
  value: T;
  by: string;
  confidence: Confidence;
}
