import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { troubles } from '../../functions/index.ts';
import { declaredFor } from '../engines/kubernetes/rbac-permissions.ts';
import { REMEDIATE, ROLES } from './kubernetes-stage.ts';
import { camelCase } from './template-rules.ts';

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

/** By every role of these kinds. */
function grantedByAll(kind: string): Set<string> {
  const names = manifests.filter((manifest) => manifest.kind === kind).map(({ metadata }) => metadata.name);
  return new Set(names.flatMap((name) => [...granted(name, [kind])]));
}

/** Which volume is behind a claim, and the class that it names. */
const VOLUMES = [
  'list /persistentvolumes',
  'list /persistentvolumeclaims',
  'list storage.k8s.io/volumeattributesclasses',
  'patch /persistentvolumeclaims',
];

describe('Kubernetes permissions', () => {
  test('what remediates a trouble has a group that no other function has', () => {
    expect(new Set(Object.keys(REMEDIATE))).toEqual(new Set(troubles.map(({ name }) => name)));
    expect(new Set(ROLES).size).toBe(ROLES.length);
  });

  test('the groups are those that are known here, and no others', () => {
    const names = manifests
      .filter(({ kind }) => ROLE_KINDS.includes(kind))
      .map(({ metadata }) => metadata.name);
    expect(new Set(names)).toEqual(new Set(ROLES));
  });

  test.each(ROLES)('%s may do exactly what is declared for it', (role) => {
    expect(granted(role)).toEqual(new Set(declaredFor(role)));
  });

  test('what is granted in the whole cluster changes no workload', () => {
    const all = [...grantedByAll('ClusterRole')];
    expect(all.filter((permission) => / apps\//.test(permission))).toEqual([
      'list apps/daemonsets',
      'list apps/deployments',
    ]);
    expect([...grantedByAll('Role')]).toEqual(['patch apps/daemonsets']);
  });

  test('of volumes, claims and their classes only a claim can be changed, and none made or deleted', () => {
    const storage = /\/(persistentvolume|volumeattributesclass|storageclass)/;
    const own = REMEDIATE['ebs-saturation'];
    expect(new Set([...granted(own)].filter((permission) => storage.test(permission)))).toEqual(
      new Set(VOLUMES),
    );
    for (const role of ROLES.filter((each) => each !== own))
      expect([...granted(role)].filter((permission) => storage.test(permission))).toEqual([]);
  });

  test('the one workload that can be changed is the DaemonSet kube-system/aws-node', () => {
    const roles = manifests.filter(({ kind }) => kind === 'Role');
    const parts = roles.flatMap(({ metadata, rules = [] }) =>
      rules.map(({ resourceNames }) => ({ ...metadata, resourceNames })),
    );
    expect(parts).toMatchObject([
      { name: REMEDIATE['api-throttling'], namespace: 'kube-system', resourceNames: ['aws-node'] },
    ]);
  });

  test('receive only lists nodes, and nobody but what saves nodes evicts or deletes anything', () => {
    expect(granted('paramedic-reader')).toEqual(new Set(['list /nodes']));
    const taking = ROLES.filter((role) => /delete|eviction/.test([...granted(role)].join()));
    expect(taking).toEqual([REMEDIATE['node-interruption']]);
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

  test.each(Object.entries(REMEDIATE))(
    'the guide puts what remediates %s into %s alone',
    (trouble, group) => {
      const guide = readFileSync(join(ROOT, 'docs/networking.md'), 'utf8');
      const entries = guide.matchAll(/role\/paramedic-\$STAGE-(\w+)" \\\n +--kubernetes-groups (.+)\n/g);
      const members = [...entries].filter(([, , groups]) => groups === group).map(([, name]) => name);
      expect(members).toEqual([`${camelCase(trouble)}Remediate`]);
    },
  );
});
