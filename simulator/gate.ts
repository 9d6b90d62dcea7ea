import type { Permissions } from '../shared/actions/action.ts';
import type { Clock, EpochMs } from '../shared/clock.ts';
import { type FailureDetails, type FailureKind, PortError } from '../shared/errors.ts';
import { type Call, type CallLog, failed, type PortName } from './calls.ts';
import { copyOf } from './copy.ts';
import type { FaultPlan } from './faults.ts';
import { missingPermission, operationOf } from './permissions.ts';
import { never, type Process } from './process.ts';
import type { Fault } from './scenario-file.ts';

/** Round-trip times in ms. */
export interface Latency {
  aws: number;
  kubernetes: number;
}

export interface GateOptions {
  clock: Clock;
  log: CallLog;
  process: Process;
  faults: FaultPlan | undefined;
  allowed: Permissions | undefined;
  latency: Latency;
}

export interface Request {
  port: PortName;
  method: string;
  cluster?: string;
  args: readonly unknown[];
}

/** What the backend does for a call. `asOf` is earlier than now for a stale read. */
export type Effect<T> = (asOf: EpochMs) => T | Promise<T>;

/** Their objects are replaced, never changed in place. */
const SHARED: ReadonlySet<PortName> = new Set(['ec2', 'eks', 'autoscaling', 'kubernetes']);

/**
 * The one way through which every port call of a process goes: recorded, checked against the permissions
 * declared, given a latency, and harmed where the fault plan says so. Answers are deep copies; in a world that does
 * not keep its calls, AWS and Kubernetes answer with their own objects, which must not be written into.
 */
export class Gate {
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  get process(): Process {
    return this.#options.process;
  }

  async call<T>(request: Request, effect: Effect<T>): Promise<T> {
    const { process, log, clock, faults } = this.#options;
    if (!process.alive) return never();
    const call = log.begin({ ...request, at: clock.now(), process: process.name });
    const fault = faults?.decide(call);
    if (fault !== undefined) call.fault = fault.kind;
    if (fault?.kind === 'crash-before') {
      process.kill();
      return never();
    }
    return process.guard(this.#travel(call, fault, effect));
  }

  async #travel<T>(call: Call, fault: Fault | undefined, effect: Effect<T>): Promise<T> {
    const { clock, process, latency, log } = this.#options;
    const roundTrip = call.port === 'kubernetes' ? latency.kubernetes : latency.aws;
    const there = Math.floor(roundTrip / 2);
    await clock.sleep(there);
    try {
      const result = await this.#arrive(call, fault, effect);
      log.ended(call, result);
      return log.keepAll || !SHARED.has(call.port) ? copyOf(result) : result;
    } catch (error) {
      failed(call, error);
      throw error;
    } finally {
      if (fault?.kind === 'crash-after') process.kill();
      else await clock.sleep(roundTrip - there);
      call.endedAt = clock.now();
    }
  }

  async #arrive<T>(call: Call, fault: Fault | undefined, effect: Effect<T>): Promise<T> {
    const { clock } = this.#options;
    this.#checkPermission(call);
    if (fault?.kind === 'hang' || fault?.kind === 'slow') await clock.sleep(fault.for);
    const refusal = refusalOf(call, fault);
    if (refusal !== undefined) throw refusal;
    const isStale = fault?.kind === 'stale' && (call.port === 'kubernetes' || call.port === 'ec2');
    const asOf = isStale && !call.mutating ? clock.now() - fault.for : clock.now();
    const first = await effect(asOf);
    call.applied = true;
    if (fault?.kind === 'lost-reply') {
      throw problem(call, 'unreachable', 'the reply was lost', { mayHaveHappened: true });
    }
    // As after a retry inside an SDK: the caller hears the second answer.
    return fault?.kind === 'duplicate' ? effect(asOf) : first;
  }

  #checkPermission(call: Call): void {
    const { allowed, log } = this.#options;
    const missing = allowed === undefined ? undefined : missingPermission(allowed, call);
    if (missing === undefined) return;
    log.undeclared(call, missing);
    throw problem(call, 'unauthorised', `not declared: ${missing}`);
  }
}

const CODES: Partial<Record<FailureKind, string>> = {
  throttled: 'ThrottlingException',
  transient: '503',
  unauthorised: 'AccessDenied',
};

function refusalOf(call: Call, fault: Fault | undefined): PortError | undefined {
  if (fault === undefined) return undefined;
  if (fault.kind === 'throttle')
    return problem(call, 'throttled', 'rate exceeded', retryAfter(fault.retryAfter));
  if (fault.kind === 'hang')
    return problem(call, 'unreachable', 'no answer in time', { mayHaveHappened: true });
  if (fault.kind === 'transient' || fault.kind === 'unreachable' || fault.kind === 'unauthorised') {
    // Who gets a 5xx does not know what came of the request; who cannot connect does.
    const unsure = fault.kind === 'transient' ? ({ mayHaveHappened: true } as const) : {};
    return problem(call, fault.kind, 'injected', unsure);
  }
  return undefined;
}

function retryAfter(ms: number | undefined): Partial<FailureDetails> {
  return ms === undefined ? {} : { retryAfterMs: ms };
}

function problem(
  call: Call,
  kind: FailureKind,
  message: string,
  more: Partial<FailureDetails> = {},
): PortError {
  const operation = operationOf(call.port, call.method);
  const code = CODES[kind];
  return new PortError(kind, message, { operation, ...(code === undefined ? {} : { code }), ...more });
}
