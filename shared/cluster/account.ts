import type { ClusterRef } from '../ports/kubernetes.ts';

/**
 * Stands for a cluster's name where an incident is about an account and region as a whole. No EKS cluster can have
 * it: their names begin with a letter or a digit.
 */
export const ACCOUNT_SCOPE = '-';

/** For people: the cluster, or the account and region. */
export function placeName({ name, account, region }: ClusterRef): string {
  return name === ACCOUNT_SCOPE ? `account ${account} in ${region}` : name;
}

/** For people who look for it: the cluster with its account and region, or these alone. */
export function fullPlaceName(cluster: ClusterRef): string {
  const { name, account, region } = cluster;
  return name === ACCOUNT_SCOPE ? placeName(cluster) : `${name} (${account}, ${region})`;
}
