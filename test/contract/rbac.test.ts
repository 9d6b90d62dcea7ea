import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { troubles } from '../../functions/index.ts';

const ROOT = resolve(import.meta.dirname, '../..');

interface Manifest {
  kind: string;
  metadata: { name: string };
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] }[];
  roleRef?: { kind: string; name: string };
  subjects?: { kind: string; name: string }[];
}

const manifests = parseAllDocuments(readFileSync(join(ROOT, 'deploy/kubernetes/rbac.yaml'), 'utf8'))
  .map((document) => document.toJS() as Manifest | null)
  .filter((manifest) => manifest !== null);

/** `verb apiGroup/resource`, as actions declare it. */
function granted(role: string): Set<string> {
  const rules = manifests.filter(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === role);
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
    for (const { metadata } of manifests.filter(({ kind }) => kind === 'ClusterRole')) {
      for (const permission of granted(metadata.name)) expect(permission).not.toMatch(/\*|secrets/);
    }
  });

  test('every role is bound to the group of its name and to nobody else', () => {
    const roles = manifests.filter(({ kind }) => kind === 'ClusterRole').map(({ metadata }) => metadata.name);
    const bindings = manifests
      .filter(({ kind }) => kind === 'ClusterRoleBinding')
      .map(({ roleRef, subjects }) => [
        roleRef?.name,
        ...(subjects ?? []).map(({ kind, name }) => `${kind} ${name}`),
      ]);
    expect(bindings).toEqual(roles.map((role) => [role, `Group ${role}`]));
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
