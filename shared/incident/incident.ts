import type { EpochMs } from '../clock.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import type { Json } from '../workflow/port.ts';
import type { Outcome, Plan, Step } from './plan.ts';
import type { Signal, Subject } from './signal.ts';

/** One trouble on one subject in one cluster, from opened to closed. The ledger's head record. */
export interface Incident {
  id: string;
  trouble: string;
  subject: Subject;
  cluster: ClusterRef;
  generation: number;
  status: 'open' | 'closed';
  openedAt: EpochMs;
  closedAt?: EpochMs;
  /** The trigger said "look again then": nobody starts a run before. */
  notBefore?: EpochMs;
  /** This generation's signals in order of arrival, at most MAX_SIGNALS. */
  signals: Signal[];
  /** Counts every accepted signal and answer; a run that has not seen the newest must look again. */
  revision: number;
  /** Newest `occurredAt` of each meaning over all generations: older copies are late and change nothing. */
  seen: Record<string, EpochMs>;
  /** The callback a sleeping run waits on. */
  waiting?: { callbackId: string; until: EpochMs; why: string; revision: number; wokenAt?: EpochMs };
  plan?: Plan;
  /** Hash of the config the plan was decided under: another one means deciding again before acting. */
  planConfig?: string;
  /** It holds a place in the cluster's disruption budget, given back when it closes. */
  claimed?: true;
  /** Held back by the quarantine: this generation tells a person, or another one did and this one stays quiet. */
  quarantine?: { is: 'told' | 'quiet'; why: string };
  /** AWS is taking the subject anyway, by the newest decision. */
  taken?: boolean;
  /** Of the steps that ran and left the plan, the last that was said; then of the newest plan's, in its order. */
  verdicts?: StepVerdict[];
  /** Steps that ran or were settled without running, in order. */
  records: StepRecord[];
  questions: Question[];
  outcome?: Outcome;
  /** Grows when the sweep had to start this generation again; an older run is fenced out by it. */
  attempt: number;
  /** How many attempts ended without an outcome; an attempt that handed over in good order is none. */
  failedAttempts?: number;
  /** When the newest attempt was opened; it is given time from then on. */
  attemptedAt: EpochMs;
  /** Rounds the newest attempt has run. */
  rounds: number;
  /** The number of announcements people should have seen, and how many were published. */
  announce: number;
  announced: number;
}

export interface GuardVerdict {
  guard: string;
  verdict: 'allow' | 'ask' | 'refuse';
  reason: string;
  /** It refuses because something could not be read: worth another look while there is time. */
  isUnknown?: boolean;
  /** It refuses for now only: ask again then. */
  againAt?: EpochMs;
  /** Where the rule stands in the config, e.g. `paramedic.yaml:14 global.mode`. */
  rule?: string;
}

/** A step with what every guard said; the strictest verdict counts. */
export interface StepVerdict {
  key: string;
  action: string;
  verdict: 'allow' | 'ask' | 'refuse';
  reason: string;
  guards: GuardVerdict[];
}

/** `superseded`: it was under way when a newer plan took its place. */
export type StepState =
  | 'running'
  | 'done'
  | 'failed'
  | 'refused'
  | 'denied'
  | 'expired'
  | 'observed'
  | 'superseded';

/** Neither under way nor put aside for a newer plan, which may come back to it. */
export function isSettled({ state }: Pick<StepRecord, 'state'>): boolean {
  return state !== 'running' && state !== 'superseded';
}

/** What became of a step. Written before acting (`running`) and after. */
export interface StepRecord {
  key: string;
  step: Step;
  state: StepState;
  /** It had an intent and may have changed something, however it ended. */
  ran?: true;
  /** Why it was allowed: mode, approval by whom. */
  decision: string;
  startedAt: EpochMs;
  endedAt?: EpochMs;
  /** The action's own result in one line. */
  summary?: string;
  details?: string[];
  /** The action's memory between rounds, and what undo needs. */
  memory?: { [name: string]: Json };
}

/** A question to people about one step. The ledger decides; callbacks only wake. */
export interface Question {
  key: string;
  step: Step;
  /** Of the plan it was asked with; absent in questions of older versions. */
  planHash?: string;
  /** The guards that asked, by name: a yes answers these and no other. Absent in questions of older versions: any. */
  guards?: string[];
  askedAt: EpochMs;
  /** No answer by then means no. Moves with a snooze. */
  expiresAt: EpochMs;
  /** How many different people must say yes; absent: one. */
  required?: number;
  /** Who has said yes so far, each person once. */
  approvals?: { by: string; at: EpochMs }[];
  snoozes?: { by: string; at: EpochMs; until: EpochMs }[];
  /** `by` is `slack:T…/U…`, `aws:<arn>` or `nobody`; of several approvals the one that decided. */
  answer?: { decision: 'approved' | 'denied' | 'expired'; by: string; at: EpochMs; reason?: string };
}
