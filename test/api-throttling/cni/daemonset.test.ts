import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cniEnvOf,
  conditionalOn,
  type DaemonSetPatch,
  daemonSetChange,
  type EnvVar,
  liveValues,
  notInEffect,
  ownerOf,
  readSettings,
} from '../../../functions/api-throttling/cni/index.ts';
import type { DaemonSet } from '../../../shared/ports/kubernetes.ts';

const IMAGE = '210987654321.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.19.4-eksbuild.1';

function daemonSet(env: EnvVar[], metadata: DaemonSet['metadata'] = {}): DaemonSet {
  const entries = env.map(({ name, value }) => ({ name, ...(value !== undefined && { value }) }));
  const containers = [
    { name: 'aws-node', image: IMAGE, env: entries },
    { name: 'aws-eks-nodeagent', env: [{ name: 'WARM_IP_TARGET', value: 'not ours' }] },
  ];
  const initContainers = [
    { name: 'aws-vpc-cni-init', env: [{ name: 'DISABLE_TCP_EARLY_DEMUX', value: 'true' }] },
  ];
  const template = { spec: { containers, initContainers } };
  return { metadata, spec: { selector: {}, template } };
}

/** Strategic merge of `env` as Kubernetes does it: containers and variables are matched by name. */
function applied(before: DaemonSet, patch: DaemonSetPatch): DaemonSet {
  const [wanted] = patch.spec.template.spec.containers;
  const after = structuredClone(before);
  const container = after.spec?.template.spec?.containers.find(({ name }) => name === wanted.name);
  if (container === undefined) throw new Error('no such container');
  for (const entry of wanted.env) {
    const kept = container.env ?? [];
    const found = kept.find(({ name }) => name === entry.name);
    if ('$patch' in entry) container.env = kept.filter(({ name }) => name !== entry.name);
    else if (found === undefined) container.env = [...kept, { ...entry }];
    else found.value = entry.value;
  }
  return after;
}

function changed(before: DaemonSet, env: Record<string, string>) {
  const change = daemonSetChange(before, env);
  if (!change.ok) throw new Error(change.why);
  return change;
}

const ENV = { WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '12' };

describe('a self-managed aws-node', () => {
  test('gets the values, and the inverse removes again what was absent', () => {
    const before = daemonSet([
      { name: 'WARM_IP_TARGET', value: '5' },
      { name: 'OTHER', value: 'x' },
    ]);
    const { patch, inverse, diff } = changed(before, ENV);
    expect(patch.spec.template.spec.containers[0].env).toEqual([
      { name: 'WARM_IP_TARGET', value: '2' },
      { name: 'MINIMUM_IP_TARGET', value: '12' },
    ]);
    expect(inverse.spec.template.spec.containers[0].env).toEqual([
      { name: 'WARM_IP_TARGET', value: '5' },
      { name: 'MINIMUM_IP_TARGET', $patch: 'delete' },
    ]);
    expect(diff).toEqual(['WARM_IP_TARGET: "5" → "2"', 'MINIMUM_IP_TARGET: (not set) → "12"']);
  });

  test('only container aws-node is named', () => {
    const after = applied(daemonSet([]), changed(daemonSet([]), ENV).patch);
    expect(after.spec?.template.spec?.containers[1]).toEqual(
      daemonSet([]).spec?.template.spec?.containers[1],
    );
    expect(notInEffect(after, ENV)).toEqual([]);
  });

  test('a patch can be made to fail when the DaemonSet changed meanwhile', () => {
    const { patch } = changed(daemonSet([]), ENV);
    expect(conditionalOn('42', patch)).toEqual({ metadata: { resourceVersion: '42' }, ...patch });
  });

  test.each<[string, DaemonSet, string]>([
    [
      'a variable given twice',
      daemonSet([{ name: 'WARM_IP_TARGET' }, { name: 'WARM_IP_TARGET' }]),
      'given twice',
    ],
    [
      'every value is there',
      daemonSet(Object.entries(ENV).map(([name, value]) => ({ name, value }))),
      'already',
    ],
    [
      'no such container',
      { spec: { selector: {}, template: { spec: { containers: [] } } } },
      'no container aws-node',
    ],
    [
      'Argo CD',
      daemonSet([], { annotations: { 'argocd.argoproj.io/tracking-id': 'a:b' } }),
      'declared by Argo CD',
    ],
    [
      'pods that only people restart',
      { spec: { selector: {}, template: {}, updateStrategy: { type: 'OnDelete' } } },
      'updateStrategy OnDelete',
    ],
    ['Flux', daemonSet([], { labels: { 'kustomize.toolkit.fluxcd.io/name': 'a' } }), 'declared by Flux'],
    ['Helm', daemonSet([], { labels: { 'app.kubernetes.io/managed-by': 'Helm' } }), 'declared by Helm'],
    [
      'a field manager',
      daemonSet([], { managedFields: [{ manager: 'helm-controller' }] }),
      'declared by Flux',
    ],
  ])('%s: refused', (_, before, why) => {
    const change = daemonSetChange(before, ENV);
    expect(change.ok ? 'allowed' : change.why).toContain(why);
  });

  test('a value that is taken from elsewhere is not overwritten', () => {
    const before = daemonSet([]);
    const container = before.spec?.template.spec?.containers[0];
    if (container !== undefined) container.env = [{ name: 'WARM_IP_TARGET', valueFrom: {} }];
    expect(daemonSetChange(before, ENV)).toMatchObject({ ok: false });
  });

  test('any values, on any variables: after patch and inverse every variable is as it was, in its order', () => {
    const names = fc.constantFrom('WARM_IP_TARGET', 'MINIMUM_IP_TARGET', 'WARM_ENI_TARGET', 'A', 'B');
    const values = fc.constantFrom('', '1', '2');
    const entries = fc.uniqueArray(fc.record({ name: names, value: values }), {
      selector: ({ name }) => name,
    });
    fc.assert(
      fc.property(entries, fc.dictionary(names, values, { minKeys: 1 }), (env, wanted) => {
        const before = daemonSet(env);
        const change = daemonSetChange(before, wanted);
        if (!change.ok) {
          expect(notInEffect(before, wanted)).toEqual([]);
          return;
        }
        const after = applied(before, change.patch);
        expect(notInEffect(after, wanted)).toEqual([]);
        expect(applied(after, change.inverse)).toEqual(before);
        const was = liveValues(before, Object.keys(wanted));
        expect(liveValues(applied(after, change.inverse), Object.keys(wanted))).toEqual(was);
      }),
    );
  });
});

