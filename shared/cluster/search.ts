import { describeFailure, isFailure } from '../errors.ts';
import type { Ledger } from '../incident/ledger.ts';
import type { Subject } from '../incident/signal.ts';
import type { Environment } from '../pipeline/environment.ts';
import { findNode } from './node-match.ts';
import type { Ownership } from './ownership.ts';

/**
 * The long way to an owner, for an instance EC2 no longer (or not clearly) tells us about: what the ledger
 * remembers, then the Nodes of every cluster. Complete silence is still `unknown`.
 */
export async function searchOwner(
  environment: Environment,
  ledger: Ledger,
  subject: Subject,
  soFar: Ownership,
): Promise<Ownership> {
  return (await rememberedOwner(ledger, subject)) ?? (await searchNodes(environment, subject, soFar));
}

/** Where nothing is remembered, or memory does not count. */
export async function searchNodes(
  environment: Environment,
  subject: Subject,
  soFar: Ownership,
): Promise<Ownership> {
  // Only an instance has a Node.
  if (subject.kind !== 'instance') return soFar;
  const failures: string[] = [];
  const names = await clusterNames(environment, failures);
  const found = await Promise.all(names.map((name) => hasNode(environment, name, subject.id, failures)));
  const [name, ...others] = names.filter((_, index) => found[index]);
  if (name !== undefined && others.length === 0) {
    return { is: 'ours', cluster: name, why: `a Node of cluster ${name} has this instance` };
  }
  if (name !== undefined)
    return { is: 'unknown', why: `Nodes of several clusters: ${[name, ...others].join(', ')}` };
  const unread = failures.length === 0 ? '' : `; not readable: ${failures.join('; ')}`;
  // A cluster that could not be asked may have it.
  const isGone = soFar.is === 'unknown' && soFar.isGone === true && failures.length === 0;
  return {
    is: 'unknown',
    why: `no cluster has a Node of this instance${unread}`,
    ...(isGone && { isGone }),
  };
}

/** Whatever has, or had, an incident is remembered. */
async function rememberedOwner(ledger: Ledger, subject: Subject): Promise<Ownership | undefined> {
  const cluster = (await ledger.ownerOf(subject))?.name;
  return cluster === undefined
    ? undefined
    : { is: 'ours', cluster, why: `ledger remembers cluster ${cluster}` };
}

async function clusterNames(environment: Environment, failures: string[]): Promise<string[]> {
  const configured = await environment.configuredClusters();
  try {
    return [...new Set([...configured, ...(await environment.ports.eks.listClusters())])];
  } catch (error) {
    failures.push(describeFailure(error));
    return configured;
  }
}

async function hasNode(
  environment: Environment,
  name: string,
  instanceId: string,
  failures: string[],
): Promise<boolean> {
  try {
    const kubernetes = await environment.ports.kubernetes.connect({ name, ...environment.home });
    return (await findNode(kubernetes, instanceId)) !== undefined;
  } catch (error) {
    if (!isFailure(error, 'not-found')) failures.push(`${name}: ${describeFailure(error)}`);
    return false;
  }
}
