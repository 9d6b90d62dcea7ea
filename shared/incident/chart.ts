import type { EpochMs } from '../clock.ts';
import type { MetricQuery, MetricWindow } from '../ports/usage.ts';

/** What would be worth a picture, as pure data: one line over time, levels across it, moments down it. */
export interface Chart {
  title: string;
  /** For those who do not see it: a sentence with the numbers. */
  altText: string;
  /** Of the line and the levels. */
  unit: string;
  /** What the line is computed from, by id (`m1`, `m2` …); not drawn themselves. */
  metrics: Readonly<Record<string, MetricQuery>>;
  /** `expression`: CloudWatch metric math over the ids. */
  line: { label: string; expression: string };
  levels: readonly { label: string; value: number }[];
  moments: readonly { label: string; at: EpochMs }[];
  window: MetricWindow;
}
