import { CloudWatchClient, GetMetricWidgetImageCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { chartsPort } from '../../shared/aws/charts-ops.ts';
import { metricWidget } from '../../shared/aws/metric-widget.ts';
import { SimCharts } from '../../simulator/charts.ts';
import { CHART } from '../notify/charts.ts';

const PLACE = { account: '210987654321', region: 'eu-west-1' };
const mock = mockClient(CloudWatchClient);
const charts = chartsPort({ region: 'eu-west-1' }, PLACE.account);
const pixel = await new SimCharts(PLACE.account).port().draw(CHART, PLACE);

beforeEach(() => mock.reset());

describe('draw', () => {
  test('asks for a PNG of the widget, in the Region of the metrics', async () => {
    mock.on(GetMetricWidgetImageCommand).resolves({ MetricWidgetImage: pixel });
    expect(await charts.draw(CHART, PLACE)).toEqual(pixel);
    const [call] = mock.commandCalls(GetMetricWidgetImageCommand);
    expect(call?.args[0].input).toEqual({
      MetricWidget: metricWidget(CHART, 'eu-west-1'),
      OutputFormat: 'png',
    });
  });

  test.each([
    ['no image', undefined],
    ['an empty one', new Uint8Array()],
    ['something else', new TextEncoder().encode('<html>')],
  ])('%s is nothing drawn', async (_, image) => {
    mock.on(GetMetricWidgetImageCommand).resolves({ ...(image && { MetricWidgetImage: image }) });
    await expect(charts.draw(CHART, PLACE)).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('metrics of another account are not asked for', async () => {
    const elsewhere = { ...PLACE, account: '999999999999' };
    await expect(charts.draw(CHART, elsewhere)).rejects.toMatchObject({ kind: 'unsupported' });
    expect(mock.commandCalls(GetMetricWidgetImageCommand)).toHaveLength(0);
  });

  test.each([
    ['ThrottlingException', 'throttled'],
    ['AccessDeniedException', 'unauthorised'],
  ])('%s is %s', async (name, kind) => {
    mock.on(GetMetricWidgetImageCommand).rejects(Object.assign(new Error('no'), { name }));
    await expect(charts.draw(CHART, PLACE)).rejects.toMatchObject({ kind });
  });
});

test('the simulator draws a picture that is a whole PNG, and the same one each time', async () => {
  const again = await new SimCharts(PLACE.account).port().draw(CHART, PLACE);
  expect(again).toEqual(pixel);
  const ends = Buffer.from(pixel).subarray(-8, -4).toString('latin1');
  expect([pixel.length > 50, ends]).toEqual([true, 'IEND']);
});
