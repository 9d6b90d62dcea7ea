import { type EpochMs, HOUR_MS, MINUTE_MS } from '../clock.ts';
import type { ApproverGroup } from '../config/people.ts';
import { describeFailure } from '../errors.ts';
import { type Fact, known, readFact, unknown } from '../fact.ts';
import type { Slack } from '../ports/slack.ts';
import type { Key, Table } from '../ports/table.ts';

type Groups = readonly Pick<ApproverGroup, 'slackGroups'>[];

/** Somebody who has left a user group may answer no longer than this. */
const MAX_AGE_MS = HOUR_MS;
const REFRESH_AFTER_MS = 10 * MINUTE_MS;
const MAX_KEPT = 2_000;

/**
 * Copies the members of the approvers' user groups into the ledger, at most every ten minutes. For whoever holds the
 * bot token and is about to put a question: the endpoint that faces the Internet holds none. Gives one line for
 * each group that could not be read; its older copy stays until it is too old.
 */
export async function refreshMembers(
  table: Table,
  slack: Pick<Slack, 'groupMembers'>,
  approvers: Groups,
  now: EpochMs,
): Promise<string[]> {
  const refresh = async (group: string): Promise<string[]> => {
    try {
      const item = await table.get(keyOf(group));
      if (now - Number(item?.['at'] ?? 0) < REFRESH_AFTER_MS) return [];
      const members = (await slack.groupMembers(group)).slice(0, MAX_KEPT);
      await table.update(keyOf(group), { set: { members, at: now } }, []);
      return [];
    } catch (error) {
      return [`user group ${group}: ${describeFailure(error)}`];
    }
  };
  return (await Promise.all(groupsOf(approvers).map(refresh))).flat();
}

/** By id of user group. What was not read, or not lately, is unknown and not empty. */
export async function readMembers(
  table: Table,
  approvers: Groups,
  now: EpochMs,
): Promise<ReadonlyMap<string, Fact<readonly string[]>>> {
  const facts = groupsOf(approvers).map(async (group) => [group, await readOne(table, group, now)] as const);
  return new Map(await Promise.all(facts));
}

async function readOne(table: Table, group: string, now: EpochMs): Promise<Fact<readonly string[]>> {
  const read = await readFact('ledger', now, () => table.get(keyOf(group)));
  if (!read.known) return read;
  const at = Number(read.value?.['at'] ?? 0);
  const members = read.value?.['members'];
  if (!Array.isArray(members) || now - at > MAX_AGE_MS)
    return unknown('not read within the hour', 'ledger', now);
  return known(members.map(String), 'ledger', at);
}

function groupsOf(approvers: Groups): string[] {
  return [...new Set(approvers.flatMap(({ slackGroups }) => slackGroups))];
}

function keyOf(group: string): Key {
  return { pk: `SLACKGROUP#${group}`, sk: 'HEAD' };
}
