import { type Clock, DAY_MS, type EpochMs, isoTime, SECOND_MS } from '../clock.ts';
import { PortError } from '../errors.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import type { Item, Key, Table, Value } from '../ports/table.ts';
import { type Accepted, acceptSignal } from './accept.ts';
import type { Incident } from './incident.ts';
import { incidentId } from './keys.ts';
import type { Signal, Subject } from './signal.ts';

/** One line of an incident's append-only history. */
export interface HistoryEntry {
  at: EpochMs;
  kind: string;
  text: string;
  by?: string;
}

/** This run was replaced, or its incident closed: it must stop without touching anything. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

const HEAD = 'HEAD';
const OPEN = 'OPEN';
const RETENTION_MS = 400 * DAY_MS;
/** Contention is a receive, a run and an answer at once; anything beyond this is a fault, not a race. */
const MAX_LOST_RACES = 12;

/**
 * The only truth. One row per incident changed by compare-and-set on `version`, history rows that are only
 * ever added. See docs/decisions/0004-ledger-table.md.
 */
export class Ledger {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async readIncident(id: string): Promise<Incident | undefined> {
    const item = await this.#table.get(headKey(id));
    return item === undefined ? undefined : incidentOf(item);
  }

  /** That generation: as it is now, or as it ended before a newer one took its row. */
  async readGeneration(id: string, generation: number): Promise<Incident | undefined> {
    const newest = await this.readIncident(id);
    if (newest === undefined || newest.generation === generation) return newest;
    const item = await this.#table.get(generationKey(id, generation));
    return item === undefined ? undefined : incidentOf(item);
  }

  /** Opens, reopens or joins; a duplicate or late copy writes nothing. Lost races are tried again. */
  async accept(signal: Signal, about: AcceptAbout): Promise<Accepted> {
    const id = incidentId(about.trouble, about.cluster, signal.subject);
    for (let race = 0; race < MAX_LOST_RACES; race++) {
      const item = await this.#table.get(headKey(id));
      const current = item === undefined ? undefined : incidentOf(item);
      const accepted = acceptSignal(current, signal, { ...about, now: this.#clock.now() });
      if (accepted.incident === current) return accepted;
      if (accepted.disposition === 'reopened' && current !== undefined) await this.#keepGeneration(current);
      if (await this.#write(item, accepted.incident)) return accepted;
    }
    throw lostTooOften('accept signal', id);
  }

  /**
   * Changes the incident for one run. `change` may be called again after a lost race and must be pure; returning
   * the same object writes nothing. Throws `Superseded` when the run is no longer the incident's own.
   */
  async change(run: RunRef, change: (incident: Incident) => Incident): Promise<Incident> {
    return await this.#changeIf(run.incidentId, (incident) => {
      assertCurrent(incident, run);
      return change(incident);
    });
  }

  /** As `change`, for those that are not a run: answers, sweep, wake bookkeeping. */
  async changeAny(id: string, change: (incident: Incident) => Incident): Promise<Incident> {
    return await this.#changeIf(id, change);
  }

  async #changeIf(id: string, change: (incident: Incident) => Incident): Promise<Incident> {
    for (let race = 0; race < MAX_LOST_RACES; race++) {
      const item = await this.#table.get(headKey(id));
      if (item === undefined) throw new Superseded(`no incident ${id}`);
      const current = incidentOf(item);
      const next = change(current);
      if (next === current) return current;
      if (await this.#write(item, next)) return next;
    }
    throw lostTooOften('change incident', id);
  }

  async #write(before: Item | undefined, incident: Incident): Promise<boolean> {
    if (before === undefined) return await this.#table.putNew({ ...headItem(incident), version: 1 });
    const { pk, sk, ...attributes } = headItem(incident);
    const version = Number(before['version']);
    const remove = ['openPk', 'openSk', 'expiresAt'].filter((name) => !(name in attributes));
    return await this.#table.update({ pk, sk }, { set: { ...attributes, version: version + 1 }, remove }, [
      { attribute: 'version', is: 'equal', value: version },
    ]);
  }

  /** The closed generation, as it was, before a new one takes its row. */
  async #keepGeneration(closed: Incident): Promise<void> {
    await this.#table.putNew({
      ...generationKey(closed.id, closed.generation),
      incident: asValue(closed),
      ...expiry(this.#clock),
    });
  }

  /** Adds one line. `entryId` makes a repeated append the same line. */
  async append(id: string, entryId: string, entry: Omit<HistoryEntry, 'at'>): Promise<void> {
    const item = { pk: headKey(id).pk, sk: `H#${entryId}`, at: this.#clock.now(), ...definedValues(entry) };
    await this.#table.putNew({ ...item, ...expiry(this.#clock) });
  }

  async history(id: string): Promise<HistoryEntry[]> {
    const items = await this.#table.query(headKey(id).pk, 'H#');
    return items.map(historyOf).toSorted((left, right) => left.at - right.at);
  }

  /** Incidents that are open or that people have not heard the end of. From an index: may lag by seconds. */
  async listOpen(): Promise<Incident[]> {
    const items = await this.#table.queryOpen(OPEN);
    return items.map(incidentOf);
  }

  /** Remembers which cluster a subject was in, for events that arrive after EC2 has forgotten it. */
  async rememberOwner(subject: Subject, cluster: ClusterRef): Promise<void> {
    await this.#table.putNew({ ...subjectKey(subject), cluster: asValue(cluster), ...expiry(this.#clock) });
  }

  async ownerOf(subject: Subject): Promise<ClusterRef | undefined> {
    const item = await this.#table.get(subjectKey(subject));
    return item === undefined ? undefined : (item['cluster'] as unknown as ClusterRef);
  }
}

