import { DAY_MS, type EpochMs, SECOND_MS } from '../clock.ts';
import type { Incident, Question } from '../incident/incident.ts';
import { canonicalJson, planHash, sha256Hex } from '../incident/step-key.ts';
import type { Table } from '../ports/table.ts';

/** What an answer on a message stands for: this question, of this plan, put in this channel. */
export interface Approval {
  /** 32 hex digits; the same question in the same channel always has the same one. */
  id: string;
  incidentId: string;
  generation: number;
  stepKey: string;
  planHash: string;
  /** The same may be asked again, for another reason: a yes to the one is none to the other. */
  askedAt: EpochMs;
  /** Slack channel id. */
  channel: string;
  /** When the question expired as the message was written; a snooze moves it, and what counts is the ledger. */
  until: EpochMs;
}

/** Longer than any snooze: a late click should hear that it is late. */
const KEPT_MS = 7 * DAY_MS;

/** Pure: rendering a message twice gives the same approval. */
export function approvalFor(
  incident: Pick<Incident, 'id' | 'generation'>,
  question: Question,
  channel: string,
): Approval {
  const about = {
    incidentId: incident.id,
    generation: incident.generation,
    stepKey: question.key,
    planHash: planHashOf(question),
    askedAt: question.askedAt,
    channel,
    until: question.expiresAt,
  };
  return { id: idOf(about), ...about };
}

/** Of the plan it was asked with; questions of older versions stand for their own step alone. */
export function planHashOf({ planHash: asked, step }: Question): string {
  return asked ?? planHash({ steps: [step] });
}

/** To be called before the message is posted: a button must never name what nobody can find. */
export async function putApproval(table: Table, approval: Approval): Promise<void> {
  const { id, ...about } = approval;
  const expiresAt = Math.floor((about.until + KEPT_MS) / SECOND_MS);
  await table.putNew({ ...keyOf(id), ...about, expiresAt });
}

/** Undefined when there is none, or when what stands in the row is not what the id was made of. */
export async function readApproval(table: Table, id: string): Promise<Approval | undefined> {
  const item = await table.get(keyOf(id));
  if (item === undefined) return undefined;
  const about = {
    incidentId: String(item['incidentId']),
    generation: Number(item['generation']),
    stepKey: String(item['stepKey']),
    planHash: String(item['planHash']),
    askedAt: Number(item['askedAt']),
    channel: String(item['channel']),
    until: Number(item['until']),
  };
  return idOf(about) === id ? { id, ...about } : undefined;
}

function idOf(about: Omit<Approval, 'id'>): string {
  return sha256Hex(canonicalJson(about)).slice(0, 32);
}

function keyOf(id: string): { pk: string; sk: string } {
  return { pk: `APPROVAL#${id}`, sk: 'HEAD' };
}

/** As long as a signature could be used again: dated 300 s ahead, accepted until 300 s after that. */
const NONCE_MS = 600 * SECOND_MS;

/** True for the first who brings it. */
export async function useNonce(table: Table, nonce: string, now: EpochMs): Promise<boolean> {
  const expiresAt = Math.ceil((now + NONCE_MS) / SECOND_MS);
  return await table.putNew({ pk: `NONCE#${nonce}`, sk: 'HEAD', expiresAt });
}
