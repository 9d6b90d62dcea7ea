import { DAY_MS, type EpochMs, MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import { PortError } from '../../../shared/errors.ts';
import type { QuotaId, QuotaRequest } from '../../../shared/ports/quotas.ts';
import type { Condition, Item, Key, Table } from '../../../shared/ports/table.ts';
import type { Place } from '../keys.ts';

/**
 * The last time Paramedic asked for a quota, whichever incident of whichever cluster it was for: a quota belongs to
 * the account and region.
 */
export interface Asked {
  /**
   * `asking`: written before the call, so that it may have been made or not; `asked`: AWS gave it an id; `refused`:
   * AWS did not take it; `withdrawn`: it was certainly not made.
   */
  state: 'asking' | 'asked' | 'refused' | 'withdrawn';
  /** When the call was about to be made, the last time if it was repeated. */
  at: EpochMs;
  incidentId: string;
  generation: number;
  desired: number;
  requestId?: string;
}

export type AskHolder = Pick<Asked, 'incidentId' | 'generation'>;

export type AskClaim =
  /** Ask now, and settle it. */
  | { is: 'mine'; asked: Asked }
  /** This incident asked already, and AWS gave it this id. */
  | { is: 'made'; requestId: string }
  /** Another incident is about to ask: in a moment its request is open. */
  | { is: 'busy'; asked: Asked }
  /** Asked within the period. */
  | { is: 'soon'; asked: Asked }
  /** Something ended between this row and the call, or after the call: nobody can say which. */
  | { is: 'unsure'; asked: Asked };

/**
 * AWS ends no request within two minutes of it: until then one that was made is among the open ones. Where none is,
 * it was not made and may be made now; later it may have been made and have ended, and is not made again before the
 * period is over.
 */
export const CERTAIN_MS = 2 * MINUTE_MS;
/** Longer than any period of the config. */
const KEPT_MS = 100 * DAY_MS;
const MAX_LOST_RACES = 3;

/** Undefined: never, as far as anybody remembers. */
export async function readAsked(table: Table, place: Place, quota: QuotaId): Promise<Asked | undefined> {
  const item = await table.get(keyOf(place, quota));
  return item === undefined ? undefined : askedOf(item);
}

/** When Paramedic may have asked last, for the decision; null: never. */
export function lastAskedAt(asked: Asked | undefined): EpochMs | null {
  return asked === undefined || asked.state === 'withdrawn' ? null : asked.at;
}

/**
 * Writes by compare-and-set that this incident asks now, so that of any number of incidents at once one does. Call it
 * only after the open requests and the quota's value were read and neither of them says that it was asked for.
 */
export async function claimAsk(
  table: Table,
  about: { place: Place; quota: QuotaId },
  claim: AskHolder & { desired: number; now: EpochMs; every: number },
): Promise<AskClaim> {
  const { now, every, ...mine } = claim;
  const key = keyOf(about.place, about.quota);
  for (let race = 0; race < MAX_LOST_RACES; race++) {
    const item = await table.get(key);
    const known = item === undefined ? undefined : askedOf(item);
    const held = known === undefined ? undefined : heldClaim(known, { ...claim });
    if (held !== undefined) return held;
    const asked: Asked = { ...mine, state: 'asking', at: now };
    if (await write(table, key, asked, known)) return { is: 'mine', asked };
  }
  throw new PortError('conflict', 'who asks for the quota changed while it was written', {
    operation: 'claim quota request',
  });
}

/** What became of a claim. Does nothing when the row is not this claim's any more. */
export async function settleAsk(
  table: Table,
  { place, quota }: { place: Place; quota: QuotaId },
  asked: Asked,
  became: { state: 'asked'; requestId: string } | { state: 'refused' | 'withdrawn' },
): Promise<void> {
  await write(table, keyOf(place, quota), { ...asked, ...became }, asked);
}

/**
 * A request is open: whether it is one of Paramedic's. This incident's own unfinished claim gets its id, or is
 * withdrawn: with somebody else's request open AWS took none of ours.
 */
export async function adoptOpen(
  table: Table,
  about: { place: Place; quota: QuotaId },
  { open, ...holder }: AskHolder & { open: Pick<QuotaRequest, 'id' | 'desired'> },
): Promise<{ isOurs: boolean }> {
  const asked = await readAsked(table, about.place, about.quota);
  if (asked?.state !== 'asking') return { isOurs: asked?.requestId === open.id };
  const isOurs = open.desired === asked.desired;
  const became = isOurs
    ? ({ state: 'asked', requestId: open.id } as const)
    : ({ state: 'withdrawn' } as const);
  if (isHeldBy(asked, holder)) await settleAsk(table, about, asked, became);
  return { isOurs };
}

function isHeldBy(asked: AskHolder, { incidentId, generation }: AskHolder): boolean {
  return asked.incidentId === incidentId && asked.generation === generation;
}

/** Undefined: it is free to be claimed. */
function heldClaim(asked: Asked, { now, every, ...holder }: AskHolder & { now: EpochMs; every: number }) {
  if (asked.state === 'withdrawn' || now >= asked.at + every) return undefined;
  const isMine = isHeldBy(asked, holder);
  if (asked.state === 'asking') {
    if (now - asked.at >= CERTAIN_MS) return { is: 'unsure', asked } as const;
    return isMine ? undefined : ({ is: 'busy', asked } as const);
  }
  const { requestId } = asked;
  if (isMine && requestId !== undefined) return { is: 'made', requestId } as const;
  return { is: 'soon', asked } as const;
}

async function write(table: Table, key: Key, asked: Asked, before: Asked | undefined): Promise<boolean> {
  const expiresAt = Math.ceil((asked.at + KEPT_MS) / SECOND_MS);
  const { requestId, ...rest } = asked;
  const set = { ...rest, ...(requestId !== undefined && { requestId }), mark: markOf(asked), expiresAt };
  const remove = requestId === undefined ? ['requestId'] : [];
  const unchanged: Condition =
    before === undefined
      ? { attribute: 'mark', is: 'missing' }
      : { attribute: 'mark', is: 'equal', value: markOf(before) };
  return await table.update(key, { set, remove }, [unchanged]);
}

function markOf({ incidentId, generation, at, state }: Asked): string {
  return `${incidentId}#${generation}#${at}#${state}`;
}

function askedOf(item: Item): Asked {
  const { state, requestId } = item;
  const asked = {
    state: state as Asked['state'],
    at: Number(item['at']),
    incidentId: String(item['incidentId']),
    generation: Number(item['generation']),
    desired: Number(item['desired']),
  };
  return requestId === undefined ? asked : { ...asked, requestId: String(requestId) };
}

function keyOf({ account, region }: Place, { service, code }: QuotaId): Key {
  return { pk: `QUOTA#${account}/${region}`, sk: `${service}/${code}` };
}
