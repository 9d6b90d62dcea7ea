import { describe, expect, it } from 'vitest';
import { bench, demoCluster, refOf } from './harness.ts';

const workloads = [
  { name: 'web', namespace: 'shop', replicas: 4 },
  { name: 'api', namespace: 'shop', replicas: 2 },
  { name: 'db', namespace: 'shop', kind: 'StatefulSet' as const, replicas: 2 },
  { name: 'report', namespace: 'shop', kind: 'Job' as const, replicas: 2 },
];

async function setUp() {
  const made = await bench({ clusters: [demoCluster({ workloads })] });
  const { kubernetes, run } = made;
  const list = (labelSelector?: string) =>
    run(
      kubernetes.listPods({ namespace: 'shop', ...(labelSelector === undefined ? {} : { labelSelector }) }),
    );
  const names = async (labelSelector: string) =>
    (await list(labelSelector)).map((pod) => pod.metadata?.name?.split('-')[0]);
  return { ...made, list, names };
}

describe('the labels controllers set on their pods', () => {
  it('name the template of a Deployment, the pod of a StatefulSet and the Job', async () => {
    const { list } = await setUp();
    const pods = await list();
    const [web] = pods;
    const db = pods.find((pod) => pod.metadata?.name === 'db-1');
    const report = pods.find((pod) => pod.metadata?.name?.startsWith('report'));
    const owner = web?.metadata?.ownerReferences?.[0]?.name;
    expect(owner).toBe(`web-${web?.metadata?.labels?.['pod-template-hash']}`);
    expect(web?.metadata?.labels).toMatchObject({ app: 'web' });
    expect(db?.metadata?.labels?.['statefulset.kubernetes.io/pod-name']).toBe('db-1');
    expect(report?.metadata?.labels?.['batch.kubernetes.io/controller-uid']).toBe(
      report?.metadata?.ownerReferences?.[0]?.uid,
    );
  });

  it('select exactly their pods, several values at once and with other requirements', async () => {
    const { list, names } = await setUp();
    const hashes = (await list('app in (web,api)')).map(
      (pod) => pod.metadata?.labels?.['pod-template-hash'] ?? '',
    );
    const [web = '', api = ''] = [...new Set(hashes)];
    expect(await names(`pod-template-hash=${web}`)).toEqual(['web', 'web', 'web', 'web']);
    expect(await names(`pod-template-hash in (${api},${web},${api})`)).toHaveLength(6);
    expect(await names(`pod-template-hash in (${api},${web}),app!=web`)).toEqual(['api', 'api']);
    expect(await names(`pod-template-hash=${web},pod-template-hash=${api}`)).toEqual([]);
    expect(await names('statefulset.kubernetes.io/pod-name in (db-0,nothing)')).toEqual(['db']);
    expect(await names('pod-template-hash')).toHaveLength(6);
  });

  it('follow the pods: a replacement is found, a removed pod is not', async () => {
    const { world, kubernetes, run, list } = await setUp();
    const selector = 'statefulset.kubernetes.io/pod-name=db-0';
    const [before] = await list(selector);
    await run(kubernetes.evictPod(refOf(before), { graceSeconds: 1 }));
    await world.clock.advance(1_050);
    expect(await list(selector)).toEqual([]);
    await world.clock.advance(30_000);
    const after = await list(selector);
    expect(after).toHaveLength(1);
    expect(after[0]?.metadata?.uid).not.toBe(before?.metadata?.uid);
  });
});
