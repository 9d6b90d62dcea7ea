import { HOUR_MS } from '../../shared/clock.ts';
import type { Chart } from '../../shared/incident/chart.ts';
import type { Plan } from '../../shared/incident/plan.ts';

const AT = Date.UTC(2026, 10, 3, 14, 0);

export const CHART: Chart = {
  title: 'IOPS of vol-0a1b2c3d4e5f60718',
  altText: 'at most 2990 of 3000',
  unit: 'IOPS',
  metrics: {
    m1: {
      namespace: 'AWS/EBS',
      name: 'VolumeReadOps',
      dimensions: { VolumeId: 'vol-0a1b2c3d4e5f60718' },
      statistic: 'Sum',
      periodMs: 60_000,
    },
  },
  line: { label: 'IOPS used', expression: 'm1/PERIOD(m1)' },
  levels: [{ label: 'provisioned', value: 3_000 }],
  moments: [{ label: 'alarm', at: AT }],
  window: { from: AT - HOUR_MS, to: AT },
};

/** Nothing but something to draw. */
export function planWith(...charts: Chart[]): Plan {
  return {
    headline: 'A volume is short of IOPS',
    severity: 'warning',
    findings: [],
    steps: [],
    reasons: [],
    next: { do: 'wait', at: Number.MAX_SAFE_INTEGER, why: 'test' },
    expiresAt: Number.MAX_SAFE_INTEGER,
    charts,
  };
}
