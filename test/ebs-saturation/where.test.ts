import { describe, expect, test } from 'vitest';
import { explain } from '../../cli/explain.ts';
import { whereLines, whoseVolume } from '../../functions/ebs-saturation/told/where.ts';
import { known, unknown } from '../../shared/fact.ts';
import { renderIncident } from '../../shared/notify/render.ts';
import type { Instance } from '../../shared/ports/ec2.ts';
import type { Pod } from '../../shared/ports/kubernetes.ts';
import type { Volume } from '../../shared/ports/volumes.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { changes, ebsRun, saturated, theIncident } from './ebs-world.ts';

type Facts = Parameters<typeof whereLines>[0];

const AT = Date.UTC(2026, 10, 3, 14);
const ID = 'vol-0a1b2c3d4e5f60718';
const fact = <T>(value: T) => known(value, 'a test', AT);
const at = (instanceId: string) => ({ instanceId, device: '/dev/xvdaa', state: 'attached' });
const I = 'i-0aa11bb22cc33dd44';
const PLACE = `${ID}, gp3 of 100 GiB in eu-west-1a`;

function volume(...attachments: Volume['attachments']): Volume {
  const of = { type: 'gp3', sizeGib: 100, state: 'in-use', multiAttach: false, zone: 'eu-west-1a', tags: {} };
  return { id: ID, ...of, attachments };
}

function pod(name: string, more: Partial<NonNullable<Pod['spec']>> = {}, about: Partial<Pod> = {}): Pod {
  const controller = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true };
  return {
    metadata: { namespace: 'data', name, ownerReferences: [controller] },
    spec: { containers: [], ...more },
    ...about,
  };
}

const mounting = (claimName: string) => ({ volumes: [{ name: 'd', persistentVolumeClaim: { claimName } }] });

const CLAIM = {
  namespace: 'data',
  name: 'disk',
  uid: 'u-1',
  resourceVersion: '7',
  storageClass: 'fast',
  attributesClass: 'gold',
  currentAttributesClass: 'gold',
  driver: 'ebs.csi.aws.com',
  classes: [],
};

function facts(about: Partial<Facts> = {}): Facts {
  return {
    volume: fact(volume(at(I))),
    instance: fact({ id: I, type: 'm6i.large' } as Instance),
    node: fact({ metadata: { name: 'node-1' } }),
    pods: fact([pod('db-0', mounting('disk'))]),
    claim: fact(CLAIM),
    nodeVolume: fact(null),
    ...about,
  };
}

