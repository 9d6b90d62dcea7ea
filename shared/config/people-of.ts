import type { Config } from './load.ts';
import { NOBODY, type People, type Route, type SlackSettings } from './people.ts';
import type { RouteValues } from './schema-routes.ts';

/** Who is told, where and how. Pure. */
export function peopleOf(config: Config): People {
  const { routes, consoleUrl, global } = config;
  return {
    slack: slackOf(config.slack),
    routes: routes.length === 0 ? NOBODY.routes : routes.map(routeOf),
    consoleUrl,
    timezone: global.timezone,
  };
}

function slackOf({
  delivery,
  team,
  appId,
  botToken,
  signingSecret,
  webhook,
  charts,
}: Config['slack']): SlackSettings {
  return {
    delivery,
    ...(team !== undefined && { team }),
    ...(appId !== undefined && { appId }),
    ...(botToken !== undefined && { botTokenArn: botToken }),
    ...(signingSecret !== undefined && { signingSecretArn: signingSecret }),
    ...(webhook !== undefined && { webhookArn: webhook }),
    ...(charts && { charts }),
  };
}

function routeOf({ match, channels, groupWithin, stormAfter, observeDigest }: RouteValues): Route {
  const { severity, cluster, trouble } = match;
  return {
    match: {
      ...(severity !== undefined && { severity }),
      ...(cluster !== undefined && { cluster }),
      ...(trouble !== undefined && { trouble }),
    },
    channels,
    groupWithinMs: groupWithin,
    stormAfter,
    observeDigestMs: observeDigest,
  };
}
