import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from '../../../scripts/engines/cache.ts';
import type { Programs } from '../../../scripts/engines/kubernetes.ts';
import { wallClock } from '../../../shared/clock.ts';
import { kubernetesAccess } from '../../../shared/kubernetes/access.ts';
import type { Credentials } from '../../../shared/kubernetes/token.ts';
import type { Eks } from '../../../shared/ports/eks.ts';
import type { ClusterRef, Kubernetes, KubernetesAccess } from '../../../shared/ports/kubernetes.ts';
import { Admin } from './admin.ts';
import { type Authenticator, authenticator } from './authenticator.ts';
import { adminConfig, type Certificates, makeCertificates } from './certificates.ts';
import { apiserverFlags, CONTROLLER_FLAGS, etcdFlags } from './flags.ts';
import { Kubelets } from './kubelet.ts';
import { eventually, freePorts, Processes } from './processes.ts';

/** As its instances' tags and EKS name it. */
export const REF: ClusterRef = { name: 'engine', account: '210987654321', region: 'eu-west-1' };
const RBAC = resolve(import.meta.dirname, '../../../deploy/kubernetes/rbac.yaml');
const START_LIMIT_MS = 60_000;
const CONTROLLERS = 'kube-controller-manager';

/** A control plane of this machine's own, with nodes that have no machines. */
export interface EngineCluster {
  admin: Admin;
  kubelets: Kubelets;
  /** A kubeconfig of the administrator. */
  kubeconfig: string;
  /** The product's client, as whoever has an access entry for this group; without one, as nobody. */
  as(group?: string): Promise<Kubernetes>;
  /** No controller does anything while the work goes on. */
  withoutControllers<T>(work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** Where a benchmark's control plane differs from that of the contract suite. */
export interface ClusterOptions {
  /** Come after ours, so that they win. */
  apiserverFlags?: readonly string[];
  controllerFlags?: readonly string[];
  /** Between two reports of a node, in ms; below the controllers' grace period. Default one second. */
  heartbeatMs?: number;
  /** Where its folder is made, etcd's data in it. Default the system's folder for temporary files. */
  parent?: string;
}

/** Starts etcd, API server, controllers and scheduler, and applies our RBAC. What it started ends if it fails. */
export async function startCluster(
  programs: Programs,
  groups: readonly string[],
  options: ClusterOptions = {},
): Promise<EngineCluster> {
  const folder = await mkdtemp(join(options.parent ?? tmpdir(), 'paramedic-kubernetes-'));
  const processes = new Processes(folder);
  const closers: Closer[] = [
    () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
    () => processes.stop(),
  ];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    return { ...(await build(programs, groups, { folder, processes, closers, options })), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Closer = () => Promise<void> | void;

interface Ground {
  folder: string;
  processes: Processes;
  /** In the order of starting: what is to be ended. */
  closers: Closer[];
  options: ClusterOptions;
}

async function build(
  programs: Programs,
  groups: readonly string[],
  ground: Ground,
): Promise<Omit<EngineCluster, 'stop'>> {
  const { folder, processes, closers, options } = ground;
  const tokens = await authenticator(new Map(groups.map((group) => [keyIdOf(group), [group]])));
  closers.push(() => tokens.close());
  const { url, certificates } = await startApiServer(programs, { folder, processes, tokens, options });
  const admin = await Admin.connect(url, certificates);
  closers.push(() => admin.close());
  const answers = (path: string) =>
    eventually(
      () => admin.get(path),
      START_LIMIT_MS,
      () => processes.check(),
    );
  await answers('/readyz');
  const kubeconfig = join(folder, 'admin.kubeconfig');
  await writeFile(kubeconfig, await adminConfig(url, certificates));
  startControllers(programs, kubeconfig, { processes, options });
  await run(programs.kubectl, ['--kubeconfig', kubeconfig, 'apply', '-f', RBAC]);
  await answers('/api/v1/namespaces/kube-node-lease');
  const kubelets = new Kubelets(admin, options.heartbeatMs);
  closers.push(() => kubelets.close());
  const authority = await readFile(certificates.authority.cert);
  return {
    admin,
    kubelets,
    kubeconfig,
    as: (group = 'nobody') => accessTo(url, authority, group).connect(REF),
    withoutControllers: (work) => whilePaused(processes, work),
  };
}

async function whilePaused<T>(processes: Processes, work: () => Promise<T>): Promise<T> {
  processes.pause(CONTROLLERS);
  try {
    return await work();
  } finally {
    processes.resume(CONTROLLERS);
  }
}

interface Place {
  folder: string;
  processes: Processes;
  tokens: Authenticator;
  options: ClusterOptions;
}

async function startApiServer(
  programs: Programs,
  { folder, processes, tokens, options }: Place,
): Promise<{ url: string; certificates: Certificates }> {
  const [client = 0, peer = 0, api = 0] = await freePorts(3);
  const certificates = await makeCertificates(folder);
  const tokenConfig = join(folder, 'tokens.kubeconfig');
  await writeFile(tokenConfig, tokens.config);
  processes.start('etcd', programs.etcd, etcdFlags({ dataDir: join(folder, 'etcd'), client, peer }));
  const flags = apiserverFlags({ etcdPort: client, port: api, certificates, tokenConfig });
  processes.start('kube-apiserver', programs['kube-apiserver'], [
    ...flags,
    ...(options.apiserverFlags ?? []),
  ]);
  return { url: `https://127.0.0.1:${api}`, certificates };
}

function startControllers(
  programs: Programs,
  kubeconfig: string,
  { processes, options }: Pick<Ground, 'processes' | 'options'>,
): void {
  const shared = [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'];
  processes.start(CONTROLLERS, programs[CONTROLLERS], [
    ...shared,
    ...CONTROLLER_FLAGS,
    ...(options.controllerFlags ?? []),
  ]);
  processes.start('kube-scheduler', programs['kube-scheduler'], shared);
}

/**
 * The product's way to a control plane at `url`, as whoever has an access entry for this group: finds the cluster
 * through EKS and signs tokens, as in production; only EKS's answer is ours.
 */
export function accessTo(url: string, authority: Buffer, group: string): KubernetesAccess {
  const eks = eksOf(url, authority);
  return kubernetesAccess({ eks, clock: wallClock, region: () => REF.region, credentials: keysOf(group) });
}

/** Of whoever has an access entry for this group; the API server knows them by their access key id. */
export function keysOf(group: string): () => Promise<Credentials> {
  return async () => ({ accessKeyId: keyIdOf(group), secretAccessKey: 'test-only' });
}

function eksOf(url: string, authority: Buffer): Eks {
  return {
    listClusters: async () => [REF.name],
    describeNodegroup: async (_cluster, name) => ({ name, autoRepair: false }),
    describeAddon: async (_cluster, name) => ({
      name,
      version: '',
      status: 'ACTIVE',
      configurationValues: '',
      issues: [],
    }),
    describeAddonSchema: async () => '{}',
    describeRoles: async () => ({
      nodeRoles: [],
      accessEntries: [],
      podIdentities: [],
      addons: [],
      unread: [],
    }),
    updateAddon: async () => 'update',
    describeAddonUpdate: async () => ({ status: 'Successful', errors: [] }),
    describeCluster: async () => ({
      name: REF.name,
      arn: `arn:aws:eks:${REF.region}:${REF.account}:cluster/${REF.name}`,
      version: '1.33',
      status: 'ACTIVE',
      endpoint: url,
      certificateAuthority: authority.toString('base64'),
      publicAccess: true,
      privateAccess: true,
    }),
  };
}

export function keyIdOf(group: string): string {
  return `AKIDTEST${group.replaceAll('-', '').toUpperCase()}`;
}
