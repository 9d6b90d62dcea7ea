import { humanDuration, SECOND_MS } from '../../shared/clock.ts';
import { policyFor } from '../../shared/config/effective.ts';
import type { Config } from '../../shared/config/load.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { HistoryEntry } from '../../shared/incident/ledger.ts';
import type { Trouble } from '../../shared/pipeline/trouble.ts';
import { Simulation } from '../../simulator/simulation.ts';
import { World } from '../../simulator/world.ts';
import type { WorldSpec } from '../../simulator/world-file.ts';
import { plain } from '../output.ts';
import { SIMULATED_PEOPLE, slackLines } from '../simulate/slack.ts';
import { timeOfDay } from '../simulate/text.ts';

export interface DemoInput {
  world: WorldSpec;
  config: { config: Config; hash: string };
  troubles: readonly Trouble[];
  /** Which machine Spot takes, as `World.instance` understands it. */
  victim: string;
  print(line: string): void;
  /** Prints what a Slack channel shows once it is over. */
  slack?: boolean;
  /** Called after each virtual second, so that people can follow. */
  pause(): Promise<void>;
}

const LIMIT_MS = 10 * 60 * SECOND_MS;

/** Plays one Spot reclaim on the fleet, second by second, and answers with the incident as it ended. */
export async function playDemo(input: DemoInput): Promise<Incident | undefined> {
  const world = new World(input.world);
  const simulation = new Simulation({
    world,
    troubles: input.troubles,
    policyFor: (cluster, trouble) => policyFor(input.config, cluster, trouble, world.clock.now()),
    ...(input.slack === true && { people: () => SIMULATED_PEOPLE }),
  });
  await world.clock.advance(60 * SECOND_MS);
  const { id, privateDnsName: name, zone } = world.instance(input.victim);
  introduce(input, world, name);
  world.interrupt(id);
  say(input, world, 'aws', `Spot takes ${id} (${name}, ${zone}) back in 2 m 00 s`);
  const teller = new Teller(input, simulation, name);
  const until = world.clock.now() + LIMIT_MS;
  while (world.clock.now() < until && !(await teller.isOver())) {
    await world.clock.advance(SECOND_MS);
    await teller.tell();
    await input.pause();
  }
  const [incident] = await simulation.incidents();
  if (input.slack === true) {
    for (const line of ['', 'In Slack:', ...(await slackLines(simulation))]) input.print(line);
  }
  return incident;
}

function introduce({ print }: DemoInput, world: World, name: string): void {
  const nodes = world.nodes();
  const pods = nodes.reduce((sum, node) => sum + node.pods.length, 0);
  const mine = nodes.find((node) => node.name === name)?.pods.length ?? 0;
  print(`A simulated fleet: ${nodes.length} nodes, ${pods} pods. ${mine} of them run on ${name}.`);
  print('');
}

function say({ print }: DemoInput, world: World, who: string, text: string): void {
  print(plain(`${timeOfDay(world.clock.now())}  ${who.padEnd(9)} ${text}`));
}

/** Prints what is new since the last look: the ledger's history, and the node emptying. */
class Teller {
  readonly #input: DemoInput;
  readonly #simulation: Simulation;
  readonly #node: string;
  #told = 0;
  #left: number;

  constructor(input: DemoInput, simulation: Simulation, node: string) {
    this.#input = input;
    this.#simulation = simulation;
    this.#node = node;
    this.#left = this.#podsLeft();
  }

  async isOver(): Promise<boolean> {
    const [incident] = await this.#simulation.incidents();
    return incident?.status === 'closed' && this.#simulation.isSettled();
  }

  async tell(): Promise<void> {
    const { world } = this.#simulation;
    for (const entry of await this.#news()) {
      this.#input.print(plain(`${timeOfDay(entry.at)}  ${entry.kind.padEnd(9)} ${entry.text}`));
    }
    const left = this.#podsLeft();
    if (left !== this.#left) say(this.#input, world, 'pods', `${this.#bar(left)} ${left} left on the node`);
    this.#left = left;
  }

  async #news(): Promise<HistoryEntry[]> {
    const { world, ledger } = this.#simulation;
    const [incident] = await this.#simulation.incidents();
    if (incident === undefined) return [];
    const history = await world.clock.run(ledger.history(incident.id));
    const news = history.slice(this.#told);
    this.#told = history.length;
    return news;
  }

  #podsLeft(): number {
    return this.#simulation.world.nodes().find((node) => node.name === this.#node)?.pods.length ?? 0;
  }

  #bar(left: number): string {
    return '#'.repeat(Math.min(40, left)).padEnd(12, '.');
  }
}

/** The last lines: how it ended and how long it took. */
export function describeEnd(incident: Incident): string[] {
  const { outcome, openedAt, closedAt } = incident;
  const took = closedAt === undefined ? '' : ` in ${humanDuration(closedAt - openedAt)}`;
  if (outcome === undefined) return ['not over'];
  return [
    `${outcome.kind.toUpperCase()}${took}: ${outcome.summary}`,
    ...outcome.details.map((line) => `  - ${line}`),
  ].map(plain);
}
