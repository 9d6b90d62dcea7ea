import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../clock.ts';
import { Ledger, Superseded } from '../incident/ledger.ts';
import { announce } from '../notify/announce.ts';
import type { ExecutionPayload } from '../ports/durable.ts';
import type { Json, RetryPolicy, Workflow } from '../workflow/port.ts';
import { act } from './act.ts';
import { type Decision, decide } from './decide.ts';
import type { Environment } from './environment.ts';
import { handOver } from './hand-over.ts';
import type { Run } from './run.ts';
import { escalate, registerWait } from './settle.ts';
import type { Trouble } from './trouble.ts';

/** A round is about six operations (decide, announce, the steps or a wait): below the 3,000 of one execution. */
const MAX_ROUNDS = 300;
/** An execution may live for a day and is pinned to the version that started it: long work moves on before. */
const MAX_AGE_MS = 12 * HOUR_MS;
const LOOK_AT_AGE_EVERY = 10;
/** So many rounds in less time than this is a playbook that spins; a hook with a short timeout takes longer. */
const SPINNING_MS = 10 * MINUTE_MS;
/** Waits over a day are due rows that the sweep resumes in a new execution. */
const MAX_WAIT_MS = 24 * 60 * MINUTE_MS;
/** Doubling from one second: covers a two-minute notice, because nobody else would come sooner. */
const RETRY: RetryPolicy = { attempts: 7, backoffMs: SECOND_MS };

/**
 * The `remediate` stage for one trouble, as rounds: gather facts, decide, act on what is allowed, look again,
 * until the playbook closes the incident. Every round starts from the ledger and the cluster as they are, so a
 * crash, a new signal, an answer or a lost wake all end in the same place.
 */
export function remediation<F, P>(trouble: Trouble<F, P>, environment: Environment) {
  return async (workflow: Workflow, payload: ExecutionPayload): Promise<Json> => {
    const run = {
      environment,
      ledger: new Ledger(environment.ports.table, environment.ports.clock),
      ref: payload,
    };
    for (let round = 1; round <= MAX_ROUNDS; round++) {
      const ended = await runRound(trouble, workflow, run, round);
      if (ended !== undefined) return { ended, rounds: round };
      const isLast = round === MAX_ROUNDS;
      if (!isLast && round % LOOK_AT_AGE_EVERY !== 0) continue;
      const handed = await workflow.step(`hand-over-${round}`, RETRY, () =>
        superseded(() => handOver(run, isLast ? SPINNING_MS : MAX_AGE_MS)),
      );
      if (handed !== false) return { ended: 'handed over', rounds: round };
    }
    await workflow.step('escalate', RETRY, () =>
      superseded(() => escalate(run, `no end after ${MAX_ROUNDS} rounds`)),
    );
    await workflow.step('announce-escalation', RETRY, () =>
      announce(environment, run.ledger, payload.incidentId),
    );
    return { ended: 'escalated', rounds: MAX_ROUNDS };
  };
}

async function runRound<F, P>(
  trouble: Trouble<F, P>,
  workflow: Workflow,
  run: Run,
  round: number,
): Promise<string | undefined> {
  const decision = await workflow.step<Decision & Json>(
    `decide-${round}`,
    RETRY,
    async () => (await superseded(() => decide(trouble, run, round))) as Decision & Json,
  );
  if (decision.announce) {
    await workflow.step(`announce-${round}`, RETRY, () =>
      announce(run.environment, run.ledger, run.ref.incidentId),
    );
  }
  if (decision.do === 'end') return decision.why;
  if (decision.do === 'act') return await actInOrder(trouble, workflow, run, round, decision.steps);
  return await sleep(workflow, run, round, decision);
}

/** Runs the allowed steps one after another until one needs another round or something new must be looked at. */
async function actInOrder<F, P>(
  trouble: Trouble<F, P>,
  workflow: Workflow,
  run: Run,
  round: number,
  steps: readonly string[],
): Promise<string | undefined> {
  for (const [index, key] of steps.entries()) {
    const result = await workflow.step(`act-${round}-${index + 1}`, RETRY, () =>
      superseded(() => act(trouble, run, key)),
    );
    if ('why' in result) return result.why;
    if (result.lookAgain) return undefined;
  }
  return undefined;
}

async function sleep(
  workflow: Workflow,
  run: Run,
  round: number,
  decision: { until: number; why: string; revision: number },
): Promise<string | undefined> {
  const wait = await workflow.step(`wait-length-${round}`, RETRY, async () =>
    Math.max(SECOND_MS, decision.until - run.environment.ports.clock.now()),
  );
  if (wait > MAX_WAIT_MS) return 'due later';
  await workflow.wait(`wait-${round}`, wait, (callbackId) => registerWait(run, callbackId, decision));
  return undefined;
}

/** A run that lost its incident ends quietly: somebody newer carries on. */
async function superseded<T>(
  work: () => Promise<T>,
): Promise<T | { do: 'end'; why: string; announce: false }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Superseded) return { do: 'end', why: error.message, announce: false };
    throw error;
  }
}
