import type { EpochMs } from '../clock.ts';
import type { Json } from '../workflow/port.ts';
import type { Chart } from './chart.ts';

/** A printable value: dry run, Slack, audit and execution use the same one. */
export interface Plan {
  /** One sentence for people: what, where, how bad. */
  headline: string;
  severity: Severity;
  findings: Finding[];
  /** In the order they must run. */
  steps: Step[];
  /** Why these steps and not others; also why nothing is done. */
  reasons: string[];
  /** What to do once no step is left to run. */
  next: PlanEnd;
  /** After this moment the plan must not be started. */
  expiresAt: EpochMs;
  /** What the playbook wants to know of again the next time it looks. */
  keep?: { [name: string]: Json };
  /** People hear of it whenever it is another text than in the plan before. */
  news?: string;
  /** It closes by `next` alone: what was refused, or answered with no, does not end it. */
  staysOpen?: true;
  /** What would be worth a picture in the incident's thread, the most telling first. Not part of its identity. */
  charts?: Chart[];
  /** Nothing people need to hear of, as long as no step comes of it: the ledger keeps it. */
  quiet?: true;
  /** Nothing that is planned, or done already, mends it. */
  needsPerson?: true;
}

export type Severity = 'info' | 'warning' | 'high' | 'critical';

/** A named cause with its evidence. */
export interface Finding {
  cause: string;
  confidence: 'certain' | 'likely' | 'possible';
  /** Facts with their sources, signals that disagree included. */
  evidence: string[];
}

/** One action on explicit targets with an absolute goal (`iops=6000`, never `+2000`). */
export interface Step {
  action: string;
  targets: [Target, ...Target[]];
  goal: { [name: string]: Json };
  reason: string;
  /** What was true when it was planned, kept with the step for verification. Not part of its identity. */
  notes?: { [name: string]: Json };
  /** It may run before an earlier step is settled, and later ones need not wait for it. */
  independent?: true;
  /** Shown with the plan, but asked for and run only when no step before it is open any more. */
  onlyAfter?: true;
  /** An unanswered question about this step means "no" after this moment. */
  answerBy: EpochMs;
}

export interface Target {
  kind: 'node' | 'instance' | 'group' | 'pod' | 'volume' | 'addon' | 'daemonset' | 'quota';
  /** The id that cannot be reused: instance id, node or pod UID, volume id; a group has only its name, a quota its code. */
  id: string;
  /** For people, and where an API addresses by name. */
  name: string;
}

export type PlanEnd =
  | { do: 'close'; outcome: Outcome }
  /** Look again at `at`, or earlier when something wakes the incident. */
  | { do: 'wait'; at: EpochMs; why: string };

export type OutcomeKind =
  | 'fixed'
  | 'mitigated'
  | 'observed'
  | 'refused'
  | 'denied'
  | 'expired'
  | 'undone'
  | 'escalated'
  | 'ignored';

export interface Outcome {
  kind: OutcomeKind;
  /** One sentence with numbers: how many, how long, what is left and why. */
  summary: string;
  details: string[];
}
