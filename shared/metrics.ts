/** What the pipeline counts. Dimensions are bounded: never ids. */
export type MetricName =
  | 'Signals'
  | 'Incidents'
  | 'Actions'
  | 'EventToFirstAction'
  | 'EventToDone'
  | 'Heartbeat';

export type Dimensions = Record<string, string>;

export interface Metrics {
  count(name: MetricName, dimensions: Dimensions, value?: number): void;
  /** Milliseconds from the event's own time. */
  latency(name: MetricName, dimensions: Dimensions, ms: number): void;
  flush(): void;
}

export interface Datum {
  name: MetricName;
  dimensions: Dimensions;
  value: number;
  unit: 'Count' | 'Milliseconds';
}

/** Keeps what was emitted, for tests and `simulate`. */
export function recordingMetrics(): Metrics & { data: Datum[] } {
  const data: Datum[] = [];
  return {
    data,
    count: (name, dimensions, value = 1) => data.push({ name, dimensions, value, unit: 'Count' }),
    latency: (name, dimensions, ms) => data.push({ name, dimensions, value: ms, unit: 'Milliseconds' }),
    flush: () => {},
  };
}
