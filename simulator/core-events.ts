import { type EpochMs, HOUR_MS } from '../shared/clock.ts';
import type { CoreEvent } from '../shared/ports/kubernetes.ts';
import type { SimCluster } from './cluster.ts';

/** What somebody in the cluster says happened. */
export interface Happening {
  /** e.g. `FailedCreatePodSandBox`. */
  reason: string;
  message: string;
  /** What it is about. */
  about: { kind: string; namespace?: string; name: string; uid?: string };
  /** How often; default once. */
  count?: number;
  type?: 'Normal' | 'Warning';
}

/** How long the API server keeps an Event after it was last seen. */
const KEPT_MS = HOUR_MS;
/** One page of a list. */
const PAGE = 500;

/** The Events of a cluster. One that is said again is counted up, as its recorder does. */
export class CoreEvents {
  readonly #cluster: SimCluster;
  readonly #kept = new Map<string, { event: CoreEvent; at: EpochMs }>();
  #made = 0;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
  }

  record(happening: Happening): void {
    const { reason, message, about, count = 1, type = 'Warning' } = happening;
    this.#forget();
    const key = JSON.stringify([reason, message, about]);
    const before = this.#kept.get(key)?.event;
    const lastTimestamp = this.#cluster.stamp();
    const event = {
      ...(before ?? { ...this.#named(happening), involvedObject: about, reason, message, type }),
      firstTimestamp: before?.firstTimestamp ?? lastTimestamp,
      lastTimestamp,
      count: (before?.count ?? 0) + count,
    };
    this.#kept.set(key, { event, at: this.#cluster.clock.elapsed() });
  }

  withReason(reason: string): CoreEvent[] {
    this.#forget();
    const found = [...this.#kept.values()].filter(({ event }) => event.reason === reason);
    return found.slice(0, PAGE).map(({ event }) => event);
  }

  #named({ about }: Happening): Pick<CoreEvent, 'metadata'> {
    const name = `${about.name}.${(++this.#made).toString(16).padStart(16, '0')}`;
    return { metadata: { name, namespace: about.namespace ?? 'default' } };
  }

  #forget(): void {
    const oldest = this.#cluster.clock.elapsed() - KEPT_MS;
    for (const [key, { at }] of this.#kept) if (at < oldest) this.#kept.delete(key);
  }
}
