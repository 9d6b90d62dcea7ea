import type { Fact } from '../../../shared/fact.ts';
import type { Instance } from '../../../shared/ports/ec2.ts';
import type { Node } from '../../../shared/ports/kubernetes.ts';
import type { TemplateVersion } from '../../../shared/ports/volumes.ts';
import { oneLine } from '../fields.ts';

/** Where it is written what volumes a new node has. */
export type Owner =
  | { by: 'auto-mode'; nodeClass?: string }
  | { by: 'karpenter'; nodeClass?: string }
  /** Of EKS: it made the launch template, as a copy of one of the group's or by itself. */
  | { by: 'node-group'; group?: string }
  /** Of whoever made the launch template. */
  | { by: 'launch-template' };

export interface OwnerFacts {
  instance: Fact<Instance | null>;
  node: Fact<Node | null>;
  template: Fact<TemplateVersion>;
}

const MAX_NAME = 253;
const KARPENTER_KEYS = [
  'karpenter.sh/nodepool',
  'karpenter.sh/nodeclaim',
  'karpenter.sh/provisioner-name',
  'karpenter.k8s.aws/ec2nodeclass',
];
const KARPENTER_TEMPLATES = 'karpenter.k8s.aws/';
const GROUP_KEYS = ['eks:nodegroup-name', 'eks.amazonaws.com/nodegroup'];
const AUTO_CLASS_KEYS = ['eks:kubernetes-node-class-name', 'eks.amazonaws.com/nodeclass'];

/** Everybody whose it may be: several where tags, labels and the template's name say different things. Pure. */
export function ownersOf(facts: OwnerFacts): [Owner, ...Owner[]] {
  const marks = marksOf(facts);
  const name = facts.template.known ? facts.template.value.name : undefined;
  const nodeClass = first(marks, AUTO_CLASS_KEYS);
  const managed = facts.instance.known && facts.instance.value?.managedBy === 'eks.amazonaws.com';
  // Its nodes carry the labels of Karpenter, too.
  if (managed || marks.get('eks.amazonaws.com/compute-type') === 'auto' || nodeClass !== undefined) {
    return [{ by: 'auto-mode', ...shown('nodeClass', nodeClass) }];
  }
  const [one, ...others] = [...karpenterIn(marks, name), ...groupIn(marks, name)];
  return one === undefined ? [{ by: 'launch-template' }] : [one, ...others];
}

type Marks = ReadonlyMap<string, string>;

/** Tags of the instance and labels of its Node: what one of them says is not undone by the other one's silence. */
function marksOf({ instance, node }: OwnerFacts): Marks {
  const tags = (instance.known ? instance.value?.tags : undefined) ?? {};
  const labels = (node.known ? node.value?.metadata?.labels : undefined) ?? {};
  return new Map([...Object.entries(labels), ...Object.entries(tags)]);
}

function karpenterIn(marks: Marks, template: string | undefined): Owner[] {
  const isNamed = template?.startsWith(KARPENTER_TEMPLATES) === true;
  if (!isNamed && first(marks, KARPENTER_KEYS) === undefined) return [];
  return [{ by: 'karpenter', ...shown('nodeClass', marks.get('karpenter.k8s.aws/ec2nodeclass')) }];
}

/** A template that is known to have another name than EKS gives was not made by EKS. */
function groupIn(marks: Marks, template: string | undefined): Owner[] {
  const group = first(marks, GROUP_KEYS);
  if (group === undefined) return [];
  if (template !== undefined && !template.startsWith('eks-')) return [{ by: 'launch-template' }];
  return [{ by: 'node-group', ...shown('group', group) }];
}

function first(marks: Marks, keys: readonly string[]): string | undefined {
  return keys.map((key) => marks.get(key)).find((value) => value !== undefined);
}

/** Written by others: one line of it. */
function shown<K extends string>(key: K, name: string | undefined): { [key in K]?: string } {
  const line = oneLine(name, MAX_NAME);
  return (line === undefined ? {} : { [key]: line }) as { [key in K]?: string };
}
