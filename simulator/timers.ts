export interface Timer {
  /** In ms since the start of its clock. */
  at: number;
  /** Ties fire in the order they were set. */
  order: number;
  fire: () => void;
  cancelled: boolean;
}

/** A binary heap of timers: a fleet of 30,000 pods keeps tens of thousands of them. */
export class TimerQueue {
  readonly #heap: Timer[] = [];

  push(timer: Timer): void {
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
  }

  /** The earliest timer that was not cancelled, left in the queue. */
  peek(): Timer | undefined {
    while (this.#heap[0]?.cancelled === true) this.#removeFirst();
    return this.#heap[0];
  }

  pop(): Timer | undefined {
    const first = this.peek();
    if (first !== undefined) this.#removeFirst();
    return first;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfEarlier(index, parent)) return;
      index = parent;
    }
  }

  #sink(start: number): void {
    let index = start;
    for (;;) {
      const child = this.#earlierChild(index);
      if (child === undefined || !this.#swapIfEarlier(child, index)) return;
      index = child;
    }
  }

  #earlierChild(index: number): number | undefined {
    const left = 2 * index + 1;
    const right = left + 1;
    if (left >= this.#heap.length) return undefined;
    return right < this.#heap.length && this.#isEarlier(right, left) ? right : left;
  }

  #isEarlier(left: number, right: number): boolean {
    const one = this.#heap[left];
    const other = this.#heap[right];
    if (one === undefined || other === undefined) return false;
    return one.at === other.at ? one.order < other.order : one.at < other.at;
  }

  #swapIfEarlier(candidate: number, other: number): boolean {
    if (!this.#isEarlier(candidate, other)) return false;
    const [one, two] = [this.#heap[candidate], this.#heap[other]];
    if (one === undefined || two === undefined) return false;
    this.#heap[candidate] = two;
    this.#heap[other] = one;
    return true;
  }
}
