import { beforeEach, describe, expect, test } from 'vitest';
import { setUp } from './fakes.ts';
import { fakeCloudWatch, IOPS, THROUGHPUT, volumes } from './onboard-support.ts';

const { alarms, publish, reset, puts } = fakeCloudWatch();

beforeEach(reset);

describe('a fleet that CloudWatch evaluates in part', () => {
  test('over 500 volumes, read page by page, gets one alarm, with the numbers, and is told which volumes count', async () => {
    publish(volumes(620, 'VolumeId'));
    const { code, stdout, stderr } = await setUp().run('onboard ebs-alarms --apply');
    expect(code).toBe(0);
    expect(puts()).toHaveLength(2);
    expect(stdout).toContain('620 volumes now');
    expect(stderr).toContain(`${IOPS}: PARTIAL_DATA: 620 volumes, of which CloudWatch evaluates at most 500`);
    expect(stderr).toContain('one that is short is left out only while more than those are');
  });

  test('over 10,000 metrics nobody chooses which volumes are watched, and that is said', async () => {
    const moved = Array.from({ length: 10_020 }, (_, at) => ({
      VolumeId: `vol-${(at % 334).toString(16).padStart(17, '0')}`,
      InstanceId: `i-${at.toString(16).padStart(17, '0')}`,
    }));
    publish(moved, moved);
    const { stderr } = await setUp().run('onboard ebs-alarms');
    expect(stderr).toContain(
      'from 10020 metrics, of which it takes at most 10000. Which of them it takes cannot',
    );
    expect(stderr).not.toContain('highest values');
  });

  test('is told of from 400 volumes on, before it happens', async () => {
    publish(volumes(400, 'VolumeId'), volumes(399, 'VolumeId'));
    const { stderr } = await setUp().run('onboard ebs-alarms');
    expect(stderr).toContain(`${IOPS}: PARTIAL_DATA is near: 400 volumes`);
    expect(stderr).not.toContain(`${THROUGHPUT}: PARTIAL_DATA`);
  });

  test('and what CloudWatch itself says of an alarm, is told', async () => {
    const { run } = setUp();
    await run('onboard ebs-alarms --apply');
    alarms.set(IOPS, { ...alarms.get(IOPS), StateValue: 'OK', EvaluationState: 'PARTIAL_DATA' });
    const { stdout, stderr } = await run('onboard ebs-alarms');
    expect(stdout).toContain(`${IOPS}: stands as it should (OK)`);
    expect(stderr).toContain(`${IOPS}: CloudWatch says PARTIAL_DATA of it`);
  });

  test('because AWS publishes two schemas, is told how many volumes are not seen', async () => {
    const [, , , ...others] = volumes(5, 'VolumeId');
    publish([...volumes(3, 'VolumeId', 'InstanceId'), ...others]);
    const { stderr } = await setUp().run('onboard ebs-alarms');
    expect(stderr).toContain('2 more volumes publish it under other dimensions than {VolumeId, InstanceId}');
  });
});

describe('an account that publishes nothing', () => {
  beforeEach(() => publish([]));

  test('has nothing to create, and is told why', async () => {
    const { code, stdout, stderr } = await setUp().run('onboard ebs-alarms');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^paramedic-fleet-dev-ebs-iops: nothing to create: .* attached to a Nitro instance$/m,
    );
    expect(stderr).toBe('');
  });

  test('is exit code 1 with --apply: what was asked for is not there', async () => {
    const { code, stdout } = await setUp().run('onboard ebs-alarms --apply');
    expect(code).toBe(1);
    expect(stdout).toContain(`${THROUGHPUT}: not created`);
    expect(puts()).toEqual([]);
  });

  test('keeps the alarms it has', async () => {
    const { run } = setUp();
    publish(volumes(1, 'VolumeId'));
    await run('onboard ebs-alarms --apply');
    publish([]);
    const { code, stdout } = await run('onboard ebs-alarms --apply');
    expect({ code, puts: puts().length }).toEqual({ code: 0, puts: 2 });
    expect(stdout).toContain(`${IOPS}: left as it is (INSUFFICIENT_DATA)`);
  });
});
