import type { Fact } from '../../../shared/fact.ts';
import type { TemplateVersion } from '../../../shared/ports/volumes.ts';
import type { Json } from '../../../shared/workflow/port.ts';
import { type ClassPatch, ec2NodeClassPatch, nodeClassPatch } from './node-class.ts';
import type { Owner } from './owner.ts';
import type { TemplateProposal } from './types.ts';

type Possible = Extract<TemplateProposal, { possible: true }>;

/** A proposal in the words of whoever it is for. */
export interface Form {
  /** e.g. `a launch template`. */
  what: string;
  /** Whose it is and what is to be done with the patch, by a person. */
  lines: string[];
  patch: ClassPatch;
}

const NEW_NODES = 'nodes that run keep their volumes: only new nodes boot with it';

export function formOf(owner: Owner, proposal: Possible, template: Fact<TemplateVersion>): Form {
  switch (owner.by) {
    case 'launch-template':
      return {
        what: 'a launch template',
        lines: [
          ...versionLine(template),
          'a new version of the template with this patch is made and rolled out by a person; Paramedic never edits one',
          NEW_NODES,
        ],
        patch: mappingsPatch(proposal),
      };
    case 'node-group':
      return {
        what: `a launch template of its own for node group ${owner.group ?? ''}`.trim(),
        lines: [...versionLine(template), ...GROUP_LINES, NEW_NODES],
        patch: mappingsPatch(proposal),
      };
    case 'karpenter':
      return {
        what: named('an EC2NodeClass', owner.nodeClass),
        lines: [...versionLine(template), ...KARPENTER_LINES],
        patch: ec2NodeClassPatch(proposal.patch.BlockDeviceMappings, template.known),
      };
    case 'auto-mode':
      return {
        what: named('a NodeClass of EKS Auto Mode', owner.nodeClass),
        lines: AUTO_LINES,
        patch: nodeClassPatch(proposal.volumes[0]),
      };
  }
}

/** It stands in front of the JSON that people copy. */
export function patchName({ by }: Owner): string {
  const named = { karpenter: 'EC2NodeClass', 'auto-mode': 'NodeClass' } as const;
  return by === 'karpenter' || by === 'auto-mode' ? `patch of the ${named[by]}` : 'patch';
}

const GROUP_LINES = [
  'EKS made this template, as a copy of one that the node group names or by itself, which its name does not tell; it must not be edited',
  'if the node group names one: a new version of that one with this patch, and the group updated to it, by a person',
  'if it names none: a new node group with a launch template of its own with this patch, by a person; EKS gives an existing group none',
];

const KARPENTER_LINES = [
  'Karpenter makes its launch templates from the EC2NodeClass: such a template must not be edited, the EC2NodeClass is, by a person',
  'a rootVolume that stands in the EC2NodeClass is not seen in the template: keep it',
  'nodes that run count as drifted then: Karpenter replaces them as its NodePools allow',
];

const AUTO_LINES = [
  'EKS makes such nodes from the NodeClass, and their volumes are its own: the NodeClass is changed by a person',
  'what else stands in its ephemeralStorage stays; compare, it was not read',
  'nodes that run count as drifted then: EKS replaces them as their NodePools allow',
];

function mappingsPatch({ patch }: Possible): ClassPatch {
  return { possible: true, patch: patch as unknown as Json };
}

function versionLine(template: Fact<TemplateVersion>): string[] {
  if (!template.known) return [];
  const { id, version, name } = template.value;
  return [`the node was made from ${id}${name === undefined ? '' : ` (${name})`} version ${version}`];
}

function named(what: string, name: string | undefined): string {
  return name === undefined ? what : `${what}, ${name},`;
}
