import { SECOND_MS } from '../shared/clock.ts';
import { outOfServiceCause, REBALANCE, STATUS_CHECKS, startedCause } from './activities.ts';
import { EksDrains } from './eks-drain.ts';
import { EventWriter } from './events.ts';
import type { SimGroup } from './groups.ts';
import type { LifecycleRecord } from './hooks.ts';
import { type FleetContext, Machines } from './machines.ts';
import type { SimInstance } from './model.ts';
import { type Detachment, Scaling } from './scaling.ts';
import type { Store } from './store.ts';

/** What Spot and capacity reservations give between the warning and the end. */
const NOTICE_MS = 120 * SECOND_MS;

export type InterruptAction = 'terminate' | 'stop' | 'hibernate';

/** EC2, Auto Scaling and EKS's own care for its groups, and what AWS does to them unasked. */
export class Fleet {
  readonly machines: Machines;
  readonly scaling: Scaling;
  readonly eks: EksDrains;
  readonly #context: FleetContext;

  constructor(context: Omit<FleetContext, 'events'>) {
    this.#context = { ...context, events: new EventWriter(context.spec) };
    this.machines = new Machines(this.#context);
    this.scaling = new Scaling(this.#context, this.machines);
    this.eks = new EksDrains(this.#context, this.machines, this.scaling);
  }

  get instances(): Store<SimInstance> {
    return this.machines.instances;
  }

  get groups(): readonly SimGroup[] {
    return this.scaling.groups.all;
  }

  get detachments(): readonly Detachment[] {
    return this.scaling.detachments;
  }

  /** Every instance a terminate hook ever held, in order. */
  get lifecycleActions(): readonly LifecycleRecord[] {
    return this.scaling.hooks.records;
  }

  /** Spot takes the instance: the warning now, the end two minutes later (hibernation begins at once). */
  interrupt(id: string, action: InterruptAction, warned: boolean): void {
    const { clock, events, emit } = this.#context;
    const instance = this.machines.existing(id);
    if (warned) emit(events.interruption(clock.now(), instance, action));
    if (action === 'hibernate') {
      this.machines.stop(id, 'Server.SpotInstanceShutdown');
      return;
    }
    const group = this.scaling.groups.of(id);
    if (warned && group !== undefined && isDrainedByEks(group)) this.eks.drain(group, id);
    clock.after(NOTICE_MS, () => {
      if (action === 'stop') this.machines.stop(id, 'Server.SpotInstanceShutdown');
      else this.machines.terminate(id, 'Server.SpotInstanceTermination');
    });
  }

  /** A Capacity Block or reservation ends: the warning now, the end two minutes later. */
  capacityInterrupt(id: string, isInterruptible: boolean): void {
    const { clock, events, emit } = this.#context;
    const instance = this.machines.existing(id);
    const endsAt = clock.now() + NOTICE_MS;
    emit(events.capacityInterruption(clock.now(), endsAt, instance, isInterruptible));
    clock.after(NOTICE_MS, () => this.machines.terminate(id, 'Server.InternalError'));
  }

  /** Groups with capacity rebalancing launch the replacement first, then let the old instance go. */
  rebalance(id: string): void {
    const { clock, events, emit } = this.#context;
    emit(events.rebalance(clock.now(), this.machines.existing(id)));
    const group = this.scaling.groups.of(id);
    if (group?.spec.capacityRebalance !== true) return;
    if (isDrainedByEks(group)) {
      this.eks.rebalance(group, id);
      return;
    }
    this.scaling.launch(group, startedCause(clock.now(), REBALANCE), {
      running: () => this.scaling.takeOut(group, id, outOfServiceCause(clock.now(), REBALANCE)),
    });
  }

  /** The instance fails its status checks: nothing on it answers, EC2 calls it running. */
  impair(id: string): void {
    this.machines.silence(id);
    this.scaling.replace(id, STATUS_CHECKS);
  }
}

function isDrainedByEks({ spec }: SimGroup): boolean {
  return spec.kind === 'managed' && spec.capacityRebalance;
}
