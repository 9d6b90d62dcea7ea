import type { OuterSwitches, Switch } from '../../cli/switches.ts';

/** Two roles and two rules, one of which somebody else disabled; tests change them. */
export class MemorySwitches implements OuterSwitches {
  readonly denied = new Map([
    ['paramedic-test-nodeInterruptionRemediate', false],
    ['paramedic-test-sweep', false],
  ]);
  readonly disabled = new Map<string, 'by us' | 'by somebody' | undefined>([
    ['paramedic-test-node-interruption-notice', undefined],
    ['paramedic-test-node-interruption-lifecycle', undefined],
  ]);
  /** Why nothing can be read or changed. */
  forbidden: string | undefined;
  calls: string[] = [];

  async roles(): Promise<Switch[]> {
    return [...this.denied].map(([name, isDenied]) => this.#switch(name, isDenied, isDenied));
  }
  async rules(): Promise<Switch[]> {
    return [...this.disabled].map(([name, by]) => this.#switch(name, by !== undefined, by === 'by us'));
  }
  async deny(): Promise<Switch[]> {
    this.#change('deny', () => this.#deny(true));
    return await this.roles();
  }
  async allow(): Promise<Switch[]> {
    this.#change('allow', () => this.#deny(false));
    return await this.roles();
  }
  async disableRules(): Promise<Switch[]> {
    this.#change('disable', () => this.#rules(undefined, 'by us'));
    return await this.rules();
  }
  async enableRules(): Promise<Switch[]> {
    this.#change('enable', () => this.#rules('by us', undefined));
    return await this.rules();
  }

  #change(call: string, change: () => void): void {
    this.calls.push(call);
    if (this.forbidden === undefined) change();
  }
  #deny(isDenied: boolean): void {
    for (const name of this.denied.keys()) this.denied.set(name, isDenied);
  }
  #rules(from: 'by us' | undefined, to: 'by us' | undefined): void {
    for (const [name, by] of this.disabled) if (by === from) this.disabled.set(name, to);
  }
  #switch(name: string, isEngaged: boolean, byUs: boolean): Switch {
    if (this.forbidden !== undefined) return { name, state: 'unreadable', byUs: false, why: this.forbidden };
    return { name, state: isEngaged ? 'engaged' : 'clear', byUs };
  }
}
