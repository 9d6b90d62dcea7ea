import { MINUTE_MS, SECOND_MS } from '../shared/clock.ts';
import type { People } from '../shared/config/people.ts';
import { notifierEnvironment } from '../shared/notify/delivery.ts';
import { notifier } from '../shared/notify/notifier.ts';
import { risksOf } from '../shared/notify/risks.ts';
import type { Environment } from '../shared/pipeline/environment.ts';
import type { Trouble } from '../shared/pipeline/trouble.ts';
import type { HintQueue } from '../shared/ports/notifier.ts';
import type { Gate } from './gate.ts';
import { type Consumer, Lane, type LaneOptions } from './lane.ts';
import { Process } from './process.ts';
import { simulatedHints, simulatedPeople } from './slack-ports.ts';
import type { World } from './world.ts';

/** As `serverless.yml` and `deploy/template/notifier.yml` set them. */
export const NOTIFIER: Omit<LaneOptions, 'clock' | 'consumer'> = {
  timeoutMs: MINUTE_MS,
  visibilityMs: 6 * MINUTE_MS,
  maxReceives: 20,
  maxConcurrency: 2,
  batchWindowMs: SECOND_MS,
};

interface NotifierOptions {
  world: World;
  troubles: readonly Trouble[];
  people: () => People;
  environment(process: Process): Environment;
  gate(process: Process): Gate;
}

/** The deployed notifier: subscribed to the topic, a queue of its own, a fresh process for every batch. */
export class SimulatedNotifier {
  readonly lane: Lane;
  readonly #options: NotifierOptions;

  constructor(options: NotifierOptions) {
    this.#options = options;
    const { clock, topic } = options.world;
    this.lane = new Lane({ ...NOTIFIER, name: 'notifier', clock, consumer: () => this.#consumer() });
    // The subscription's filter: alarms and sweep reports name no incident.
    topic.subscribe(({ body, attributes }) => {
      if (attributes['incident'] !== undefined) this.lane.sendWith(body, attributes);
    });
  }

  /** As another function of the deployment reaches the queue. */
  hints(process: Process): HintQueue {
    return simulatedHints(this.lane, this.#options.gate(process));
  }

  #consumer(): Consumer {
    const { world, environment, gate, troubles } = this.#options;
    const process = new Process('notifier');
    const ports = simulatedPeople(world, gate(process));
    const receive = notifier(
      notifierEnvironment(environment(process), ports, this.hints(process), risksOf(troubles)),
    );
    return { receive, dead: process.dead };
  }
}
