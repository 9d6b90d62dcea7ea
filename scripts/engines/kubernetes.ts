import { constants } from 'node:fs';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { cacheFolder, run } from './cache.ts';

/** Of the Go module in `scripts/engines/kubernetes`; within one minor of the kubectl that people have. */
const VERSION = '1.33.13';
const MODULE = resolve(import.meta.dirname, 'kubernetes');
const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;
const BUILD_LIMIT_MS = 25 * 60_000;
const INSTALL_LIMIT_MS = 5 * 60_000;

type Program = (typeof PROGRAMS)[number] | 'etcd';
/** The path of each program of a control plane. */
export type Programs = Readonly<Record<Program, string>>;

/** What is there already; undefined when something is missing. Builds and installs nothing. */
export async function findKubernetes(): Promise<Programs | undefined> {
  const folder = join(await cacheFolder(`kubernetes-${VERSION}`), 'bin');
  const places = [process.env['KUBEBUILDER_ASSETS'], folder].filter((place) => place !== undefined);
  const found = await Promise.all(PROGRAMS.map((name) => firstIn(places, name)));
  const [apiserver, controllerManager, scheduler, kubectl] = found;
  const etcd = await findEtcd();
  if (!(apiserver && controllerManager && scheduler && kubectl && etcd)) return undefined;
  return {
    'kube-apiserver': apiserver,
    'kube-controller-manager': controllerManager,
    'kube-scheduler': scheduler,
    kubectl,
    etcd,
  };
}

/** Builds and installs what is missing. Throws an Error that says why when it cannot be had. */
export async function installKubernetes(): Promise<Programs> {
  const found = await findKubernetes();
  if (found !== undefined) return found;
  if ((await findEtcd()) === undefined) await installEtcd();
  await build();
  const made = await findKubernetes();
  if (made === undefined) throw new Error('the build left a program out');
  return made;
}

/** A folder that `setup-envtest` filled has etcd as well. */
async function findEtcd(): Promise<string | undefined> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  const path = (process.env['PATH'] ?? '').split(delimiter);
  return await firstIn([...(assets === undefined ? [] : [assets]), ...path], 'etcd');
}

async function firstIn(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

async function installEtcd(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('etcd is not on PATH, and only root can install etcd-server');
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: INSTALL_LIMIT_MS };
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', 'etcd-server'], options);
  await install().catch(async () => {
    await run('apt-get', ['update'], options);
    await install();
  });
}

/** Into a folder of its own first: a build that was cut off must not look like one that is done. */
async function build(): Promise<void> {
  const folder = await cacheFolder(`kubernetes-${VERSION}`);
  const partial = join(folder, `partial-${process.pid}`);
  await mkdir(partial, { recursive: true });
  try {
    await run('go', ['build', ...flags(), '-o', partial, ...PROGRAMS.map(packageOf)], {
      cwd: MODULE,
      // Static programs: no C compiler is needed.
      env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' },
      timeoutMs: BUILD_LIMIT_MS,
    });
    await rm(join(folder, 'bin'), { recursive: true, force: true });
    await rename(partial, join(folder, 'bin'));
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** kubectl cannot parse the version of a server that was built without one. */
function flags(): string[] {
  const [major, minor] = VERSION.split('.');
  const values = { gitVersion: `v${VERSION}`, gitMajor: major, gitMinor: minor };
  const links = Object.entries(values).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  return ['-trimpath', '-ldflags', `-s -w ${links.join(' ')}`];
}

function packageOf(name: string): string {
  return `k8s.io/kubernetes/cmd/${name}`;
}

if (import.meta.main) {
  try {
    console.log((await installKubernetes())['kube-apiserver']);
  } catch (error) {
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    console.log(`skipped: kubernetes: ${why}`);
    process.exitCode = 3;
  }
}
