import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { troubles } from '../../functions/index.ts';

const ROOT = resolve(import.meta.dirname, '../..');

interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string };
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] }[];
  roleRef?: { kind: string; name: string };
  subjects?: { kind: string; name: string }[];
}

const manifests = parseAllDocuments(readFileSync(join(ROOT, 'deploy/kubernetes/rbac.yaml'), 'utf8'))
  .map((document) => document.toJS() as Manifest | null)
  .filter((manifest) => manifest !== null);

const ROLE_KINDS = ['ClusterRole', 'Role'];

/** `verb apiGroup/resource`, as actions declare it; in the whole cluster or in a part of it. */
function granted(role: string, kinds = ROLE_KINDS): Set<string> {
  const rules = manifests.filter(({ kind, metadata }) => kinds.includes(kind) && metadata.name === role);
  const permissions = rules
    .flatMap((manifest) => manifest.rules ?? [])
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    );
  return new Set(permissions);
}

/** The pipeline finds the node by listing, confirms it before acting and patches its cordon. */
const PIPELINE = ['get /nodes', 'list /nodes'];

/** Which volume is behind a claim, and the class that it names. */
const VOLUMES = [
  'list /persistentvolumes',
  'list /persistentvolumeclaims',
  'list storage.k8s.io/volumeattributesclasses',
  'patch /persistentvolumeclaims',
];

describe('Kubernetes permissions', () => {
  test('remediate may do exactly what the troubles declare', () => {
    const declared = troubles.flatMap(({ reads, actions }) => [
      ...reads.kubernetes,
      ...actions.flatMap((action) => action.permissions.kubernetes),
    ]);
    expect(granted('paramedic')).toEqual(new Set<string>([...declared, ...PIPELINE]));
  });

  test('the sweep may do exactly what the troubles declare for it', () => {
    const declared = troubles.flatMap(({ sweeps }) => sweeps?.kubernetes ?? []);
    expect(granted('paramedic-sweep')).toEqual(new Set<string>(declared));
  });

  test('what is granted in the whole cluster changes no workload', () => {
    const all = granted('paramedic', ['ClusterRole']);
    expect([...all].filter((permission) => / apps\//.test(permission))).toEqual([
      'list apps/daemonsets',
      'list apps/deployments',
    ]);
    expect([...granted('paramedic', ['Role'])]).toEqual(['patch apps/daemonsets']);
  });

  test('of volumes, claims and their classes only a claim can be changed, and none made or deleted', () => {
    const storage = /\/(persistentvolume|volumeattributesclass|storageclass)/;
    expect(new Set([...granted('paramedic')].filter((permission) => storage.test(permission)))).toEqual(
      new Set(VOLUMES),
    );
    for (const role of ['paramedic-reader', 'paramedic-sweep'])
      expect([...granted(role)].filter((permission) => storage.test(permission))).toEqual([]);
  });

  test('the one workload that can be changed is the DaemonSet kube-system/aws-node', () => {
    const roles = manifests.filter(({ kind }) => kind === 'Role');
    const parts = roles.flatMap(({ metadata, rules = [] }) =>
      rules.map(({ resourceNames }) => ({ ...metadata, resourceNames })),
    );
    expect(parts).toMatchObject([
      { name: 'paramedic', namespace: 'kube-system', resourceNames: ['aws-node'] },
    ]);
  });

  test('receive only lists nodes, and nobody but remediate deletes anything', () => {
    expect(granted('paramedic-reader')).toEqual(new Set(['list /nodes']));
    const deleting = manifests
      .filter(
        ({ kind, metadata }) => kind === 'ClusterRole' && /delete/.test([...granted(metadata.name)].join()),
      )
      .map(({ metadata }) => metadata.name);
    expect(deleting).toEqual(['paramedic']);
  });

  test('no role has a wildcard, and none touches Secrets', () => {
    for (const { metadata } of manifests.filter(({ kind }) => ROLE_KINDS.includes(kind))) {
      for (const permission of granted(metadata.name)) expect(permission).not.toMatch(/\*|secrets/);
    }
  });

  test('every role is bound to the group of its name and to nobody else', () => {
    const placed = (kind: string, { namespace = 'everywhere' }: Manifest['metadata']) =>
      `${kind} in ${namespace}`;
    const roles = manifests
      .filter(({ kind }) => ROLE_KINDS.includes(kind))
      .map(({ kind, metadata }) => [placed(kind, metadata), metadata.name, `Group ${metadata.name}`]);
    const bindings = manifests
      .filter(({ kind }) => kind.endsWith('RoleBinding'))
      .map(({ metadata, roleRef, subjects }) => [
        placed(roleRef?.kind ?? '', metadata),
        roleRef?.name,
        ...(subjects ?? []).map(({ kind, name }) => `${kind} ${name}`),
      ]);
    expect(bindings).toEqual(roles);
  });

  test('group names have no prefix that EKS reserves', () => {
    for (const { subjects = [] } of manifests)
      for (const { name } of subjects) expect(name).not.toMatch(/^(system|eks|aws|amazon|iam):/);
  });

  test('the guide creates an access entry for every group', () => {
    const guide = readFileSync(join(ROOT, 'docs/networking.md'), 'utf8');
    for (const { subjects = [] } of manifests)
      for (const { name } of subjects) expect(guide).toContain(`--kubernetes-groups ${name}\n`);
  });
});
