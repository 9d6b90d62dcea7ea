import type { People, Route } from '../config/people.ts';
import { includes } from '../config/selector.ts';
import type { Incident } from '../incident/incident.ts';

/** What stands in the outbox for the one channel that an incoming webhook posts to. */
export const WEBHOOK_CHANNEL = 'webhook';

/** The first route that matches. The last of a config matches everything; without one nobody is told. */
export function routeOf({ routes }: Pick<People, 'routes'>, incident: Incident): Route | undefined {
  const severity = incident.plan?.severity ?? 'info';
  return routes.find(({ match }) => {
    const isCluster = (glob: string) => includes({ name: glob }, { name: incident.cluster.name });
    return (
      (match.severity?.includes(severity) ?? true) &&
      (match.cluster?.some(isCluster) ?? true) &&
      (match.trouble?.includes(incident.trouble) ?? true)
    );
  });
}

/** Whether anything may go to this channel as the config is now. Switched off, nothing is told and nothing lost. */
export function isServed(people: Pick<People, 'slack' | 'routes'>, channel: string): boolean {
  if (people.slack.delivery === 'off') return true;
  return people.routes.some((route) => channelsFor(people, route).includes(channel));
}

/** Where this delivery puts what the route sends to `channels`. A webhook knows its one channel alone. */
export function channelsFor({ slack }: Pick<People, 'slack'>, { channels }: Route): string[] {
  if (slack.delivery === 'off') return [];
  return slack.delivery === 'webhook' ? [WEBHOOK_CHANNEL] : [...new Set(channels)];
}
