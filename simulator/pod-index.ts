import type { SimPod } from './model.ts';

const NONE: ReadonlyMap<string, SimPod> = new Map();

/** Pods by something they have in common, each in its newest state, in order of arrival. */
export class PodIndex {
  readonly #sets = new Map<string, Map<string, SimPod>>();

  put(name: string, key: string, pod: SimPod): void {
    const set = this.#sets.get(name);
    if (set === undefined) this.#sets.set(name, new Map([[key, pod]]));
    else set.set(key, pod);
  }

  delete(name: string, key: string): void {
    this.#sets.get(name)?.delete(key);
  }

  list(name: string): SimPod[] {
    return [...(this.#sets.get(name) ?? NONE).values()];
  }

  count(name: string): number {
    return this.#sets.get(name)?.size ?? 0;
  }
}