export interface AcceptAbout {
  trouble: string;
  cluster: ClusterRef;
  /** See `Trouble.isExpected`. */
  isExpected?: (closed: Incident, signal: Signal) => boolean;
  /** See `Trouble.keepsNewest`. */
  keepsNewest?: boolean;
}

/** Which run of which incident is writing. */
export interface RunRef {
  incidentId: string;
  generation: number;
  attempt: number;
}

function assertCurrent(incident: Incident, run: RunRef): void {
  const current = incident.generation === run.generation && incident.attempt === run.attempt;
  if (!current) throw new Superseded(`${run.incidentId}: superseded by generation ${incident.generation}`);
  if (incident.status === 'closed') throw new Superseded(`${run.incidentId}: closed`);
}

function headKey(id: string): { pk: string; sk: string } {
  return { pk: `INC#${id}`, sk: HEAD };
}

function generationKey(id: string, generation: number): { pk: string; sk: string } {
  return { pk: headKey(id).pk, sk: `G#${String(generation).padStart(4, '0')}` };
}

function subjectKey(subject: Subject): { pk: string; sk: string } {
  return { pk: `SUBJECT#${subject.kind}/${subject.id}`, sk: HEAD };
}

/** Without `undefined` anywhere. In the index while there is work: a run to finish, or an ending people have not heard. */
function headItem(incident: Incident): Key & Record<string, Value> {
  const head = { ...headKey(incident.id), incident: asValue(incident) };
  const isClosed = incident.status === 'closed';
  const closing = isClosed ? { expiresAt: secondsAfter(incident.closedAt ?? 0) } : {};
  if (isClosed && incident.announced >= incident.announce) return { ...head, ...closing };
  const due = incident.waiting?.until ?? incident.openedAt;
  return { ...head, ...closing, openPk: OPEN, openSk: `${isoTime(due)}#${incident.id}` };
}

function expiry(clock: Clock): { expiresAt: number } {
  return { expiresAt: secondsAfter(clock.now()) };
}

function secondsAfter(at: EpochMs): number {
  return Math.floor((at + RETENTION_MS) / SECOND_MS);
}

function incidentOf(item: Item): Incident {
  return item['incident'] as unknown as Incident;
}

function historyOf(item: Item): HistoryEntry {
  const { at, kind, text, by } = item;
  const entry = { at: Number(at), kind: String(kind), text: String(text) };
  return by === undefined ? entry : { ...entry, by: String(by) };
}

/** Drops `undefined`, which DynamoDB cannot store, at every depth. */
function asValue(value: unknown): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

function definedValues(attributes: object): Record<string, Value> {
  return asValue(attributes) as Record<string, Value>;
}

function lostTooOften(operation: string, id: string): PortError {
  return new PortError('conflict', `${id} changed ${MAX_LOST_RACES} times while being written`, {
    operation,
  });
}
