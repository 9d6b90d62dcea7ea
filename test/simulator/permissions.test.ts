import { describe, expect, it } from 'vitest';
import { assertAllDeclared } from '../../simulator/invariants.ts';
import { bench, demoCluster } from './harness.ts';

describe('declared permissions', () => {
  it('refuses an undeclared call and names what is missing', async () => {
    const allowed = { aws: ['eks:DescribeCluster' as const], kubernetes: ['get /nodes' as const] };
    const { world, ports, kubernetes, run } = await bench({ clusters: [demoCluster()] }, { allowed });
    const { id, name } = world.nodes()[0] ?? { id: '', name: '' };
    await run(kubernetes.getNode(name));
    assertAllDeclared(world);
    await expect(run(kubernetes.patchNode(name, { spec: { unschedulable: true } }))).rejects.toMatchObject({
      kind: 'unauthorised',
      operation: 'patch /nodes',
      message: 'not declared: patch /nodes',
    });
    await expect(run(ports.ec2.describeInstances([id]))).rejects.toMatchObject({
      kind: 'unauthorised',
      message: 'not declared: ec2:DescribeInstances',
    });
    expect(world.nodes()[0]?.unschedulable).toBe(false);
    expect(() => assertAllDeclared(world)).toThrow('needs patch /nodes');
  });

  it('asks nothing for the ledger and the messages', async () => {
    const allowed = { aws: ['eks:DescribeCluster' as const], kubernetes: [] };
    const { ports, run, world } = await bench({ clusters: [demoCluster()] }, { allowed });
    await run(ports.table.putNew({ pk: 'a', sk: 'b' }));
    await run(ports.topic.publish({ subject: 's', body: 'b', attributes: {} }));
    await run(ports.queue.park({ body: '{', reason: 'not JSON', messageId: 'm' }));
    expect(world.topic.messages).toHaveLength(1);
    expect(world.queue.parked).toMatchObject([{ reason: 'not JSON' }]);
  });
});
