import type { DaemonSet, DaemonSetPatch, EnvPatch } from '../../../shared/ports/kubernetes.ts';
import type { Env } from './advice.ts';
import { ownerOf } from './owner.ts';
import type { CniEnv, EnvVar } from './settings.ts';

const CONTAINER = 'aws-node';
const INIT_CONTAINER = 'aws-vpc-cni-init';

export type { DaemonSetPatch };

export type DaemonSetChange =
  | {
      ok: true;
      patch: DaemonSetPatch;
      /** Undoes `patch`: former values come back, a variable that was absent is removed again. */
      inverse: DaemonSetPatch;
      diff: string[];
    }
  | { ok: false; why: string };

/** What ipamd is told by a DaemonSet; undefined when it has no container `aws-node`. */
export function cniEnvOf(daemonSet: DaemonSet): CniEnv | undefined {
  const pod = daemonSet.spec?.template.spec;
  const container = pod?.containers.find(({ name }) => name === CONTAINER);
  if (container === undefined) return undefined;
  const init = pod?.initContainers?.find(({ name }) => name === INIT_CONTAINER);
  return {
    main: container.env ?? [],
    init: init?.env ?? [],
    version: tagOf(container.image ?? ''),
  };
}

/** A registry's port and a digest are no tag; a tag that follows a name may be followed by a digest. */
function tagOf(image: string): string {
  const [name = ''] = image.split('@');
  return /:([^:/]+)$/.exec(name)?.[1] ?? '';
}

/**
 * The patch that gives a self-managed aws-node the values of `env`, and its inverse. Refused where somebody's
 * repository declares the DaemonSet, and where a merge by name could not be undone exactly.
 */
export function daemonSetChange(daemonSet: DaemonSet, env: Env): DaemonSetChange {
  const owner = ownerOf(daemonSet, false);
  if (owner.kind === 'declared') {
    return { ok: false, why: `declared by ${owner.by} (${owner.evidence}): to be changed there` };
  }
  if (daemonSet.spec?.updateStrategy?.type === 'OnDelete') {
    return { ok: false, why: 'its pods are restarted by hand (updateStrategy OnDelete)' };
  }
  const present = cniEnvOf(daemonSet)?.main;
  if (present === undefined) return { ok: false, why: `no container ${CONTAINER} in the DaemonSet` };
  const names = Object.keys(env).filter((name) => valueIn(present, name) !== env[name]);
  if (names.length === 0) return { ok: false, why: 'every value is there already' };
  const unsafe = names.map((name) => whyUnsafe(present, name)).find((why) => why !== undefined);
  if (unsafe !== undefined) return { ok: false, why: unsafe };
  return {
    ok: true,
    patch: patchOf(names.map((name) => ({ name, value: env[name] ?? '' }))),
    inverse: patchOf(names.map((name) => formerEntry(present, name))),
    diff: names.map((name) => `${name}: ${shown(valueIn(present, name))} → ${shown(env[name])}`),
  };
}

/** Makes a patch fail with a conflict when the DaemonSet has changed since it was read. */
export function conditionalOn(resourceVersion: string, patch: DaemonSetPatch): DaemonSetPatch {
  return { ...patch, metadata: { resourceVersion } };
}

/** Names whose live value is another: for verifying a change or a rollback, whichever way it was made. */
export function notInEffect(daemonSet: DaemonSet, env: Env): string[] {
  const present = cniEnvOf(daemonSet)?.main ?? [];
  return Object.keys(env).filter((name) => valueIn(present, name) !== env[name]);
}

/** The pre-image of the live variables: null for one that is not there. */
export function liveValues(daemonSet: DaemonSet, names: readonly string[]): Record<string, string | null> {
  const present = cniEnvOf(daemonSet)?.main ?? [];
  return Object.fromEntries(names.map((name) => [name, valueIn(present, name) ?? null]));
}

function valueIn(present: readonly EnvVar[], name: string): string | undefined {
  const entry = present.find((each) => each.name === name);
  return entry === undefined || entry.valueFrom !== undefined ? undefined : (entry.value ?? '');
}

function whyUnsafe(present: readonly EnvVar[], name: string): string | undefined {
  const [entry, second] = present.filter((each) => each.name === name);
  if (second !== undefined) return `${name} is given twice: a merge by name is not exact`;
  return entry?.valueFrom === undefined ? undefined : `${name} is taken from elsewhere (valueFrom)`;
}

function formerEntry(present: readonly EnvVar[], name: string): EnvPatch {
  const value = valueIn(present, name);
  return value === undefined ? { name, $patch: 'delete' } : { name, value };
}

/** For the container aws-node. */
export function patchOf(env: EnvPatch[]): DaemonSetPatch {
  return { spec: { template: { spec: { containers: [{ name: CONTAINER, env }] } } } };
}

function shown(value: string | undefined): string {
  return value === undefined ? '(not set)' : JSON.stringify(value);
}
