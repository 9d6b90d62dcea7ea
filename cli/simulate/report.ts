import { isoTime } from '../../shared/clock.ts';
import type { Incident, StepVerdict } from '../../shared/incident/incident.ts';
import type { Finding, Outcome, Plan } from '../../shared/incident/plan.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import { type Call, changesInfrastructure } from '../../simulator/calls.ts';

/** What `simulate --json` prints. Everything an ignored or malformed event has no use for is empty or null. */
export interface SimulateReport {
  /** Why the event opened nothing; absent when it did. */
  reason?: string;
  signals: Signal[];
  incident: Incident | null;
  /** Of an event about several subjects: those beside `incident`, of which everything below is. */
  others?: Incident[];
  /** What was made of the world and the config so that the event makes sense in it, one line each. */
  assumed?: readonly string[];
  facts: unknown;
  findings: Finding[];
  plan: Plan | null;
  guards: StepVerdict[];
  outcome: Outcome | null;
  calls: CallLine[];
  timeline: TimelineEntry[];
  /** What a simulated Slack channel shows; with `--slack` only. */
  slack?: string[];
}

export interface CallLine {
  n: number;
  at: string;
  port: string;
  method: string;
  cluster?: string;
  /** True when it changed, or tried to change, something in AWS or Kubernetes. */
  changes: boolean;
  about: string;
  error?: string;
}

export interface TimelineEntry {
  at: string;
  kind: string;
  text: string;
}

export const NOTHING: SimulateReport = {
  signals: [],
  incident: null,
  facts: null,
  findings: [],
  plan: null,
  guards: [],
  outcome: null,
  calls: [],
  timeline: [],
};

export function callLine(call: Call): CallLine {
  const { n, at, port, method, cluster, error } = call;
  return {
    n,
    at: isoTime(at),
    port,
    method,
    ...(cluster === undefined ? {} : { cluster }),
    changes: changesInfrastructure(call),
    about: about(call),
    ...(error === undefined ? {} : { error: `${error.kind}: ${error.message}` }),
  };
}

/** The first argument in a few words: ids and names, never whole ledger rows. */
function about({ args: [first] }: Call): string {
  if (typeof first === 'string') return first;
  if (Array.isArray(first)) return first.filter((entry) => typeof entry === 'string').join(',');
  if (first === null || typeof first !== 'object') return '';
  const words = [
    'id',
    'namespace',
    'name',
    'nodeName',
    'labelSelector',
    'pk',
    'sk',
    'subject',
    'reason',
    'hook',
    'instanceId',
  ];
  const found = words.map((word) => Reflect.get(first, word)).filter((value) => typeof value === 'string');
  return found.join('/');
}