describe('whose volume it is', () => {
  test('place, claim with both classes, and the pods of the node that mount it with their owners', () =>
    expect(whereLines(facts())).toEqual([
      `${PLACE}: attached to instance ${I} (m6i.large), node node-1`,
      'claim data/disk, StorageClass fast, VolumeAttributesClass gold',
      'used by data/db-0 (StatefulSet db)',
    ]));

  test('pods of another namespace or claim and pods that have ended do not use it; a claim of the pod itself does', () => {
    const elsewhere = { metadata: { namespace: 'other', name: 'db-0' } };
    const own = { volumes: [{ name: 'disk', ephemeral: {} }] };
    const pods = [
      pod('db-0', mounting('disk'), elsewhere),
      pod('db-1', mounting('another')),
      pod('db-2', mounting('disk'), { status: { phase: 'Succeeded' } }),
    ];
    expect(whereLines(facts({ pods: fact(pods) })).at(-1)).toBe('no pod of its node mounts the claim');
    const claim = fact({ ...CLAIM, name: 'job-disk' });
    expect(whereLines(facts({ claim, pods: fact([pod('job', own)]) })).at(-1)).toContain('data/job ');
  });

  test('of many pods five, and how many more; long names and marks of theirs are cut and made one line', () => {
    const pods = Array.from({ length: 9 }, (_, index) => pod(`db-${index}`, mounting('disk')));
    expect(whereLines(facts({ pods: fact(pods) })).at(-1)).toMatch(
      /^used by data\/db-0 .*db-4 .* and 4 more$/,
    );
    const storageClass = `a\n\u202eb${'x'.repeat(300)}`;
    const line = whereLines(facts({ claim: fact({ ...CLAIM, storageClass }) }))[1] ?? '';
    expect(line).toMatch(/StorageClass a bx+, VolumeAttributesClass/);
    expect(line.length).toBeLessThan(160);
  });

  test('attached nowhere or to several: said, and nothing of pods', () => {
    const none = facts({ volume: fact(volume()), node: fact(null), pods: fact([]) });
    expect(whereLines(none)).toEqual([
      `${PLACE}: attached to no instance, so no pod uses it now`,
      'claim data/disk, StorageClass fast, VolumeAttributesClass gold',
    ]);
    const several = Array.from({ length: 7 }, (_, index) => at(`i-${index}`));
    const many = whereLines(facts({ volume: fact(volume(...several)), node: fact(null) }));
    expect(many[0]).toContain('attached to 7 instances, i-0, i-1, i-2, i-3, i-4 and 2 more, of whose nodes');
    expect(many).toHaveLength(2);
  });

  test('a node that is not there, or was not read, is not one without pods', () => {
    const gone = whereLines(facts({ node: fact(null), pods: fact([]) }));
    expect(gone[0]).toContain('of which the cluster has no Node: nothing is known of what runs there');
    expect(gone.join()).not.toContain('no pod');
    const why = unknown('403', 'Nodes', AT);
    const unread = whereLines(facts({ node: why, pods: why, claim: why }));
    expect(unread).toEqual([
      `${PLACE}: attached to instance ${I} (m6i.large), whose node is unknown: Nodes: 403`,
      'unknown: Nodes: 403',
    ]);
    expect(whoseVolume(facts({ claim: why }))).toBeUndefined();
  });

  test('no claim: what uses it is not known; a volume that was not read is unknown', () => {
    expect(whereLines(facts({ claim: fact(null) })).at(-1)).toContain('what uses it is not known');
    expect(whereLines(facts({ volume: unknown('gone', 'EC2', AT) }))[0]).toBe('unknown: EC2: gone');
  });

  test('a root volume: who shares it, who has an emptyDir and who the logs, once', () => {
    const emptyDir = pod('web', { volumes: [{ name: 'tmp', emptyDir: {} }] });
    const logs = pod('logs', { volumes: [{ name: 'l', hostPath: { path: '/var/log/pods' } }] });
    const memory = pod('ram', { volumes: [{ name: 'm', emptyDir: { medium: 'Memory' } }] });
    const root = facts({
      nodeVolume: fact({ kind: 'root', device: '/dev/xvda' }),
      claim: fact(null),
      pods: fact([emptyDir, logs, memory]),
    });
    expect(whereLines(root)).toEqual([
      `${PLACE}: root volume of instance ${I} (m6i.large), node node-1`,
      'a test: 3 pods share it with the node itself: images, logs and emptyDir',
      'with an emptyDir on it: data/web (StatefulSet db)',
      'with the logs of the node mounted: data/logs (StatefulSet db)',
    ]);
    expect(whereLines(root, true)).toHaveLength(1);
    expect(whoseVolume(root)).toBe('node node-1');
  });
});

test('a message, and `paramedic why`, name the claim, its class, the pod and its workload', async () => {
  const run = ebsRun({ mode: 'approve' });
  await saturated(run);
  const incident = await theIncident(run);
  expect(incident.plan?.headline).toBe(
    `${run.volumeId} (gp3, 100 GiB) is asked for more IOPS than it has: claim data/data-db-0, cluster prod; one change is planned`,
  );
  const told = [
    renderIncident(incident, run.world.clock.now()).body,
    explain(incident, [], (_, text) => text).join('\n'),
  ];
  for (const text of told) {
    expect(text).toContain('claim data/data-db-0, StorageClass gp3, VolumeAttributesClass none');
    expect(text).toContain('used by data/db-0 (StatefulSet db)');
    expect(text).toMatch(
      /gp3 of 100 GiB in eu-west-1\w: attached to instance i-\w+ \(m6i\.4xlarge\), node \S+/,
    );
    expect(text).toMatch(
      /its StorageClass gp3 keeps the old values: .* type: gp3, iops: "4500", throughput: "125"/,
    );
  }
});

test('an instance that EC2 does not tell of: its node is unknown, a person is needed, nothing is changed', async () => {
  // The first read says whose the volume is.
  const unread = { port: 'ec2', method: 'describeInstances', from: 2, fault: { kind: 'throttle' } } as const;
  const run = ebsRun({ faults: new FaultPlan([unread]) });
  await saturated(run);
  const { plan } = await theIncident(run);
  expect(plan?.needsPerson).toBe(true);
  expect(plan?.headline).toContain('claim data/data-db-0, cluster prod; a person is needed');
  const [place, claim, pods] = plan?.findings[0]?.evidence ?? [];
  expect(place).toMatch(/attached to instance i-\w+, whose node is unknown: Nodes: /);
  expect(claim).toContain('claim data/data-db-0');
  expect(pods).toMatch(/^unknown: Pods of the node: /);
  expect(changes(run)).toEqual([]);
});
