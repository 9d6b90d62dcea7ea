import { describe, expect, it } from 'vitest';
import {
  assertAppliedOnce,
  assertNoEmptyIds,
  assertNoMutationAfter,
  assertNoMutations,
  watchAuthorisation,
} from '../../simulator/invariants.ts';
import { bench, demoCluster, outcome, refOf } from './harness.ts';

const cordon = { spec: { unschedulable: true } };

async function setUp() {
  const workloads = [{ name: 'web', replicas: 3, shutdown: '20s' }];
  const made = await bench({ clusters: [demoCluster({ workloads })] });
  const { id, name } = made.world.nodes()[0] ?? { id: '', name: '' };
  const [pod] = await made.run(made.kubernetes.listPods({ nodeName: name }));
  return { ...made, id, name, pod };
}

function incidentWith(state: string, target: { kind: string; id: string }) {
  return {
    pk: 'INC#1',
    sk: 'HEAD',
    incident: { records: [{ state, step: { action: 'drain', targets: [target] } }] },
  };
}

describe('invariants', () => {
  it('V7 sees any attempt to change infrastructure, and no ledger writes', async () => {
    const { world, ports, kubernetes, run, name } = await setUp();
    await run(ports.table.putNew({ pk: 'a', sk: 'b' }));
    assertNoMutations(world);
    const before = world.clock.now();
    await outcome(run(kubernetes.patchNode('absent', cordon)));
    expect(() => assertNoMutations(world)).toThrow(/V7 .*call 4 kubernetes.patchNode on demo \["absent"/);
    expect(() => assertNoMutationAfter(world, before)).not.toThrow();
    await run(kubernetes.patchNode(name, cordon));
    expect(() => assertNoMutationAfter(world, before)).toThrow('V6');
  });

  it('V2 sees a second eviction of one pod, but not a refused or a lost one', async () => {
    const { world, kubernetes, run, pod } = await setUp();
    await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
    await outcome(run(kubernetes.evictPod({ ...refOf(pod), uid: 'another' }, { graceSeconds: 30 })));
    assertAppliedOnce(world);
    await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
    expect(() => assertAppliedOnce(world)).toThrow('V2 applied at most once');
  });

  it('T14 sees a call with an empty list of ids', async () => {
    const { world, ports, run, id } = await setUp();
    await run(ports.ec2.describeInstances([id]));
    assertNoEmptyIds(world);
    const none = [] as unknown as [string];
    expect(await outcome(run(ports.ec2.describeInstances(none)))).toBe('invalid');
    expect(() => assertNoEmptyIds(world)).toThrow('V11');
  });

  it.each([
    ['nothing', undefined, false],
    ['a refused step', 'refused', false],
    ['a running step', 'running', true],
  ])(
    'V1 judges a mutation by what stood in the ledger when it was made: %s',
    async (_title, state, holds) => {
      const { world, kubernetes, run, id, name, pod } = await setUp();
      const watch = watchAuthorisation(world);
      if (state !== undefined) await run(world.table.putNew(incidentWith(state, { kind: 'instance', id })));
      await run(kubernetes.patchNode(name, cordon));
      await run(kubernetes.evictPod(refOf(pod), { graceSeconds: 30 }));
      if (state === undefined) await run(world.table.putNew(incidentWith('done', { kind: 'instance', id })));
      if (holds) watch.assert();
      else expect(() => watch.assert()).toThrow('V1 intent before every mutation');
    },
  );

  it('V1 does not take one node for another, nor one action for another', async () => {
    const { world, kubernetes, run, id, name } = await setUp();
    await run(world.table.putNew(incidentWith('running', { kind: 'instance', id })));
    const other = watchAuthorisation(world);
    const picky = watchAuthorisation(world, (record) => record.step.action === 'cordon');
    await run(kubernetes.patchNode(name, cordon));
    other.assert();
    expect(() => picky.assert()).toThrow('V1');
    await run(kubernetes.patchNode(world.nodes()[1]?.name ?? '', cordon));
    expect(() => other.assert()).toThrow('V1');
  });
});
