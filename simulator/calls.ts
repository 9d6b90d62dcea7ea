import type { EpochMs } from '../shared/clock.ts';
import { type FailureKind, PortError } from '../shared/errors.ts';
import { copyOf } from './copy.ts';
import type { Fault } from './scenario-file.ts';

export const PORTS = [
  'ec2',
  'eks',
  'autoscaling',
  'quotas',
  'usage',
  'volumes',
  'alarms',
  'charts',
  'kubernetes',
  'table',
  'durable',
  'topic',
  'queue',
  'slack',
  'hints',
] as const;
export type PortName = (typeof PORTS)[number];

/** One call of a port, as it went. */
export interface Call {
  /** From 1, over all processes of a world. */
  n: number;
  port: PortName;
  method: string;
  /** Kubernetes calls: which cluster. */
  cluster?: string;
  mutating: boolean;
  args: readonly unknown[];
  at: EpochMs;
  process: string;
  fault?: Fault['kind'];
  /** The permission it lacked. */
  undeclared?: string;
  /** True once the effect took place, even if the caller never heard of it. */
  applied: boolean;
  endedAt?: EpochMs;
  /** What the backend answered; shared with it, so read only. */
  result?: unknown;
  error?: { kind: FailureKind | 'bug'; message: string };
}

const MUTATING: Record<PortName, readonly string[]> = {
  ec2: ['terminateInstances'],
  eks: ['updateAddon'],
  autoscaling: [
    'detachInstance',
    'recordHeartbeat',
    'completeAction',
    'setDesiredCapacity',
    'terminateInGroup',
  ],
  quotas: ['requestIncrease'],
  usage: [],
  volumes: ['modifyVolume'],
  alarms: [],
  charts: [],
  kubernetes: [
    'patchNode',
    'deleteNode',
    'patchDaemonSet',
    'patchPersistentVolumeClaim',
    'evictPod',
    'deletePod',
  ],
  table: ['putNew', 'update', 'addToSet'],
  durable: ['start', 'wake'],
  topic: ['publish'],
  queue: ['park', 'retryAfter'],
  slack: ['post', 'update', 'uploadImage'],
  hints: ['send'],
};

export function isMutating(port: PortName, method: string): boolean {
  return MUTATING[port].includes(method);
}

const INFRASTRUCTURE: ReadonlySet<PortName> = new Set([
  'ec2',
  'volumes',
  'eks',
  'autoscaling',
  'quotas',
  'kubernetes',
]);

/** Changes to somebody's infrastructure, as against our own ledger and messages. */
export function changesInfrastructure(call: Call): boolean {
  return call.mutating && INFRASTRUCTURE.has(call.port);
}

/**
 * The history of a world's port calls. With `keepAll` false it holds only what an invariant can be broken by:
 * changes to infrastructure, calls with an empty list, undeclared calls. Listeners hear of every call either way.
 */
export class CallLog {
  readonly calls: Call[] = [];
  readonly keepAll: boolean;
  readonly #listeners: ((call: Call) => void)[] = [];
  #count = 0;

  constructor(keepAll = true) {
    this.keepAll = keepAll;
  }

  /** Called when a call is made, before it has any effect. */
  onCall(listener: (call: Call) => void): void {
    this.#listeners.push(listener);
  }

  begin(call: Omit<Call, 'n' | 'mutating' | 'applied'>): Call {
    const mutating = isMutating(call.port, call.method);
    const begun: Call = { n: ++this.#count, ...call, mutating, applied: false };
    if (this.keepAll || changesInfrastructure(begun) || hasEmptyList(begun)) this.#keep(begun);
    for (const listener of this.#listeners) listener(begun);
    return begun;
  }

  ended(call: Call, result: unknown): void {
    if (this.keepAll) call.result = result;
  }

  undeclared(call: Call, missing: string): void {
    call.undeclared = missing;
    if (!this.calls.includes(call)) this.#keep(call);
  }

  /** The calls that changed, or tried to change, infrastructure. */
  mutations(): Call[] {
    return this.calls.filter(changesInfrastructure);
  }

  /** What the caller does to its arguments later is not what it called with. */
  #keep(call: Call): void {
    call.args = copyOf(call.args);
    this.calls.push(call);
  }
}

/** AWS reads an empty list of ids as "all". */
export function hasEmptyList({ args: [first] }: Call): boolean {
  return Array.isArray(first) && first.length === 0;
}

export function failed(call: Call, error: unknown): void {
  const kind = error instanceof PortError ? error.kind : 'bug';
  call.error = { kind, message: error instanceof Error ? error.message : String(error) };
}
