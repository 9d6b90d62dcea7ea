import type { EpochMs } from '../../../shared/clock.ts';
import { instanceIdOf } from '../../../shared/cluster/node-match.ts';
import type { Mode } from '../../../shared/config/policy.ts';
import { describeFailure } from '../../../shared/errors.ts';
import type { SweepInput } from '../../../shared/pipeline/trouble.ts';
import type { Instance } from '../../../shared/ports/ec2.ts';
import type { Kubernetes, Node } from '../../../shared/ports/kubernetes.ts';
import type { NodeInterruptionPolicy } from '../policy.ts';

export type Input = SweepInput<NodeInterruptionPolicy>;

/** One look at a cluster that all parts of its sweep share: the same calls, calm or storm. */
export interface Round extends Input {
  kubernetes: Kubernetes;
  nodes: readonly Node[];
  /** What EC2 returns, by instance id; a node whose instance is missing is unknown. */
  instances: ReadonlyMap<string, Instance>;
  now: EpochMs;
}

export async function lookAround(input: Input): Promise<Round> {
  const kubernetes = await input.ports.kubernetes.connect(input.cluster);
  const nodes = await kubernetes.listNodes();
  const [first, ...rest] = nodes.map(instanceIdOf).filter(isInstanceId);
  const found = first === undefined ? [] : await input.ports.ec2.describeInstances([first, ...rest]);
  const instances = new Map(found.map((instance) => [instance.id, instance]));
  return { ...input, kubernetes, nodes, instances, now: input.ports.clock.now() };
}

/** Fargate nodes and foreign machines have no instance in EC2. */
export function isInstanceId(id: string | undefined): id is string {
  return id?.startsWith('i-') === true;
}

/** One thing of many: its trouble is a line of its own and hides no other. */
export async function oneOf(
  lines: string[],
  what: string,
  work: () => Promise<string | undefined>,
): Promise<void> {
  try {
    const line = await work();
    if (line !== undefined) lines.push(line);
  } catch (error) {
    lines.push(`${what}: ${describeFailure(error)}`);
  }
}

/** The mode allows it, the stop switch is clear, and the intent stands in the incident's history. */
export async function mayAct(
  input: Input,
  modes: readonly Mode[],
  incidentId: string,
  what: string,
): Promise<boolean> {
  return modes.includes(input.mode) && (await input.authorise(incidentId, what));
}

export function nameOf(node: Node, { cluster }: Input): string {
  return `node ${node.metadata?.name} of ${cluster.name}`;
}
