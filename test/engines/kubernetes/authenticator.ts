import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What EKS does for its API servers: says who a token is from, by the access entries it has. */
export interface Authenticator {
  /** A kubeconfig that points the API server here. */
  config: string;
  close(): Promise<void>;
}

const PREFIX = 'k8s-aws-v1.';

/** `groups`: access key id → the Kubernetes groups of its access entry. Signatures are for STS to check, not for us. */
export async function authenticator(groups: ReadonlyMap<string, readonly string[]>): Promise<Authenticator> {
  const server = createServer((incoming, outgoing) => {
    readToken(incoming).then(
      (token) => {
        const keyId = signerOf(token);
        const known = keyId === undefined ? undefined : groups.get(keyId);
        outgoing.setHeader('content-type', 'application/json');
        outgoing.end(JSON.stringify(review(keyId ?? '', known)));
      },
      () => outgoing.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    config: configFor(`http://127.0.0.1:${port}`),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function readToken(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
  const asked = JSON.parse(Buffer.concat(parts).toString('utf8')) as { spec: { token: string } };
  return asked.spec.token;
}

/** The access key that signed, for this cluster and for the one call that says who somebody is. */
function signerOf(token: string): string | undefined {
  if (!token.startsWith(PREFIX)) return undefined;
  const url = new URL(Buffer.from(token.slice(PREFIX.length), 'base64url').toString('utf8'));
  const query = url.searchParams;
  const isIdentityCall = url.hostname.startsWith('sts.') && query.get('Action') === 'GetCallerIdentity';
  const isForCluster = query.get('X-Amz-SignedHeaders')?.split(';').includes('x-k8s-aws-id') === true;
  if (!isIdentityCall || !isForCluster) return undefined;
  return query.get('X-Amz-Credential')?.split('/')[0];
}

function review(name: string, groups: readonly string[] | undefined): object {
  const status =
    groups === undefined
      ? { authenticated: false }
      : { authenticated: true, user: { username: name, uid: name, groups } };
  return { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status };
}

function configFor(url: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'server' } }],
    clusters: [{ name: 'here', cluster: { server: url } }],
    users: [{ name: 'server', user: {} }],
  });
}
