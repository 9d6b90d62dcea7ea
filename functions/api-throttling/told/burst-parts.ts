import { type EpochMs, isoTime } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import type { BurstFacts } from '../reading/burst-facts.ts';
import type { PodFailures } from '../reading/pod-failures.ts';
import type { Situation } from '../situation.ts';

const PULLS = 'image pulls over the kubelet’s own rate ("pull QPS exceeded")';
const SANDBOXES = 'pods without a sandbox';

/** What went wrong in the same minutes, in the order in which it is worth mending. */
export function contributions(facts: BurstFacts, situation: Situation, began: EpochMs): string[] {
  return [
    ...throttled(situation),
    ...pulled(facts),
    ...sandboxed(facts, began),
    ...waiting(facts),
    ...rejected(facts),
  ].map((text, index) => `contributes, ${index + 1}: ${text}`);
}

function throttled({ group, peak }: Situation): string[] {
  const services = [...new Set(group.rows.map(({ call }) => call.service))].toSorted();
  if (services.length === 0) return [];
  return [`throttled calls of ${services.join(', ')}: ${peak.count}; for settings and limits see below`];
}

function pulled({ pulls }: BurstFacts): string[] {
  if (!pulls.known || pulls.value.times === 0) return [];
  return [`${PULLS}: ${seen(pulls.value)}; registryPullQPS of new nodes is 5 a second unless it is set`];
}

function sandboxed({ sandbox }: BurstFacts, began: EpochMs): string[] {
  if (!sandbox.known || sandbox.value.first === undefined) return [];
  const { withoutAddress, first } = sandbox.value;
  const order =
    first >= began
      ? `since ${isoTime(first)}, after the throttling began`
      : `since ${isoTime(first)}, before the throttling began: it is not the only reason`;
  return [`${SANDBOXES}: ${seen(sandbox.value)}, ${withoutAddress} without an address, ${order}`];
}

function waiting({ waiting: pods }: BurstFacts): string[] {
  if (!pods.known || pods.value.pods === 0) return [];
  return [`${pods.value.pods} pods do not run yet on ${pods.value.nodes} of the new nodes`];
}

function rejected({ apiServer }: BurstFacts): string[] {
  if (!apiServer.rejected.known || apiServer.rejected.value.total === 0) return [];
  return [`API server: ${apiServer.rejected.value.total} answers 429${seatsText(apiServer.seats)}`];
}

/** What was looked for and is not there. */
export function ruledOut({ sandbox, pulls, apiServer }: BurstFacts): string[] {
  const { rejected: refused, seats } = apiServer;
  return [
    ...(isAbsent(pulls) ? [`ruled out: ${PULLS}: no Event of it`] : []),
    ...(isAbsent(sandbox) ? [`ruled out: ${SANDBOXES}: no Event FailedCreatePodSandBox`] : []),
    ...(refused.known && refused.value.total === 0
      ? [`ruled out: API server: no 429s${seatsText(seats)}`]
      : []),
  ];
}

function isAbsent(failures: Fact<PodFailures>): boolean {
  return failures.known && failures.value.times === 0 && !failures.value.isPage;
}

/** One line for each reason, with everything that it hides. */
export function unknownParts(facts: BurstFacts): string[] {
  const { nodes, claims, launches, sandbox, pulls, waiting: pods, apiServer } = facts;
  const all: Fact<unknown>[] = [nodes, claims, launches, sandbox, pulls, pods];
  const unread = [...all, apiServer.rejected, apiServer.seats].filter((fact) => !fact.known);
  const byReason = Map.groupBy(unread, ({ why }) => why);
  return [
    ...[...byReason].map(([why, hidden]) => `unknown: ${sourcesOf(hidden)}: ${why}`),
    ...[sandbox, pulls].flatMap((fact) =>
      fact.known && fact.value.times === 0 && fact.value.isPage
        ? [`unknown: ${fact.source}: none in the Events that were read, which are not all`]
        : [],
    ),
  ];
}

function sourcesOf(facts: readonly Fact<unknown>[]): string {
  return [...new Set(facts.map(({ source }) => source))].join(', ');
}

function seen({ times, pods, isPage }: PodFailures): string {
  return `${isPage ? 'at least ' : ''}${times} times, ${pods} pods`;
}

function seatsText(seats: BurstFacts['apiServer']['seats']): string {
  return seats.known ? `, at most ${seats.value.peak.value} seats in use` : '';
}
