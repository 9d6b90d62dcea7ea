import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { type Clock, type EpochMs, MINUTE_MS, SECOND_MS } from '../clock.ts';
import { isFailure, PortError } from '../errors.ts';
import type { Cluster, Eks } from '../ports/eks.ts';
import type { ClusterRef, Kubernetes, KubernetesAccess } from '../ports/kubernetes.ts';
import { kubernetesClient } from './client.ts';
import { httpsTransport, type Transport } from './http.ts';
import { session } from './session.ts';
import { type Credentials, tokenSource } from './token.ts';

export interface AccessOptions {
  eks: Eks;
  clock: Clock;
  /** The region whose EKS API `eks` asks. */
  region: () => string;
  credentials?: () => Promise<Credentials>;
  /** Of one request to an API server. Default 10 s. */
  timeoutMs?: number;
}

const OPERATION = 'eks:DescribeCluster';
const MAX_AGE_MS = 10 * MINUTE_MS;
const TIMEOUT_MS = 10 * SECOND_MS;

interface Place {
  endpoint: string;
  certificateAuthority: string;
}

/** A cluster we know: where it is, since when, and the client on it. */
interface Known {
  place: Place;
  readAt: EpochMs;
  transport: Transport;
  client: Kubernetes;
}

export function kubernetesAccess(options: AccessOptions): KubernetesAccess {
  return new CachedAccess(options);
}

class CachedAccess implements KubernetesAccess {
  readonly #options: AccessOptions;
  readonly #credentials: () => Promise<Credentials>;
  readonly #known = new Map<string, Known>();
  readonly #reading = new Map<string, Promise<Known>>();

  constructor(options: AccessOptions) {
    this.#options = options;
    this.#credentials = options.credentials ?? defaultProvider();
  }

  async connect(cluster: ClusterRef): Promise<Kubernetes> {
    const found = this.#known.get(keyOf(cluster));
    if (found !== undefined && this.#options.clock.now() - found.readAt < MAX_AGE_MS) return found.client;
    try {
      return (await this.#reread(cluster)).client;
    } catch (error) {
      // EKS's own API being busy is no reason to leave a node alone: TLS still proves the cluster.
      const busy = isFailure(error, 'throttled', 'transient', 'unreachable');
      if (found !== undefined && busy) return found.client;
      throw error;
    }
  }

  /** One DescribeCluster at a time per cluster, whoever asks. */
  #reread(cluster: ClusterRef): Promise<Known> {
    const key = keyOf(cluster);
    const running = this.#reading.get(key);
    if (running !== undefined) return running;
    const read = readPlace(this.#options, cluster)
      .then((place) => this.#remember(cluster, place))
      .finally(() => this.#reading.delete(key));
    this.#reading.set(key, read);
    return read;
  }

  /** Keeps open sockets and the token when the cluster is where it was. */
  #remember(cluster: ClusterRef, place: Place): Known {
    const key = keyOf(cluster);
    const readAt = this.#options.clock.now();
    const before = this.#known.get(key);
    const kept = before !== undefined && isSame(before.place, place);
    const transport = kept ? before.transport : transportTo(place, this.#options.timeoutMs ?? TIMEOUT_MS);
    if (!kept) before?.transport.close();
    const client = before?.client ?? this.#clientOf(cluster, transport);
    const now = { place, readAt, transport, client };
    this.#known.set(key, now);
    return now;
  }

  #clientOf(cluster: ClusterRef, first: Transport): Kubernetes {
    const { clock } = this.#options;
    const { name, region } = cluster;
    const tokens = tokenSource({ cluster: name, region, clock, credentials: this.#credentials });
    const connection = {
      transport: () => this.#known.get(keyOf(cluster))?.transport ?? first,
      reread: async () => (await this.#reread(cluster)).transport,
    };
    return kubernetesClient(session(connection, tokens, clock));
  }
}

async function readPlace({ eks, region }: AccessOptions, ref: ClusterRef): Promise<Place> {
  if (ref.region !== region()) {
    throw new PortError('unsupported', `${ref.name} is in another region: ${ref.region}`, {
      operation: OPERATION,
    });
  }
  const cluster = await eks.describeCluster(ref.name);
  checkAccount(ref, cluster);
  if (!cluster.endpoint.startsWith('https://') || cluster.certificateAuthority === '') {
    throw new PortError('transient', `${ref.name} has no endpoint yet (${cluster.status})`, {
      operation: OPERATION,
      code: cluster.status,
    });
  }
  const certificateAuthority = Buffer.from(cluster.certificateAuthority, 'base64').toString('utf8');
  return { endpoint: cluster.endpoint, certificateAuthority };
}

/** A namesake in the account we are in is not the cluster that was meant. */
function checkAccount(ref: ClusterRef, cluster: Cluster): void {
  const account = cluster.arn.split(':')[4];
  if (account === ref.account) return;
  throw new PortError('not-found', `${ref.name} of account ${ref.account} is not in account ${account}`, {
    operation: OPERATION,
  });
}

function transportTo(place: Place, timeoutMs: number): Transport {
  const { endpoint: url, certificateAuthority } = place;
  return httpsTransport({ url, certificateAuthority, timeoutMs });
}

function isSame(left: Place, right: Place): boolean {
  return left.endpoint === right.endpoint && left.certificateAuthority === right.certificateAuthority;
}

function keyOf({ account, region, name }: ClusterRef): string {
  return `${account}/${region}/${name}`;
}
