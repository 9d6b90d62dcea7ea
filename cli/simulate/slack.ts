import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { NOBODY, type People } from '../../shared/config/people.ts';
import type { Simulation } from '../../simulator/simulation.ts';
import { channelText } from '../../simulator/slack-text.ts';
import { plain } from '../output.ts';

const CHANNEL = 'C0SIMULATED';

/** Everything into one channel of a simulated workspace, whatever the config says about Slack. */
export const SIMULATED_PEOPLE: People = {
  ...NOBODY,
  slack: { delivery: 'app', botTokenArn: 'simulated', charts: true },
  routes: NOBODY.routes.map((route) => ({ ...route, channels: [CHANNEL], observeDigestMs: 0 })),
};

/** What the channel shows once everything due has been told, as lines. */
export async function slackLines(simulation: Simulation): Promise<string[]> {
  const { notifier, world } = simulation;
  await world.clock.runUntil(() => notifier === undefined || notifier.lane.pending === 0, {
    limitMs: HOUR_MS,
  });
  await world.clock.advance(MINUTE_MS);
  return channelText(world.slack.messages).map(plain);
}

/** Looks at the channel now and then: what it showed when there were buttons first, for questions that end unanswered. */
export class ButtonsSeen {
  readonly #simulation: Simulation;
  #lines: string[] = [];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  look(): void {
    const { messages } = this.#simulation.world.slack;
    const isAsking = messages.some(({ blocks }) => blocks.some(({ type }) => type === 'actions'));
    if (this.#lines.length === 0 && isAsking) this.#lines = channelText(messages).map(plain);
  }

  get lines(): string[] {
    return this.#lines.length === 0 ? [] : ['When it asked:', ...this.#lines, 'In the end:'];
  }
}
