import type { Env } from './advice.ts';
import type { ClusterNumbers } from './numbers.ts';
import type { CniSettings } from './settings.ts';
import { whyNotRead } from './variables.ts';

export interface EndpointAdvice {
  env: Env;
  settings: Partial<CniSettings>;
  reasons: string[];
}

const NAME = 'CLUSTER_ENDPOINT';

/**
 * Without it ipamd reaches the API server through kube-proxy and loses a race on new nodes. It saves no EC2
 * calls, but a node whose ipamd starts at the first attempt does not make its starting calls twice.
 */
export function endpointAdvice({ settings, owner, version, apiServer }: ClusterNumbers): EndpointAdvice {
  const without = (why: string): EndpointAdvice => ({ env: {}, settings: {}, reasons: [why] });
  if (settings.clusterEndpoint !== '') {
    return settings.clusterEndpoint === apiServer.endpoint
      ? { env: {}, settings: {}, reasons: [] }
      : without(`${NAME} is not the cluster's endpoint: somebody chose it, left as it is`);
  }
  if (owner.kind === 'eks-addon') return { env: {}, settings: {}, reasons: [] };
  const unread = whyNotRead(NAME, version);
  if (unread !== undefined) return without(unread);
  if (!isHttps(apiServer.endpoint)) return without(`${NAME}: the cluster's endpoint was not read`);
  if (!apiServer.privateAccess) {
    return without(`${NAME} would send ipamd through NAT: the endpoint has no private access`);
  }
  return {
    env: { [NAME]: apiServer.endpoint },
    settings: { clusterEndpoint: apiServer.endpoint },
    reasons: [`${NAME}: ipamd no longer waits for kube-proxy when a node starts`],
  };
}

function isHttps(endpoint: string): boolean {
  return /^https:\/\/[A-Za-z0-9.-]{1,253}$/.test(endpoint);
}
