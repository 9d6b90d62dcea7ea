import type { EpochMs } from '../../../shared/clock.ts';
import type { CoreEvent, Kubernetes } from '../../../shared/ports/kubernetes.ts';

/** Events of one kind within a window. */
export interface PodFailures {
  /** How often it was seen, repetitions included. */
  times: number;
  pods: number;
  /** Of these, pods that got no address. */
  withoutAddress: number;
  /** Of the first of them; undefined where there was none. */
  first: EpochMs | undefined;
  /** The page was full: there may be more, and none of them is no proof that there was none. */
  isPage: boolean;
}

export interface Window {
  from: EpochMs;
  to: EpochMs;
}

/** As many as the port reads. */
const PAGE = 500;
const NO_ADDRESS = /failed to assign an IP address/i;

/** Events with this reason that were seen in the window; `text` is a part of their message. */
export async function readPodFailures(
  kubernetes: Kubernetes,
  window: Window,
  { reason, text }: { reason: string; text?: string },
): Promise<PodFailures> {
  const events = await kubernetes.listEvents({ reason });
  const seen = events.filter(
    (event) => isIn(event, window) && (text === undefined || (event.message ?? '').includes(text)),
  );
  const starts = seen.map((event) => Math.max(window.from, firstOf(event)));
  return {
    times: seen.reduce((sum, event) => sum + timesOf(event), 0),
    pods: podsOf(seen),
    withoutAddress: podsOf(seen.filter(({ message = '' }) => NO_ADDRESS.test(message))),
    first: starts.length === 0 ? undefined : Math.min(...starts),
    isPage: events.length >= PAGE,
  };
}

/** An Event is its newest state: it was seen from its first time to its last. */
function isIn(event: CoreEvent, { from, to }: Window): boolean {
  return lastOf(event) >= from && firstOf(event) <= to;
}

function firstOf({ firstTimestamp, eventTime, metadata }: CoreEvent): EpochMs {
  return timeOf(firstTimestamp ?? eventTime ?? metadata.creationTimestamp);
}

function lastOf(event: CoreEvent): EpochMs {
  const { series, lastTimestamp } = event;
  return Math.max(firstOf(event), timeOf(series?.lastObservedTime ?? lastTimestamp));
}

function timesOf({ series, count }: CoreEvent): number {
  return series?.count ?? count ?? 1;
}

function podsOf(events: readonly CoreEvent[]): number {
  return new Set(events.map(({ involvedObject: { namespace, name } }) => `${namespace}/${name}`)).size;
}

function timeOf(text: string | undefined): EpochMs {
  return Date.parse(text ?? '') || 0;
}
