import type { Complaint } from './check.ts';
import { approversFor } from './effective.ts';
import { lowestOf, modesFor, type SetMode, windowsOver } from './levels.ts';
import type { Config } from './load.ts';
import { didYouMean } from './nearest.ts';
import { formatPath, type PathPart } from './problem.ts';
import { isGlob, overlap, specificity } from './selector.ts';
import { type MaintenanceWindow, neverCloses } from './window.ts';

/** What no option can be blamed for alone. For a config that the schema has accepted. */
export function crossChecks(config: Config): Complaint[] {
  return [
    ...windowChecks(config.global.windows, ['global', 'windows']),
    ...config.clusters.flatMap(({ windows }, index) => windowChecks(windows, ['clusters', index, 'windows'])),
    ...groupChecks(config),
    ...approverChecks(config),
    ...slackChecks(config),
    ...routeChecks(config),
    ...tiedGlobs(config),
    ...unanswerable(config),
  ];
}

function windowChecks(windows: readonly MaintenanceWindow[], at: PathPart[]): Complaint[] {
  const names = windows.map(({ name }) => name);
  return windows.flatMap((window, index) => {
    const first = names.indexOf(window.name);
    const twice = {
      parts: [...at, index, 'name'],
      message: `is the name of ${formatPath([...at, first])} too`,
    };
    const open = {
      parts: [...at, index, 'duration'],
      message:
        'is as long as the time between two begins of `cron`: it would never close; set a mode instead',
    };
    return [...(first < index ? [twice] : []), ...(neverCloses(window) ? [open] : [])];
  });
}

/** Slack ids mean nothing without their workspace. */
function groupChecks({ approvers }: Config): Complaint[] {
  return Object.entries(approvers).flatMap(([name, { slackTeam, slackUsers, slackGroups }]) =>
    slackTeam === undefined && slackUsers.length + slackGroups.length > 0
      ? [
          {
            parts: ['approvers', name, 'slackTeam'],
            message: 'is missing: ids count only within a workspace',
          },
        ]
      : [],
  );
}

function approverChecks(config: Config): Complaint[] {
  const known = Object.keys(config.approvers);
  const check = (names: readonly string[] | undefined, at: PathPart[]) =>
    (names ?? []).flatMap((name, index) =>
      known.includes(name)
        ? []
        : [{ parts: [...at, index], message: `is no group under \`approvers\`${didYouMean(name, known)}` }],
    );
  const inTroubles = (troubles: { [name: string]: Named } | undefined, at: PathPart[]) =>
    Object.entries(troubles ?? {}).flatMap(([name, named]) =>
      check(named?.approvers, [...at, 'troubles', name, 'approvers']),
    );
  return [
    ...check(config.approvals.approvers, ['approvals', 'approvers']),
    ...inTroubles(config.troubles, []),
    ...config.clusters.flatMap(({ approvers, troubles }, index) => [
      ...check(approvers, ['clusters', index, 'approvers']),
      ...inTroubles(troubles, ['clusters', index]),
    ]),
  ];
}

type Named = { approvers?: readonly string[] | undefined } | undefined;

const NEEDED = {
  off: [],
  app: ['team', 'appId', 'botToken', 'signingSecret'],
  webhook: ['webhook'],
} as const;

function slackChecks({ slack, routes }: Config): Complaint[] {
  const missing = NEEDED[slack.delivery].filter((option) => slack[option] === undefined);
  const complaints: Complaint[] = missing.map((option) => ({
    parts: ['slack', option],
    message: `is missing: delivery ${slack.delivery} needs it`,
  }));
  // A webhook posts into the one channel it was made for.
  const isSilent = slack.delivery === 'app' && routes.every(({ channels }) => channels.length === 0);
  return isSilent
    ? [...complaints, { parts: ['routes'], message: 'must name a channel: slack.delivery is app' }]
    : complaints;
}

function routeChecks({ routes }: Config): Complaint[] {
  return routes.flatMap(({ match }, index) => {
    const matchesAll = Object.values(match).every((wanted) => wanted === undefined);
    const isLast = index === routes.length - 1;
    if (matchesAll === isLast) return [];
    const message = isLast
      ? 'must match everything, because it is the last: leave `match` empty'
      : 'matches everything: the routes after it are never reached';
    return [{ parts: ['routes', index, 'match'], message }];
  });
}

/** Two globs of the same weight over one cluster: neither is the nearer one. */
function tiedGlobs({ clusters, lines }: Config): Complaint[] {
  const globs = clusters.flatMap((entry, index) => (isGlob(entry.name) ? [{ entry, index }] : []));
  return globs.flatMap(({ entry, index }) => {
    const rival = globs.find(
      (other) =>
        other.index < index &&
        other.entry.name !== entry.name &&
        specificity(other.entry) === specificity(entry) &&
        overlap(other.entry, entry),
    );
    if (rival === undefined) return [];
    const path = formatPath(['clusters', rival.index, 'name']);
    const message = `can mean the same cluster as ${path} on line ${lines[path]}, and neither is longer`;
    return [{ parts: ['clusters', index, 'name'], message }];
  });
}

/** Mode approve where a webhook tells people, and nobody can answer from the command line either. */
function unanswerable(config: Config): Complaint[] {
  if (config.slack.delivery !== 'webhook') return [];
  const found = scopes(config).flatMap(({ index, trouble }) => {
    const asking = askingLevels(config, index, trouble);
    const canAnswer = approversFor(config, index, trouble).some(
      ({ awsPrincipals }) => awsPrincipals.length > 0,
    );
    return canAnswer ? [] : asking.map(({ path }) => path);
  });
  const message =
    'nobody can answer: a webhook takes no answers, and no group of approvers has awsPrincipals';
  return [...new Set(found)].map((path) => ({ parts: pathParts(path), message }));
}

function scopes(config: Config): { index: number | undefined; trouble: string }[] {
  const entries = [undefined, ...config.clusters.keys()];
  return entries.flatMap((index) => Object.keys(config.troubles).map((trouble) => ({ index, trouble })));
}

/** Where `approve` decides, by itself or while a window is open. */
function askingLevels(config: Config, index: number | undefined, trouble: string): SetMode[] {
  const levels = modesFor(config, index, trouble);
  const windows = windowsOver(config, index).map(({ window, path }) => ({ mode: window.mode, path }));
  const decided = [lowestOf(levels), ...windows.map((window) => lowestOf([...levels, window]))];
  return decided.filter(({ mode }) => mode === 'approve');
}

/** The parts `formatPath` was given; names of troubles hold neither dots nor brackets. */
function pathParts(path: string): PathPart[] {
  return path
    .split(/[.[\]]+/)
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
