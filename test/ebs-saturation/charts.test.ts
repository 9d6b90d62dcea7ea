import { expect, test } from 'vitest';
import { HOUR_MS } from '../../shared/clock.ts';
import { channelText } from '../../simulator/slack-text.ts';
import { slackApp, withCharts } from '../support/slack.ts';
import { alarm, ebsRun, pass, saturated } from './ebs-world.ts';

/** From the alarm to the end of the incident, whose change helped. */
async function treated(people = withCharts(slackApp())) {
  const run = ebsRun({ people });
  await saturated(run, { iops: 4_000, throughputMib: 50 });
  const before = run.world.charts.widgets.length;
  alarm(run, run.volumeId, 'OK');
  await pass(run, 3 * HOUR_MS);
  return { ...run, before };
}

const levels = (widget = '{}') => JSON.parse(widget).annotations.horizontal;

test('a saturated volume has its charts in the thread: as it was found, and before and after the change', async () => {
  const { world, volumeId, before } = await treated();
  const { widgets } = world.charts;
  expect([before, widgets.length]).toEqual([2, 4]);
  expect(levels(widgets[0])).toContainEqual({ label: 'provisioned', value: 3_000 });
  expect(levels(widgets[2])).toEqual([
    { label: 'provisioned before', value: 3_000 },
    { label: 'provisioned after', value: 4_500 },
  ]);
  const moments = JSON.parse(widgets[2] ?? '{}').annotations.vertical;
  expect(moments.map(({ label }: { label: string }) => label)).toEqual(['alarm', 'changed by Paramedic']);
  const charts = channelText(world.slack.messages).filter((line) => line.includes('[chart: '));
  expect(charts).toHaveLength(4);
  expect(charts[0]).toContain(
    `↳ [chart: IOPS of ${volumeId}: used and provisioned, IOPS of ${volumeId} by the minute`,
  );
});

test('without `slack.charts` the thread is as it was, and CloudWatch is asked for none', async () => {
  const { world } = await treated(slackApp());
  expect(world.charts.widgets).toEqual([]);
  expect(world.slack.messages).toHaveLength(1);
  expect(channelText(world.slack.messages).join('\n')).not.toContain('[chart: ');
});
