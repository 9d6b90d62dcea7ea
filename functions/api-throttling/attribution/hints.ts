const CLUSTER_TAG_KEY = /^kubernetes\.io\/cluster\/([A-Za-z0-9][A-Za-z0-9_-]{0,99})(?:=.*)?$/;
const CLUSTER_TAG =
  /^(?:cluster\.k8s\.amazonaws\.com\/name|elbv2\.k8s\.aws\/cluster|aws:eks:cluster-name|eks:cluster-name|eks:eks-cluster-name)=(.*)$/;

/** The known clusters that the request's own filters name. Filters are the caller's choice: they only nominate. */
export function clustersNamed(hints: readonly string[], known: readonly string[]): string[] {
  const named = new Set(hints.map(clusterIn));
  return [...new Set(known)].filter((name) => named.has(name));
}

function clusterIn(hint: string): string | undefined {
  const tag = hint.replace(/^tag:/, '');
  return CLUSTER_TAG_KEY.exec(tag)?.[1] ?? CLUSTER_TAG.exec(tag)?.[1];
}
