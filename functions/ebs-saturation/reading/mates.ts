import { type EpochMs, MINUTE_MS } from '../../../shared/clock.ts';
import { instanceIdOf } from '../../../shared/cluster/node-match.ts';
import type { Instance } from '../../../shared/ports/ec2.ts';
import type { Ports } from '../../../shared/ports/index.ts';
import type { Node } from '../../../shared/ports/kubernetes.ts';
import type { NodeVolume } from '../boot/node-volume.ts';
import { BOOT_MS, bootWindowOf } from '../diagnose/boot-window.ts';
import type { Mate } from '../diagnose/types.ts';
import { readMeasured } from '../measure/read.ts';

/** Labels that say which nodes are made alike. */
const GROUP_LABELS = ['eks.amazonaws.com/nodegroup', 'karpenter.sh/nodepool'];
/** Three CloudWatch calls for each. */
const MAX_MATES = 3;
const SAME_TIME_MS = 15 * MINUTE_MS;

/** Nodes of the same group that came in the same minutes, with how the same volume of theirs booted. */
export async function readMates(
  ports: Pick<Ports, 'ec2' | 'usage'>,
  {
    node,
    nodes,
    launchedAt,
    own,
  }: { node: Node; nodes: readonly Node[]; launchedAt: EpochMs; own: NodeVolume },
): Promise<Mate[]> {
  const [first, ...others] = matesOf(node, nodes, launchedAt);
  if (first === undefined) return [];
  const mates: Mate[] = [];
  for (const instance of await ports.ec2.describeInstances([first, ...others])) {
    mates.push({ instanceId: instance.id, boot: await bootOf(ports, instance, own) });
  }
  return mates;
}

function matesOf(node: Node, nodes: readonly Node[], launchedAt: EpochMs): string[] {
  const label = GROUP_LABELS.find((name) => node.metadata?.labels?.[name] !== undefined);
  if (label === undefined) return [];
  const group = node.metadata?.labels?.[label];
  return nodes
    .filter(({ metadata }) => metadata?.labels?.[label] === group && metadata?.uid !== node.metadata?.uid)
    .filter(({ metadata }) => {
      const created = Date.parse(metadata?.creationTimestamp ?? '');
      return Math.abs(created - launchedAt) <= SAME_TIME_MS;
    })
    .flatMap((mate) => instanceIdOf(mate) ?? [])
    .slice(0, MAX_MATES);
}

async function bootOf(
  { usage }: Pick<Ports, 'usage'>,
  instance: Instance,
  own: NodeVolume,
): Promise<Mate['boot']> {
  const { launchedAt, rootDevice, volumes = [] } = instance;
  const same = own.kind === 'root' ? rootDevice : own.device;
  const volume = volumes.find(({ device }) => device === same);
  if (volume === undefined || launchedAt === undefined) {
    return {
      known: false,
      why: 'EC2 names no such volume of it',
      source: 'EC2 DescribeInstances',
      at: launchedAt ?? 0,
    };
  }
  const until = launchedAt + BOOT_MS + MINUTE_MS;
  const ask = { volumeId: volume.id, instanceId: instance.id, at: until, lookBackMs: 2 * BOOT_MS };
  return bootWindowOf(await readMeasured(usage, ask), launchedAt);
}
