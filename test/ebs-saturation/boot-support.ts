import * as v from 'valibot';
import type { Diagnosis } from '../../functions/ebs-saturation/diagnose/types.ts';
import type { Input } from '../../functions/ebs-saturation/input.ts';
import { templateFindings } from '../../functions/ebs-saturation/plans/template.ts';
import { ebsSaturationSection } from '../../functions/ebs-saturation/policy.ts';
import type { Fact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/incident/plan.ts';
import type { Instance } from '../../shared/ports/ec2.ts';
import type { Node, Pod } from '../../shared/ports/kubernetes.ts';
import type { TemplateMapping, TemplateVersion } from '../../shared/ports/volumes.ts';
import { AT, fact, GP3, INSTANCE, VOLUME } from './diagnose-series.ts';

export const KEY = 'arn:aws:kms:eu-west-1:210987654321:key/11111111-2222-4333-8444-555555555555';
export const ROOT: TemplateMapping = {
  DeviceName: '/dev/xvda',
  Ebs: { VolumeSize: 100, VolumeType: 'gp3', Encrypted: true, KmsKeyId: KEY },
};
const PRICES = {
  'eu-west-1': {
    asOf: '2026-11-01',
    types: {
      gp3: { gib: 0.1, iops: [{ above: 3_000, usd: 0.01 }], throughputMib: [{ above: 125, usd: 0.04 }] },
    },
  },
};

export interface Booted {
  tags?: Record<string, string>;
  labels?: Record<string, string>;
  managedBy?: string;
  device?: string;
  osImage?: string;
  template?: { name?: string; mappings?: TemplateMapping[] } | Fact<TemplateVersion>;
  node?: Fact<Node | null>;
  emptyDirs?: number;
  volumes?: string[];
  section?: Record<string, unknown>;
}

/** Of a root volume of gp3, 100 GiB, 3,000 IOPS and 125 MiB/s, all of which its node used while it booted. */
export function told(given: Booted = {}): Finding[] {
  const at = fact({ max: { at: AT, value: 3_000 } });
  const used = { iops: at, throughput: fact({ max: { at: AT, value: 125 } }) };
  const causes = [{ name: 'boot-burst', confidence: 'likely' }];
  const section = v.parse(ebsSaturationSection, { changes: { prices: PRICES }, ...given.section });
  const input = {
    facts: factsOf(given),
    policy: section,
    now: AT,
    incident: { cluster: { name: 'prod', region: 'eu-west-1', account: '210987654321' }, signals: [] },
  } as unknown as Input;
  return templateFindings(input, { causes, used, missing: [] } as unknown as Diagnosis);
}

function factsOf(given: Booted): Partial<Input['facts']> {
  const { tags = {}, labels = {}, managedBy, device = '/dev/xvda', volumes = ['/dev/xvda'] } = given;
  const kind = device === '/dev/xvda' ? 'root' : 'data';
  const instance = {
    id: INSTANCE,
    tags,
    rootDevice: '/dev/xvda',
    volumes: volumes.map((each) => ({ id: VOLUME, device: each })),
    ...(managedBy !== undefined && { managedBy }),
  } as unknown as Instance;
  const nodeInfo = { osImage: given.osImage ?? 'Amazon Linux 2023.9', operatingSystem: 'linux' };
  const node = { metadata: { labels }, status: { nodeInfo } } as unknown as Node;
  const { type, sizeGib, iops, throughputMib } = GP3;
  const volume = { id: VOLUME, type, sizeGib, iops, throughputMib, attachments: [], tags: {} };
  return {
    volume: fact(volume as never),
    nodeVolume: fact({ kind, device }),
    instance: fact(instance),
    node: given.node ?? fact(node, 'Nodes'),
    pods: fact(podsWith(given.emptyDirs ?? 0), 'Pods of the node'),
    ...templateIn(given),
  };
}

function templateIn({ template = {} }: Booted): Pick<Input['facts'], 'template'> {
  if ('known' in template) return { template };
  const { name, mappings = [ROOT] } = template;
  const version = { id: 'lt-0a1b2c3d4e5f60718', version: '3', ...(name && { name }), mappings };
  return { template: fact(version, 'EC2 DescribeLaunchTemplateVersions') };
}

function podsWith(emptyDirs: number): Pod[] {
  return Array.from({ length: 4 }, (_, index) => ({
    metadata: { namespace: 'shop', name: `web-${index}` },
    spec: { volumes: index < emptyDirs ? [{ name: 'tmp', emptyDir: {} }] : [] },
    status: {},
  })) as unknown as Pod[];
}

export function textIn(findings: readonly Finding[]): string {
  return findings.flatMap(({ cause, evidence }) => [cause, ...evidence]).join('\n');
}

/** The patch of a finding, put together from its parts. */
export function patchIn(finding: Finding | undefined): unknown {
  const parts = (finding?.evidence ?? []).flatMap((line) => /^patch[^:]*: (.*)$/.exec(line)?.[1] ?? []);
  return parts.length === 0 ? undefined : JSON.parse(parts.join(''));
}
