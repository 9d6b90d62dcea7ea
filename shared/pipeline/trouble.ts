import type { Action, Permissions } from '../actions/action.ts';
import type { EpochMs } from '../clock.ts';
import type { Ownership } from '../cluster/ownership.ts';
import type { Mode, StandDownController, TroublePolicy } from '../config/policy.ts';
import type { Section } from '../config/section.ts';
import type { DisruptionRequest } from '../incident/disruptions.ts';
import type { Incident } from '../incident/incident.ts';
import type { Plan } from '../incident/plan.ts';
import type { Signal, SignalResult, Subject } from '../incident/signal.ts';
import type { Ports } from '../ports/index.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import type { Envelope } from './envelope.ts';

/**
 * A kind of problem Paramedic treats, as one value. The pipeline is generic over it; `F` are its facts and `P`
 * its section of the config.
 */
export interface Trouble<F = unknown, P = unknown> {
  name: string;
  title: string;
  /** The events it reads, as (source, detail-type). */
  events: readonly EventKind[];
  /** Pure and total. */
  toSignals(event: Envelope): SignalResult;
  /**
   * Pure. Default: open at once. `signals` are those of the open incident and the new one, which is the last; it
   * is asked about the new one alone first.
   */
  trigger?(input: TriggerInput<P>): TriggerDecision;
  /**
   * For events that mean nothing one by one: takes the signals of a batch before any of them is opened or joined,
   * remembers them in the ledger, and answers with the signals worth an incident. When it fails, or a crash comes
   * after it, the whole batch comes again: it must count nothing twice and give the same answer again. Events of
   * such a trouble travel in large batches. Default: every signal is routed by its subject's owner.
   */
  aggregate?(input: AggregateInput<P>): Promise<Aggregated>;
  /**
   * For events that name their subjects only by way of something else, such as an alarm over alarms: the signals of one
   * record with those subjects read and put in their place. When it fails the record comes again.
   */
  expand?(input: { ports: Ports; signals: readonly Signal[] }): Promise<Signal[]>;
  /**
   * Whose the subjects of a batch are, in as few reads as possible; a failed read makes them unknown. Default: subjects
   * are instances, and EC2's tags say it.
   */
  ownersOf?(ports: Ports, subjects: readonly Subject[]): Promise<Map<string, Ownership>>;
  /**
   * Pure. Whether the signal may open an incident; one that may not joins what is open. A trouble that says it gets nothing
   * from signals about what AWS does not have any more: they are ignored (see `unplaced.ts`). Default: they are kept in
   * the dead-letter queue.
   */
  opens?(signal: Signal): boolean;
  /** Its signals are states, of which the newest counts: where they are too many, older ones make room for it. */
  keepsNewest?: true;
  /** Pure. The closed incident dealt with this signal's news already: it is recorded and opens nothing. */
  isExpected?(closed: Incident, signal: Signal): boolean;
  /**
   * Pure. The signal, which is the incident's newest, says that the subject went bad by itself: such subjects are
   * counted, and many at once stop what is done on purpose. Default: never.
   */
  wentBad?(incident: Incident, signal: Signal): boolean;
  /** Reads only. Every failed read becomes an unknown fact. */
  gather(input: GatherInput<P>): Promise<F>;
  /** Pure and total: doing nothing is a plan with reasons. */
  playbook(input: PlaybookInput<F, P>): Plan;
  /** Pure. What the guards need to know about the subject. */
  guardFacts(input: PlaybookInput<F, P>): GuardFacts;
  actions: readonly Action[];
  /** What `gather` reads. */
  reads: Permissions;
  /** What `sweep` reads and changes. */
  sweeps?: Permissions;
  /** The schema of its section of the config file. */
  section: Section;
  /** Reads its section of an effective policy. */
  policyOf(policy: TroublePolicy): P;
  /**
   * Constant work of the sweep for this trouble; returns what it found and did, one line each. The same line is
   * told once a day.
   */
  sweep?(input: SweepInput<P>): Promise<string[]>;
  /**
   * What is so now and no event told of, or none that counted: once in a sweep, for the whole account and Region. The signals
   * go the way of an event's, so they must have its meaning and time: the same news by both ways is one.
   */
  find?(input: FindInput): Promise<Found>;
}

export interface FindInput {
  ports: Ports;
  home: { account: string; region: string };
}

export interface Found {
  signals: Signal[];
  /** For people, e.g. what could not be looked at. */
  lines: string[];
}

export interface EventKind {
  source: string;
  detailType: string;
  /** Its time is short: it travels in the notice lane, which never waits behind anything else. */
  urgent?: true;
}

export interface TriggerInput<P> {
  signals: readonly Signal[];
  policy: P;
  now: EpochMs;
}