describe('reading aws-node', () => {
  test('variables of both containers and the version of the image', () => {
    const env = cniEnvOf(daemonSet([{ name: 'WARM_IP_TARGET', value: '3' }]));
    expect(env).toMatchObject({ version: 'v1.19.4-eksbuild.1', init: [{ name: 'DISABLE_TCP_EARLY_DEMUX' }] });
    expect(env === undefined ? null : readSettings(env)).toMatchObject({
      settings: { warmIpTarget: 3 },
      unknown: [],
    });
  });

  test.each([
    ['host:5000/amazon-k8s-cni:v1.18.0', 'v1.18.0'],
    ['host/amazon-k8s-cni:v1.18.0@sha256:00ff', 'v1.18.0'],
    ['host:5000/amazon-k8s-cni', ''],
    ['host/amazon-k8s-cni@sha256:00ff', ''],
  ])('the tag of %s is %j', (image, version) => {
    const containers = [{ name: 'aws-node', image }];
    const set: DaemonSet = { spec: { selector: {}, template: { spec: { containers } } } };
    expect(cniEnvOf(set)?.version).toBe(version);
  });

  test('what the live DaemonSet lacks or has otherwise is named', () => {
    const live = daemonSet([{ name: 'WARM_IP_TARGET', value: '5' }]);
    expect(notInEffect(live, { ...ENV, WARM_IP_TARGET: '5' })).toEqual(['MINIMUM_IP_TARGET']);
    expect(liveValues(live, Object.keys(ENV))).toEqual({ WARM_IP_TARGET: '5', MINIMUM_IP_TARGET: null });
  });
});

describe('who decides about aws-node', () => {
  const helmLabel = { labels: { 'app.kubernetes.io/managed-by': 'Helm' } };

  test.each([
    ['no sign, an add-on', {}, true, { kind: 'eks-addon' }],
    ['no sign', {}, false, { kind: 'self-managed' }],
    ["the label of EKS's own chart on an add-on", helmLabel, true, { kind: 'eks-addon' }],
    ['the same label without an add-on', helmLabel, false, { kind: 'declared', by: 'Helm' }],
    [
      "a person's Helm release",
      { annotations: { 'meta.helm.sh/release-name': 'cni' } },
      true,
      { by: 'Helm' },
    ],
    [
      'a label nobody can show',
      { labels: { 'app.kubernetes.io/managed-by': '<b>' } },
      false,
      { kind: 'self-managed' },
    ],
    ['Terraform', { managedFields: [{ manager: 'Terraform' }] }, true, { by: 'Terraform' }],
    [
      'a manager named as a method',
      { managedFields: [{ manager: 'toString' }] },
      true,
      { kind: 'eks-addon' },
    ],
  ] as const)('%s', (_, metadata, isAddon, expected) => {
    expect(ownerOf(daemonSet([], structuredClone(metadata) as DaemonSet['metadata']), isAddon)).toMatchObject(
      expected,
    );
  });
});
