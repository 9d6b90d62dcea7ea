import { MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import type { Dimensions, MetricName, Metrics } from '../metrics.ts';

/** The CloudWatch namespace. Every metric also has the dimension `service` from POWERTOOLS_SERVICE_NAME. */
export const NAMESPACE = 'Paramedic';

/** Each combination of values is a metric that costs money: others are dropped. */
const DIMENSIONS: Record<MetricName, readonly string[]> = {
  Signals: ['trouble', 'kind', 'disposition'],
  Incidents: ['trouble', 'outcome'],
  Actions: ['trouble', 'action', 'state'],
  Notifications: ['result'],
  Charts: ['result'],
  EventToFirstAction: ['trouble', 'outcome'],
  EventToDone: ['trouble', 'outcome'],
  Heartbeat: [],
  ConfigProblems: [],
  BreakerOpen: ['operation'],
  ConfigAge: [],
};

/** Distinct values of one dimension of one metric in one Lambda instance; the rest count as `other`. */
const MAX_VALUES = 50;

/**
 * Powertools behind the Metrics port: one embedded-metric line per datum, written at once, because a durable
 * function may be suspended, and its memory gone, after any step.
 */
export function lambdaMetrics(): Metrics {
  const powertools = new PowertoolsMetrics({ namespace: NAMESPACE });
  const bounded = boundedValues();
  const emit = (name: MetricName, dimensions: Dimensions, unit: MetricUnitName, value: number): void => {
    if (!Number.isFinite(value)) return;
    const datum = powertools.singleMetric();
    for (const [dimension, text] of bounded(name, dimensions)) datum.addDimension(dimension, text);
    datum.addMetric(name, unit, value);
  };
  return {
    count: (name, dimensions, value = 1) => emit(name, dimensions, MetricUnit.Count, value),
    // Clocks differ: an event from the future took no time.
    latency: (name, dimensions, ms) => emit(name, dimensions, MetricUnit.Milliseconds, Math.max(0, ms)),
    flush: () => {},
  };
}

type MetricUnitName = (typeof MetricUnit)[keyof typeof MetricUnit];

/** Keeps the dimensions a metric has, and of their values words only: no ids, and not too many. */
function boundedValues(): (name: MetricName, dimensions: Dimensions) => [string, string][] {
  const seen = new Map<string, Set<string>>();
  const bounded = (place: string, text: string): string => {
    if (!isWord(text)) return 'other';
    const values = seen.get(place) ?? new Set();
    seen.set(place, values);
    if (values.size < MAX_VALUES) values.add(text);
    return values.has(text) ? text : 'other';
  };
  return (name, dimensions) =>
    DIMENSIONS[name].flatMap((dimension): [string, string][] => {
      const text = dimensions[dimension];
      return text === undefined ? [] : [[dimension, bounded(`${name}/${dimension}`, text)]];
    });
}

/** `spot-interruption`, not `i-0abc…`: a part with a digit and five or more characters is taken for an id. */
function isWord(text: string): boolean {
  return (
    /^[A-Za-z][\w-]{0,63}$/.test(text) && !text.split('-').some((part) => /\d/.test(part) && part.length > 4)
  );
}
