import { type EpochMs, HOUR_MS } from '../../../shared/clock.ts';
import { type Fact, known, readFact, unknown } from '../../../shared/fact.ts';
import type { Instance } from '../../../shared/ports/ec2.ts';
import type { Ports } from '../../../shared/ports/index.ts';
import type { Node } from '../../../shared/ports/kubernetes.ts';
import type { TemplateVersion } from '../../../shared/ports/volumes.ts';
import type { NodeVolume } from '../boot/node-volume.ts';
import type { Mate } from '../diagnose/types.ts';
import { readMates } from './mates.ts';
import { readTemplate } from './template.ts';

/** What a boot is looked at by, beside the volume's own metrics. */
export interface BootFacts {
  mates: Fact<Mate[]>;
  /** What its instance was made from. Absent: nothing was to be found out about its boot. */
  template?: Fact<TemplateVersion>;
}

interface About {
  instance: Fact<Instance | null>;
  nodeVolume: Fact<NodeVolume | null>;
  node: Fact<Node | null>;
  nodes: Fact<Node[]>;
}

/** A node that booted lately, by the volume in question. */
interface Fresh {
  instance: Instance;
  launchedAt: EpochMs;
  own: NodeVolume;
}

type Reading = Pick<Ports, 'ec2' | 'usage' | 'volumes'> & { at: EpochMs };

/** A fresh node's boot is looked at beside its mates'. */
const BOOTED_LATELY_MS = 2 * HOUR_MS;

/** Only for a node that booted lately: two calls of EC2 and nine of CloudWatch. */
export async function readBoot(reading: Reading, about: About): Promise<BootFacts> {
  const fresh = freshOf(about, reading.at);
  if (fresh === undefined) return { mates: known([], 'EC2', reading.at) };
  const mates = await matesOf(reading, fresh, about);
  if (isOfAutoMode(fresh.instance)) return { mates };
  return { mates, template: await readTemplate(reading.volumes, fresh.instance, reading.at) };
}

function freshOf({ instance, nodeVolume }: About, at: EpochMs): Fresh | undefined {
  const found = instance.known ? instance.value : null;
  const own = nodeVolume.known ? nodeVolume.value : null;
  const launchedAt = found?.launchedAt;
  if (found === null || launchedAt === undefined || at - launchedAt >= BOOTED_LATELY_MS) return undefined;
  return own === null ? undefined : { instance: found, launchedAt, own };
}

async function matesOf(
  ports: Reading,
  { launchedAt, own }: Fresh,
  { node, nodes }: About,
): Promise<Fact<Mate[]>> {
  const { at } = ports;
  if (!node.known || !nodes.known) return unknown('the nodes were not read', 'Nodes', at);
  const { value } = node;
  if (value === null) return unknown('the cluster has no Node of it', 'Nodes', at);
  return await readFact('nodes of its group', at, () =>
    readMates(ports, { launchedAt, own, node: value, nodes: nodes.value }),
  );
}

/** What EKS makes its instances from is nobody else's to see. */
function isOfAutoMode({ managedBy }: Instance): boolean {
  return managedBy === 'eks.amazonaws.com';
}
