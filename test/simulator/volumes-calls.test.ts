import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import { subjectsOf } from '../../simulator/call-subjects.ts';
import { assertNoMutations } from '../../simulator/invariants.ts';
import { bench, demoCluster, outcome } from './harness.ts';
import { ebsBench } from './volumes-world.ts';

describe('calls about volumes', () => {
  test('that modify one are changes to infrastructure, of the volume and of where it is attached', async () => {
    const { world, modify, data, instance } = await ebsBench();
    assertNoMutations(world);
    await modify(data);
    const [call] = world.calls.mutations();
    expect(call).toMatchObject({ port: 'volumes', method: 'modifyVolume', applied: true });
    expect(call === undefined ? [] : subjectsOf(world, call)).toEqual([{ ids: [data, instance] }]);
  });

  test('that name another class are changes of the claim and of the volume behind it', async () => {
    const classes = [{ name: 'fast', parameters: { iops: '6000' } }];
    const { world, kubernetes, run, data } = await ebsBench({ volumeAttributesClasses: classes });
    const [claim] = await run(kubernetes.listPersistentVolumeClaims({}));
    const resourceVersion = claim?.metadata?.resourceVersion ?? '';
    const patch = { metadata: { resourceVersion }, spec: { volumeAttributesClassName: 'fast' } };
    await run(kubernetes.patchPersistentVolumeClaim({ namespace: 'default', name: 'data-db-0' }, patch));
    await world.clock.advance(2 * MINUTE_MS);
    // What the driver does then is nobody's call of ours.
    const [call, ...others] = world.calls.mutations();
    expect(others).toEqual([]);
    expect(call === undefined ? [] : subjectsOf(world, call)).toEqual([
      { ids: [claim?.metadata?.uid, data] },
    ]);
  });

  test('need their permissions', async () => {
    const allowed = {
      aws: ['eks:DescribeCluster' as const],
      kubernetes: ['list /persistentvolumes' as const],
    };
    const { ports, kubernetes, run } = await bench({ clusters: [demoCluster()] }, { allowed });
    const id = 'vol-0a1b2c3d4e5f60718';
    const missing = (operation: string) => ({ kind: 'unauthorised', operation });
    const { volumes, alarms } = ports;
    await expect(run(volumes.describeVolumes([id]))).rejects.toMatchObject(missing('ec2:DescribeVolumes'));
    await expect(run(volumes.describeModifications([id]))).rejects.toMatchObject(
      missing('ec2:DescribeVolumesModifications'),
    );
    await expect(run(volumes.modifyVolume({ id, type: 'gp3' }))).rejects.toMatchObject(
      missing('ec2:ModifyVolume'),
    );
    await expect(run(alarms.describeAlarms([id]))).rejects.toMatchObject(
      missing('cloudwatch:DescribeAlarms'),
    );
    await expect(run(kubernetes.listPersistentVolumeClaims({}))).rejects.toMatchObject(
      missing('list /persistentvolumeclaims'),
    );
    expect(await outcome(run(kubernetes.listPersistentVolumes()))).toBe('ok');
  });
});

describe('alarms of a world', () => {
  test('are found by their ARNs, composites with their children, over several pages', async () => {
    const { ports, run, world } = await bench({ clusters: [demoCluster()] });
    const Dimensions = [{ Name: 'VolumeId', Value: 'vol-0a1b2c3d4e5f60718' }];
    const MetricName = 'VolumeIOPSExceededCheck';
    const arns = Array.from({ length: 25 }, (_, index) =>
      world.alarms.putMetric(`a-${index}`, {
        Namespace: 'AWS/EBS',
        MetricName,
        Dimensions,
        StateValue: 'ALARM',
      }),
    );
    const AlarmRule = 'ALARM("a-0") OR ALARM("a-1")';
    const both = world.alarms.putComposite('both', { AlarmRule, StateValue: 'ALARM' });
    const found = await run(ports.alarms.describeAlarms([both, ...arns, `${both}-gone`]));
    expect(new Set(found.map(({ arn }) => arn))).toEqual(new Set([both, ...arns]));
    expect(found.find(({ arn }) => arn === both)).toMatchObject({ children: arns.slice(0, 2) });
    expect(found.find(({ arn }) => arn === arns[0])).toMatchObject({
      metrics: [
        { namespace: 'AWS/EBS', name: MetricName, dimensions: { VolumeId: 'vol-0a1b2c3d4e5f60718' } },
      ],
    });
  });
});
