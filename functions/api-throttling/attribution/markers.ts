import { safeName } from './text.ts';
import type { Workload } from './types.ts';

/** What each controller puts into its userAgent (CloudTrail keeps 1 KB). Anybody can write the same. */
const MARKERS: readonly { workload: Workload; mark: RegExp }[] = [
  { workload: 'vpc-cni', mark: /(?:^|\s)amazon-vpc-cni-k8s\// },
  { workload: 'karpenter', mark: /(?:^|\s)karpenter\.sh-/ },
  { workload: 'cluster-autoscaler', mark: /(?:^|\s)cluster-autoscaler\// },
  { workload: 'ebs-csi', mark: /(?:^|\s)(?:exec-env\/)?aws-ebs-csi-driver-/ },
  // It replaces the whole header.
  { workload: 'load-balancer-controller', mark: /^elbv2\.k8s\.aws\// },
];
/** Kubernetes' own clients, and so what several controllers carry besides their own marker. */
const KUBERNETES = /(?:^|\s)kubernetes\//;

const MAX_AGENT = 1024;

/** The controller that the userAgent names; undefined also where it names several, because then it lies. */
export function markedAs(userAgent: string): Workload | undefined {
  const text = userAgent.slice(0, MAX_AGENT);
  const [marked, ...others] = MARKERS.filter(({ mark }) => mark.test(text));
  if (marked === undefined) return KUBERNETES.test(text) ? 'cloud-controller-manager' : undefined;
  return others.length === 0 ? marked.workload : undefined;
}

/** A browser, or the console's back end: a person's hands, as far as a userAgent tells. */
export function isConsole(userAgent: string): boolean {
  return /^(?:Mozilla\/|console\.(?:[a-z0-9-]{1,30}\.)?amazonaws\.com$|AWSConsole|S3Console\/)/.test(
    userAgent,
  );
}

/** Tools that say less of themselves in the first words than further on. */
const TOOLS: readonly { name: string; mark: RegExp }[] = [
  { name: 'OpenTofu', mark: /opentofu\//i },
  { name: 'Terraform', mark: /terraform\//i },
  { name: 'Pulumi', mark: /pulumi/i },
  { name: 'Ansible', mark: /ansible/i },
  { name: 'eksctl', mark: /eksctl\//i },
  { name: 'AWS CLI', mark: /^aws-cli\//i },
  { name: 'Boto3', mark: /^boto3?(?:core)?\//i },
];
const SDK_WORDS = /^(?:aws-sdk-[a-z0-9-]+|ua|os|lang|md|api|cfg|ft|m|apn|hashicorp|botocore)[/#]/i;

/** A name for a tool that is none of ours: a few safe words of its userAgent, at most 64 characters. */
export function toolName(userAgent: string): string {
  const text = userAgent.slice(0, MAX_AGENT);
  const known = TOOLS.find(({ mark }) => mark.test(text));
  if (known !== undefined) return known.name;
  const words = text.split(/\s+/).filter((word) => word.includes('/') && !word.startsWith('('));
  const telling = words.find((word) => !SDK_WORDS.test(word)) ?? words[0] ?? text;
  return safeName(telling.replace(/^(?:app|exec-env)\//, '')) || 'unnamed tool';
}
