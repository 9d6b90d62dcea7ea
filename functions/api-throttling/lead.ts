import { DAY_MS, type EpochMs, SECOND_MS } from '../../shared/clock.ts';
import { PortError } from '../../shared/errors.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Ports } from '../../shared/ports/index.ts';
import type { Item, Key } from '../../shared/ports/table.ts';
import { VITAL } from './groups.ts';
import { type Place, ratePk } from './keys.ts';
import { LOOK_BACK_MS } from './news.ts';

/** Whose incident stands for all causes of a cluster that are throttled at the same time. */
export interface Lead {
  cause: string;
  /** That incident, while it is open. */
  incident: Incident | undefined;
  /** When the incident before it closed, 0 where there was none: calls of before belong to that one. */
  endedAt: EpochMs;
}

/** A cause over its threshold, with its own incident if it ever had one. */
export interface Candidate {
  cause: string;
  count: number;
  incident: Incident | undefined;
}

interface Choice {
  cause: string;
  /** The first generation of the cause's incident that this choice is about. */
  generation: number;
  chosenAt: EpochMs;
  endedAt: EpochMs;
}

export interface LeadInput {
  ports: Pick<Ports, 'table' | 'clock'>;
  place: Place;
  cluster: string;
  /** Those over the threshold by calls that do not belong to an incident which closed then. */
  candidates(endedAt: EpochMs): readonly Candidate[];
  readIncident(cause: string): Promise<Incident | undefined>;
}

const KEPT_MS = 90 * DAY_MS;
/** As many receivers as run at once, and one to spare. */
const MAX_RACES = 3;

/**
 * The choice is a row of the ledger, so that two receivers choose the same and a batch that comes again after a crash
 * finds what it chose before. It holds while its incident is open, or is about to be opened. Undefined where everything
 * was told in an incident that has closed.
 */
export async function leadOf(input: LeadInput): Promise<Lead | undefined> {
  for (let race = 0; race < MAX_RACES; race++) {
    const now = input.ports.clock.now();
    const known = choiceIn(await input.ports.table.get(keyOf(input)));
    const incident = known === undefined ? undefined : await input.readIncident(known.cause);
    if (known !== undefined && holds(known, incident, input, now)) return leadFrom(known, incident);
    const endedAt = Math.max(known?.endedAt ?? 0, closedAtOf(known, incident));
    const candidate = input.candidates(endedAt).toSorted(firstOf)[0];
    if (candidate === undefined) return undefined;
    const chosen = { ...choiceOf(candidate), chosenAt: now, endedAt };
    if (await remember(input, known, chosen)) return leadFrom(chosen, candidate.incident);
  }
  const operation = 'choose lead';
  throw new PortError('conflict', `${input.cluster} changed while being written`, { operation });
}

/** Open; or chosen and not opened yet, by a receiver that is at it or that crashed and will come again. */
function holds(
  { cause, generation, chosenAt, endedAt }: Choice,
  incident: Incident | undefined,
  { candidates }: LeadInput,
  now: EpochMs,
): boolean {
  if (incident !== undefined && incident.generation >= generation) return incident.status === 'open';
  return chosenAt > now - LOOK_BACK_MS || candidates(endedAt).some((each) => each.cause === cause);
}

/** Whose incident is open already, else who is vital, else the strongest, else by name. */
function firstOf(left: Candidate, right: Candidate): number {
  return rankOf(right) - rankOf(left) || right.count - left.count || (left.cause < right.cause ? -1 : 1);
}

function rankOf({ cause, incident }: Candidate): number {
  return 2 * Number(incident?.status === 'open') + Number(VITAL.has(cause));
}

function choiceOf({ cause, incident }: Candidate): Pick<Choice, 'cause' | 'generation'> {
  const isOpen = incident?.status === 'open';
  return { cause, generation: (incident?.generation ?? 0) + (isOpen ? 0 : 1) };
}

function closedAtOf(known: Choice | undefined, incident: Incident | undefined): EpochMs {
  if (known === undefined || incident === undefined || incident.generation < known.generation) return 0;
  return incident.closedAt ?? 0;
}

function leadFrom({ cause, endedAt }: Choice, incident: Incident | undefined): Lead {
  return { cause, endedAt, incident: incident?.status === 'open' ? incident : undefined };
}

async function remember(input: LeadInput, known: Choice | undefined, chosen: Choice): Promise<boolean> {
  const { table } = input.ports;
  const expiresAt = Math.ceil((chosen.chosenAt + KEPT_MS) / SECOND_MS);
  if (known === undefined) return await table.putNew({ ...keyOf(input), ...chosen, expiresAt });
  return await table.update(keyOf(input), { set: { ...chosen, expiresAt } }, [
    { attribute: 'cause', is: 'equal', value: known.cause },
    { attribute: 'generation', is: 'equal', value: known.generation },
  ]);
}

function choiceIn(item: Item | undefined): Choice | undefined {
  if (item === undefined) return undefined;
  const { cause, generation, chosenAt, endedAt } = item;
  return {
    cause: String(cause),
    generation: Number(generation),
    chosenAt: Number(chosenAt),
    endedAt: Number(endedAt),
  };
}

function keyOf({ place, cluster }: LeadInput): Key {
  return { pk: `LEAD#${ratePk(place)}`, sk: cluster };
}
