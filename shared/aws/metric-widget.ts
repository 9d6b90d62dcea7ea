import { isoTime, SECOND_MS } from '../clock.ts';
import type { Chart } from '../incident/chart.ts';
import type { MetricQuery } from '../ports/usage.ts';

const WIDTH = 800;
const HEIGHT = 320;

/** The chart as CloudWatch's "metric widget structure", JSON of at most 100 KB. Pure. */
export function metricWidget(chart: Chart, region: string): string {
  const { title, unit, metrics, line, levels, moments, window } = chart;
  return JSON.stringify({
    title,
    view: 'timeSeries',
    stacked: false,
    region,
    width: WIDTH,
    height: HEIGHT,
    timezone: '+0000',
    start: isoTime(window.from),
    end: isoTime(window.to),
    metrics: [[{ ...line, id: 'line' }], ...Object.entries(metrics).map(hidden)],
    yAxis: { left: { min: 0, label: unit, showUnits: false } },
    annotations: {
      horizontal: levels.map(({ label, value }) => ({ label, value })),
      vertical: moments.map(({ label, at }) => ({ label, value: isoTime(at) })),
    },
  });
}

function hidden([id, { namespace, name, dimensions, statistic, periodMs }]: [string, MetricQuery]) {
  const drawn = { id, stat: statistic, period: periodMs / SECOND_MS, visible: false };
  return [namespace, name, ...Object.entries(dimensions).flat(), drawn];
}
