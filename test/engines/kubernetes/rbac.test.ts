import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findKubernetes } from '../../../scripts/engines/kubernetes.ts';
import { REMEDIATE, ROLES } from '../../contract/kubernetes-stage.ts';
import { inOrder } from '../../contract/template-package.ts';
import { type EngineCluster, startCluster } from './cluster.ts';
import { installNodeClaims } from './karpenter.ts';
import { eventually } from './processes.ts';
import { type Asker, asker } from './rbac-asker.ts';
import { asked, declaredByOthers, declaredFor, FORBIDDEN, ONE_OBJECT } from './rbac-permissions.ts';

const EFFECT_LIMIT_MS = 10_000;
const CLAIM = 'spot-a1b2c';
/** Verbs that only the authorizer knows; no API call has them. */
const AUTHORIZER_VERBS = new Set(['approve', 'bind', 'escalate', 'impersonate']);

const programs = await findKubernetes();

if (programs === undefined) {
  describe('RBAC of a real API server', () => {
    test.skip('is not on this machine: node scripts/engines/kubernetes.ts builds it', () => undefined);
  });
} else {
  describe('RBAC of a real API server', () => {
    let cluster: EngineCluster;
    let kubectl: Asker;

    beforeAll(async () => {
      cluster = await startCluster(programs, ROLES);
      // kubectl knows only what the server has.
      await installNodeClaims(cluster.admin, CLAIM);
      kubectl = asker(programs, cluster);
      // The authorizer learns of a role a moment after it was applied: until then every answer is no.
      await eventually(() => expectEffective(kubectl), EFFECT_LIMIT_MS);
    });

    // Undefined when it could not be started, which is then what failed.
    afterAll(() => cluster?.stop());

    describe.each(ROLES)('%s', (role) => {
      test.each(declaredFor(role))('may %s: the product declares it', async (permission) => {
        const object = ONE_OBJECT[permission];
        const may =
          object === undefined
            ? kubectl.isAllowed(role, permission)
            : kubectl.isAllowedOn(role, permission, object);
        expect(await may).toBe(true);
      });

      test.each(Object.entries(FORBIDDEN))('may not %s: %s', async (permission) => {
        expect(await kubectl.isAllowedInSystem(role, permission)).toBe(false);
      });

      test.each(declaredByOthers(role))('may not %s: only another role needs it', async (permission) => {
        const object = ONE_OBJECT[permission];
        expect(await kubectl.isAllowedInSystem(role, permission)).toBe(false);
        if (object !== undefined) expect(await kubectl.isAllowedOn(role, permission, object)).toBe(false);
      });
    });

    test.each(Object.entries(ONE_OBJECT))(
      'nobody may %s of another name or namespace',
      async (what, object) => {
        const others = [
          { ...object, name: 'kube-proxy' },
          { ...object, namespace: 'default' },
        ];
        for (const role of ROLES) {
          for (const other of others) expect(await kubectl.isAllowedOn(role, what, other)).toBe(false);
          expect(await kubectl.isAllowedInSystem(role, what)).toBe(false);
        }
      },
    );

    // A role that the cluster puts together from others is empty here: its answers would be no.
    test('each group is bound once, to the role of its name; one of them in kube-system as well', async () => {
      const cni = REMEDIATE['api-throttling'];
      const found = await bindings(cluster);
      expect(found).toHaveLength(ROLES.length + 1);
      expect(new Set(found)).toEqual(
        new Set([
          ...ROLES.map((role) => `ClusterRole ${role} to ${role}`),
          `Role ${cni} to ${cni} in kube-system`,
        ]),
      );
    });

    test('what treats throttled calls reads the NodeClaims of a cluster with Karpenter', async () => {
      const claims = await (await cluster.as(REMEDIATE['api-throttling'])).listNodeClaims();
      expect(claims.map(({ metadata }) => metadata.name)).toEqual([CLAIM]);
      expect(Date.parse(claims[0]?.metadata.creationTimestamp ?? '')).toBeGreaterThan(0);
    });

    test('a group without a binding may do nothing of what ours may', async () => {
      for (const permission of inOrder(ROLES.flatMap(declaredFor))) {
        const isAllowed = await kubectl.isAllowedInSystem('nobody', permission);
        expect({ permission, isAllowed }).toEqual({ permission, isAllowed: false });
      }
    });

    test('everything asked is an API call that the server has: no refusal is a misspelling', async () => {
      const permissions = inOrder([...ROLES.flatMap(declaredFor), ...Object.keys(FORBIDDEN)]);
      const calls = permissions.filter((permission) => !AUTHORIZER_VERBS.has(asked(permission).verb));
      const served = await Promise.all(calls.map((permission) => isServed(cluster, permission)));
      expect(calls.filter((_, index) => !served[index])).toEqual([]);
    });
  });
}

async function expectEffective(kubectl: Asker): Promise<void> {
  for (const role of ROLES) {
    const [first = ''] = declaredFor(role);
    if (!(await kubectl.isAllowed(role, first))) throw new Error(`${role} may not ${first}`);
  }
}

interface Bindings {
  items: {
    metadata: { namespace?: string };
    roleRef: { kind: string; name: string };
    subjects?: { name: string }[];
  }[];
}

/** Every binding of one of our groups, in the whole cluster or in a namespace. */
async function bindings({ admin }: EngineCluster): Promise<string[]> {
  const lists = ['clusterrolebindings', 'rolebindings'].map((kind) =>
    admin.get<Bindings>(`/apis/rbac.authorization.k8s.io/v1/${kind}`),
  );
  const found = (await Promise.all(lists)).flatMap(({ items }) => items);
  const placed = (namespace?: string) => (namespace === undefined ? '' : ` in ${namespace}`);
  return found.flatMap(({ metadata, roleRef, subjects = [] }) =>
    subjects
      .filter(({ name }) => ROLES.some((role) => role === name))
      .map(({ name }) => `${roleRef.kind} ${roleRef.name} to ${name}${placed(metadata.namespace)}`),
  );
}

interface ServedResources {
  resources: { name: string; verbs: string[] }[];
}

/** In every version that the server has: roles name none. */
async function placesOf({ admin }: EngineCluster, group: string): Promise<string[]> {
  if (group === '') return ['/api/v1'];
  const { versions } = await admin.get<{ versions: { groupVersion: string }[] }>(`/apis/${group}`);
  return versions.map(({ groupVersion }) => `/apis/${groupVersion}`);
}

async function isServed(cluster: EngineCluster, permission: string): Promise<boolean> {
  const { verb, group, resource, subresource } = asked(permission);
  const name = subresource === undefined ? resource : `${resource}/${subresource}`;
  const places = await placesOf(cluster, group);
  const found = await Promise.all(places.map((place) => cluster.admin.get<ServedResources>(place)));
  const served = found.flatMap(({ resources }) => resources);
  return served.some((each) => each.name === name && each.verbs.includes(verb));
}
