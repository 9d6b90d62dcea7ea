import { isoTime, MINUTE_MS } from '../../shared/clock.ts';
import type { MetricQuery } from '../../shared/ports/usage.ts';
import type { CloudEvent } from '../../simulator/events.ts';
import type { World } from '../../simulator/world.ts';
import type { Ringing } from './ringing.ts';
import { StandingAlarm } from './standing-alarm.ts';

type State = 'ALARM' | 'OK' | 'INSUFFICIENT_DATA';

/** Datapoints that an alarm is judged by: five minutes, or three of five minutes each for a balance. */
const WINDOW_MS = 5 * MINUTE_MS;
const BALANCE_WINDOW_MS = 15 * MINUTE_MS;
const CHECKS = {
  volume: ['VolumeIOPSExceededCheck', 'VolumeThroughputExceededCheck', 'VolumeStalledIOCheck'],
  instance: ['InstanceEBSIOPSExceededCheck', 'InstanceEBSThroughputExceededCheck'],
};
const BALANCES = { volume: ['BurstBalance'], instance: ['EBSIOBalance%', 'EBSByteBalance%'] };
const LOW_BALANCE = 20;

/**
 * The alarm of an event from then on: judged by the metrics of what it is about, and whenever its state changes the
 * world sends the event anew and CloudWatch has it in that state. Whatever it watches, it rings as long as something
 * holds that up.
 */
export class AlarmLife {
  readonly #world: World;
  readonly #event: CloudEvent;
  readonly #ringing: readonly Ringing[];
  readonly #standing: StandingAlarm;
  #state: State = 'ALARM';

  constructor(world: World, body: string, ringing: readonly Ringing[]) {
    this.#world = world;
    this.#event = JSON.parse(body) as CloudEvent;
    this.#ringing = ringing;
    this.#standing = new StandingAlarm(world, this.#event);
  }

  async judge(): Promise<void> {
    const states: State[] = [];
    for (const each of this.#ringing) {
      const state = await this.#stateOf(each);
      if (each.child !== undefined) this.#world.alarms.setState(each.child, state, this.#world.clock.now());
      states.push(state);
    }
    const state = (['ALARM', 'OK'] as const).find((one) => states.includes(one)) ?? 'INSUFFICIENT_DATA';
    if (state === this.#state) return;
    this.#state = state;
    this.#standing.set(state, this.#world.clock.now());
    this.#tell(state);
  }

  async #stateOf({ kind, id, says, threshold = LOW_BALANCE }: Ringing): Promise<State> {
    const isBalance = says.includes('burst');
    const values = await this.#values(kind, id, isBalance);
    if (values.length === 0) return 'INSUFFICIENT_DATA';
    const isHeldUp = isBalance ? Math.min(...values) < threshold : Math.max(...values) > 0;
    return isHeldUp ? 'ALARM' : 'OK';
  }

  async #values(kind: Ringing['kind'], id: string, isBalance: boolean): Promise<number[]> {
    const { clock, usage } = this.#world;
    const [first, ...others] = (isBalance ? BALANCES : CHECKS)[kind].map((name) => ({
      namespace: kind === 'volume' ? 'AWS/EBS' : 'AWS/EC2',
      name,
      dimensions: this.#dimensionsOf(kind, id, isBalance),
      statistic: isBalance ? ('Minimum' as const) : ('Maximum' as const),
      periodMs: MINUTE_MS,
    })) as [MetricQuery, ...MetricQuery[]];
    const window = { from: clock.now() - (isBalance ? BALANCE_WINDOW_MS : WINDOW_MS), to: clock.now() };
    const series = await usage.port().readMetrics([first, ...others], window);
    return series.flatMap(({ points }) => points.map(({ value }) => value));
  }

  /** Checks of a volume are published with the instance it hangs at. */
  #dimensionsOf(kind: Ringing['kind'], id: string, isBalance: boolean): Record<string, string> {
    if (kind === 'instance') return { InstanceId: id };
    const instance = this.#world.ebs.find(id)?.place.instance?.id;
    return isBalance || instance === undefined ? { VolumeId: id } : { VolumeId: id, InstanceId: instance };
  }

  #tell(value: State): void {
    const { source, resources, detail } = this.#event;
    const timestamp = isoTime(this.#world.clock.now());
    const state = { value, reason: 'Judged by the simulated metrics.', timestamp };
    this.#world.send({
      source,
      'detail-type': this.#event['detail-type'],
      resources,
      detail: { ...detail, previousState: detail['state'], state },
    });
  }
}