export type TriggerDecision =
  | { do: 'open' }
  | { do: 'look-again'; at: EpochMs; why: string }
  | { do: 'nothing'; why: string };

export interface GatherInput<P> {
  ports: Ports;
  incident: Incident;
  policy: P;
}

export interface PlaybookInput<F, P> {
  facts: F;
  /** For its signals and for what was done already: settled steps are not proposed again. */
  incident: Incident;
  policy: P;
  standDownFor: readonly StandDownController[];
  now: EpochMs;
}

export interface Owned {
  is: 'yes' | 'no' | 'unknown';
  why: string;
}

/** Read by `shared/guard/*`; every field says what is true of the subject now. */
export interface GuardFacts {
  /** `yes`: confirmed ours by a second source; `no` and `unknown` refuse. */
  owned: Owned;
  /** Per action name where another rule of ownership holds. */
  ownedOf?: Record<string, Owned>;
  /** Another controller that owns this reaction, or why that could not be found out. */
  standDown: { is: 'no' | 'yes' | 'unknown'; why: string };
  /** AWS is taking the subject anyway: doing nothing does not keep it. */
  taken: boolean;
  /** Configured: in mode `approve`, budget-respecting steps on a node AWS is taking run without asking. */
  gentleRunsInApproveMode: boolean;
  /**
   * Whether the trouble is over for now; read where an action `needsCalm`. `isUntouched`: what was begun has changed
   * nothing yet.
   */
  calm?: { is: 'yes' | 'no' | 'unknown'; why: string; isUntouched?: true };
  /** Acting after this moment is pointless; per action name where they differ. */
  freshUntil: EpochMs;
  freshUntilOf?: Record<string, EpochMs>;
  /** What taking the subject out of service on purpose would cost the cluster; absent when nothing is voluntary. */
  disruption?: Omit<DisruptionRequest, 'incidentId'>;
  /** Every node of the cluster; absent when it was not read. */
  fleet?: readonly FleetNode[];
  /** The subject's group if the subject were taken; null: it is in none; absent: not known. */
  capacity?: GroupCapacity | null;
  /** What independent sources say of the node being lost; absent: nothing rests on it. */
  losses?: readonly LossSignal[];
}

export interface FleetNode {
  /** Instance id. */
  id: string;
  zone: string;
  /** A member of the subject's group. */
  inGroup: boolean;
}

export interface GroupCapacity {
  group: string;
  /** What it should have; a node that we added for the subject does not count. */
  desired: number;
  /** Members that are in service and not NotReady, cordoned or being deleted; without the subject. */
  others: number;
}

export interface LossSignal {
  /** Who says it, e.g. `EC2`: two signals of one source are one. */
  source: string;
  says: 'lost' | 'alive' | 'unknown';
  /** For people, with the source. */
  evidence: string;
}

export interface AggregateInput<P> {
  ports: Ports;
  /** Of one batch, copies included, in any order. */
  signals: readonly Signal[];
  home: { account: string; region: string };
  configuredClusters(): Promise<string[]>;
  policyFor(cluster: ClusterRef): Promise<P>;
  /** This trouble's incident about a subject, open or closed. */
  readIncident(cluster: ClusterRef, subject: Subject): Promise<Incident | undefined>;
}

export interface Aggregated {
  signals: { signal: Signal; cluster: string }[];
  /** What became of the given signals: disposition → how many. */
  dispositions: Record<string, number>;
  /** What was counted and is not worth a signal yet, the most first. For people who wonder why nothing opened. */
  below: Below[];
  /** What could not be read and was done without, for the log. */
  unread: string[];
}

/** A cause that has not reached its threshold. */
export interface Below {
  cause: string;
  /** A cluster's name, or ACCOUNT_SCOPE. */
  cluster: string;
  /** Within `windowMs`. */
  count: number;
  /** As many within `windowMs` open an incident. */
  openAt: number;
  windowMs: number;
}

export interface SweepInput<P> {
  ports: Ports;
  /** The cluster this call is about; the sweep calls once per cluster. */
  cluster: ClusterRef;
  policy: P;
  mode: Mode;
  /** This trouble's unfinished incidents in this cluster, as the sweep found them. */
  openIncidents: readonly Incident[];
  readIncident(id: string): Promise<Incident | undefined>;
  /** Takes a signal of the sweep's own to its incident, as if an event had brought it. */
  open(signal: Signal): Promise<string>;
  /**
   * Ask before every mutation: reads the stop switch strongly and, if it is clear, writes the intent into the
   * incident's history. False: report, change nothing.
   */
  authorise(incidentId: string, what: string): Promise<boolean>;
}
