import { describe, expect, test } from 'vitest';
import type { Input } from '../../functions/ebs-saturation/input.ts';
import { chartsOf } from '../../functions/ebs-saturation/told/widget.ts';
import { metricWidget } from '../../shared/aws/metric-widget.ts';
import { HOUR_MS, isoTime, MINUTE_MS } from '../../shared/clock.ts';
import { AT, CALM, fact, GP2, GP3, measured, missing, SHORT_OF_IOPS, VOLUME } from './diagnose-series.ts';
import { signalOf } from './signals-support.ts';

const RAISED = { ...GP3, iops: 4_500 };
const VOLUME_FACT = fact({ id: VOLUME, tags: {}, ...GP3 });

interface Look {
  changedAt?: number;
  state?: 'done' | 'failed';
  volume?: unknown;
  shapes?: Parameters<typeof measured>[0];
}

/** The alarm came 20 minutes ago; what was changed, if anything, went from 3,000 to 4,500 IOPS. */
function charts({ changedAt, state = 'done', volume = VOLUME_FACT, shapes = {} }: Look = {}) {
  const step = { action: 'modify-volume', targets: [], goal: { from: GP3, to: RAISED } };
  const time = isoTime(AT - 20 * MINUTE_MS);
  const alarm = signalOf('ebs-alarm-iops.json', { 'detail/state/timestamp': time });
  const records = changedAt === undefined ? [] : [{ step, state, ran: true, endedAt: changedAt }];
  return chartsOf({
    facts: { volume, measured: measured({ ...CALM, ...SHORT_OF_IOPS, ...shapes }) },
    incident: { signals: [alarm], records },
  } as unknown as Pick<Input, 'facts' | 'incident'>);
}

describe('the charts of a volume', () => {
  test('are, to the letter, what CloudWatch is asked to draw', () => {
    const [iops, throughput, ...others] = charts().map((chart) =>
      JSON.parse(metricWidget(chart, 'eu-west-1')),
    );
    expect(others).toEqual([]);
    expect(iops).toEqual({
      title: `IOPS of ${VOLUME}: used and provisioned`,
      view: 'timeSeries',
      stacked: false,
      region: 'eu-west-1',
      width: 800,
      height: 320,
      timezone: '+0000',
      start: '2026-11-03T11:00:00Z',
      end: '2026-11-03T14:00:00Z',
      metrics: [
        [{ label: 'IOPS used', expression: '(m1+m2)/PERIOD(m1)', id: 'line' }],
        ...['VolumeReadOps', 'VolumeWriteOps'].map((name, index) => [
          'AWS/EBS',
          name,
          'VolumeId',
          VOLUME,
          { id: `m${index + 1}`, stat: 'Sum', period: 60, visible: false },
        ]),
      ],
      yAxis: { left: { min: 0, label: 'IOPS', showUnits: false } },
      annotations: {
        horizontal: [{ label: 'provisioned', value: 3_000 }],
        vertical: [{ label: 'alarm', value: '2026-11-03T13:40:00Z' }],
      },
    });
    expect(throughput).toMatchObject({
      metrics: [
        [{ expression: '(m1+m2)/PERIOD(m1)/1048576' }],
        ['AWS/EBS', 'VolumeReadBytes', 'VolumeId', VOLUME, { id: 'm1' }],
        ['AWS/EBS', 'VolumeWriteBytes', 'VolumeId', VOLUME, { id: 'm2' }],
      ],
      annotations: { horizontal: [{ label: 'provisioned', value: 125 }] },
    });
  });

  test('after a change show both levels of what was changed, one of what was not, and the time between', () => {
    const changedAt = AT - 10 * MINUTE_MS;
    const [iops, throughput] = charts({ changedAt, volume: fact({ id: VOLUME, tags: {}, ...RAISED }) });
    expect(iops?.levels).toEqual([
      { label: 'provisioned before', value: 3_000 },
      { label: 'provisioned after', value: 4_500 },
    ]);
    expect(throughput?.levels).toEqual([{ label: 'provisioned', value: 125 }]);
    expect(iops?.window).toEqual({ from: changedAt - 3 * HOUR_MS, to: AT });
    expect(iops?.moments).toEqual([
      { label: 'alarm', at: AT - 20 * MINUTE_MS },
      { label: 'changed by Paramedic', at: changedAt },
    ]);
    expect(iops?.altText).toBe(
      `IOPS of ${VOLUME} by the minute from 2026-11-03T10:50:00Z to 2026-11-03T14:00:00Z, lately at most 2990, provisioned before 3000, provisioned after 4500`,
    );
  });

  test('long after a change end three hours after it, and have no moment outside', () => {
    const changedAt = AT - 24 * HOUR_MS;
    const [iops] = charts({ changedAt });
    expect(iops?.window).toEqual({ from: changedAt - 3 * HOUR_MS, to: changedAt + 3 * HOUR_MS });
    expect(iops?.moments).toEqual([{ label: 'changed by Paramedic', at: changedAt }]);
  });

  test('of a change that failed are as without one', () => {
    expect(charts({ changedAt: AT - MINUTE_MS, state: 'failed' })).toEqual(charts());
  });

  test('of gp2 have the level with credits beside the one without', () => {
    const [iops] = charts({ volume: fact({ id: VOLUME, tags: {}, ...GP2 }) });
    expect(iops?.levels).toEqual([
      { label: 'provisioned', value: 300 },
      { label: 'with credits', value: 3_000 },
    ]);
  });

  test('are of nothing that was not measured, and none of a volume that was not read', () => {
    expect(charts({ shapes: { readBytes: undefined } }).map(({ unit }) => unit)).toEqual(['IOPS']);
    expect(charts({ volume: missing() })).toEqual([]);
  });
});
