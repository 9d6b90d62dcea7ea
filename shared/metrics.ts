/** What the pipeline counts. */
export type CounterName =
  | 'Signals'
  | 'Incidents'
  | 'Actions'
  | 'Notifications'
  | 'Charts'
  | 'Heartbeat'
  | 'ConfigProblems'
  | 'BreakerOpen';
/** How long things took since the event's own time, and how old what is in use is, in ms. */
export type LatencyName = 'EventToFirstAction' | 'EventToDone' | 'ConfigAge';
export type MetricName = CounterName | LatencyName;

/**
 * By metric: `Signals` trouble, kind, disposition · `Incidents` trouble, outcome · `Actions` trouble, action,
 * state · `Notifications` and `Charts` result · `EventToFirstAction` trouble · `EventToDone` trouble, outcome · `BreakerOpen`
 * operation · `Heartbeat`, `ConfigProblems` and `ConfigAge` none. Values are from small fixed sets, never ids.
 */
export type Dimensions = Record<string, string>;

/** Emits and forgets: never throws, never waits. */
export interface Metrics {
  count(name: CounterName, dimensions: Dimensions, value?: number): void;
  latency(name: LatencyName, dimensions: Dimensions, ms: number): void;
  /** Sends what is held back, if anything is. */
  flush(): void;
}

export interface Datum {
  name: MetricName;
  dimensions: Dimensions;
  value: number;
  unit: 'Count' | 'Milliseconds';
}

export interface RecordingMetrics extends Metrics {
  data: Datum[];
  /** Sum of the counts with this name that have at least these dimensions. */
  total(name: CounterName, dimensions?: Dimensions): number;
}

/** Keeps what was emitted, for tests and `simulate`. */
export function recordingMetrics(): RecordingMetrics {
  const data: Datum[] = [];
  return {
    data,
    count: (name, dimensions, value = 1) => {
      data.push({ name, dimensions: { ...dimensions }, value, unit: 'Count' });
    },
    latency: (name, dimensions, ms) => {
      data.push({ name, dimensions: { ...dimensions }, value: ms, unit: 'Milliseconds' });
    },
    flush: () => {},
    total: (name, dimensions = {}) =>
      data
        .filter((datum) => datum.name === name && matches(datum, dimensions))
        .reduce((sum, { value }) => sum + value, 0),
  };
}

function matches(datum: Datum, dimensions: Dimensions): boolean {
  return Object.entries(dimensions).every(([name, value]) => datum.dimensions[name] === value);
}
