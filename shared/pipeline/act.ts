import { type Action, type ActionContext, type ActionResult, Stopped } from '../actions/action.ts';
import { MINUTE_MS, SECOND_MS } from '../clock.ts';
import { describeFailure, isFailure, isRetryable, type PortError } from '../errors.ts';
import { readFact } from '../fact.ts';
import type { Incident, StepRecord } from '../incident/incident.ts';
import type { Step } from '../incident/plan.ts';
import { stepKey } from '../incident/step-key.ts';
import { readStop } from '../incident/stop-switch.ts';
import { type Beginning, countTreatment, giveCooldownBack, takeCooldown } from './begin.ts';
import type { Run } from './run.ts';
import { firstEventAt } from './settle.ts';
import type { Trouble } from './trouble.ts';

/** Long work is rounds; one ends early when a signal or an answer comes in (`hasNews`). */
const ROUND_MS = 4 * MINUTE_MS;
/** A new signal may shorten the time there is. */
const NEWS_MS = 5 * SECOND_MS;
/** Attempts within one act call before a retryable failure counts as the step's failure. */
const ATTEMPTS = 5;
const BACKOFF_MS = SECOND_MS / 2;

/**
 * Runs one authorised step for one round: intent to the ledger → act → verify → outcome to the ledger. After a
 * crash anywhere in between it runs again; actions read first and act towards an absolute goal.
 */
export async function act<F, P>(
  trouble: Trouble<F, P>,
  run: Run,
  key: string,
): Promise<{ lookAgain: boolean }> {
  const { clock } = run.environment.ports;
  const begun = await begin(trouble, run, key);
  if (begun === undefined) return { lookAgain: true };
  const { intent, record, action } = begun;
  await noteIntent(run, intent, record);
  await countTreatment(run, { incident: intent, step: record.step, action });
  const result = await perform(run, intent, action, record);
  const after = await run.ledger.change(run.ref, (incident) =>
    withResult(incident, key, result, clock.now()),
  );
  await noteResult(run, after, key);
  const isNews = result.status !== 'done' || result.lookAgain === true || after.revision !== intent.revision;
  return { lookAgain: isNews };
}

interface Begun {
  intent: Incident;
  record: StepRecord;
  action: Action;
}

/** Undefined: the step is not to be done now, and the newest decision knows better what is. */
async function begin<F, P>(trouble: Trouble<F, P>, run: Run, key: string): Promise<Begun | undefined> {
  const { ports, policyFor } = run.environment;
  const known = await run.ledger.readIncident(run.ref.incidentId);
  if (known === undefined) return undefined;
  // Decided under another config: an old plan is not carried out, the next round decides anew.
  if (known.planConfig !== (await policyFor(known.cluster, trouble.name)).configHash) return undefined;
  const beginning = beginningOf(trouble, known, key);
  if (beginning !== undefined && !(await takeCooldown(run, beginning))) return undefined;
  const intent = await run.ledger.change(run.ref, (incident) => withIntent(incident, key, ports.clock.now()));
  const record = intent.records.find((each) => each.key === key);
  if (record === undefined && beginning !== undefined) await giveCooldownBack(run, beginning);
  // Settled before a crash lost the checkpoint, or not allowed any more.
  if (record?.state !== 'running') return undefined;
  const action = trouble.actions.find(({ name }) => name === record.step.action);
  return action === undefined ? undefined : { intent, record, action };
}

function beginningOf<F, P>(trouble: Trouble<F, P>, incident: Incident, key: string): Beginning | undefined {
  const step = incident.plan?.steps.find((planned) => stepKey(planned) === key);
  const action = trouble.actions.find(({ name }) => name === step?.action);
  return step === undefined || action === undefined ? undefined : { incident, step, action };
}

/** Only a step the newest recorded decision allows gets an intent; an ended one is left as it is. */
function withIntent(incident: Incident, key: string, now: number): Incident {
  const known = incident.records.find((record) => record.key === key);
  if (known !== undefined && known.state !== 'superseded') return incident;
  const step = incident.plan?.steps.find((planned) => stepKey(planned) === key);
  const verdict = incident.verdicts?.find((judged) => judged.key === key);
  const isFresh = now < (incident.plan?.expiresAt ?? 0);
  if (step === undefined || verdict?.verdict !== 'allow' || !isFresh) return incident;
  const begun = { state: 'running', ran: true, decision: verdict.reason } as const;
  if (known !== undefined) {
    const { endedAt: _, ...earlier } = known;
    const again = { ...earlier, ...begun };
    return { ...incident, records: incident.records.map((record) => (record.key === key ? again : record)) };
  }
  const record: StepRecord = { key, step, ...begun, startedAt: now };
  return { ...incident, records: [...incident.records, record] };
}

type Ended = ActionResult & { state: StepRecord['state'] };

async function perform(run: Run, incident: Incident, action: Action, record: StepRecord): Promise<Ended> {
  const context = contextOf(run, incident, action, record);
  try {
    const result = await withRetry(context, () => action.apply(context, record.step));
    if (result.stopped === true) return { ...result, state: 'refused' };
    if (result.status !== 'done')
      return { ...result, state: result.status === 'again' ? 'running' : 'failed' };
    return await verified(context, action, record.step, result);
  } catch (error) {
    if (error instanceof Stopped) return { status: 'failed', state: 'refused', summary: error.message };
    if (isFailure(error, 'unauthorised')) return await forbidden(context, error);
    const summary = describeFailure(error);
    // Trouble that may pass is worth every round that is left of the step's time.
    const mayPass = isRetryable(error) && context.ports.clock.now() < record.step.answerBy;
    return mayPass
      ? { status: 'again', state: 'running', summary }
      : { status: 'failed', state: 'failed', summary };
  }
}

/** Never tried again: people keep us from it by an explicit Deny, or the role lacks the permission. */
async function forbidden({ ports }: ActionContext, error: PortError): Promise<Ended> {
  const summary = describeFailure(error);
  const stop = await readStop(ports.table);
  if (stop.state !== 'denied') return { status: 'failed', state: 'failed', summary };
  return { status: 'failed', state: 'refused', summary: `stopped by an explicit Deny: ${summary}` };
}

async function withRetry<T>(context: ActionContext, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= ATTEMPTS || !isRetryable(error)) throw error;
      await context.ports.clock.sleep(attempt * BACKOFF_MS);
    }
  }
}

/** The goal must hold when read back; if not, what can be undone is undone once and a person is told. */
async function verified(
  context: ActionContext,
  action: Action,
  step: Step,
  result: ActionResult,
): Promise<Ended> {
  const check = await withRetry(context, () => action.verify(context, step));
  if (check.holds) return { ...result, state: 'done', details: [...(result.details ?? []), check.evidence] };
  const undone = await undoOnce(context, action, step);
  return {
    ...result,
    status: 'failed',
    state: 'failed',
    summary: `did not hold: ${check.evidence}; ${undone}`,
  };
}

async function undoOnce(context: ActionContext, action: Action, step: Step): Promise<string> {
  if (action.undo === undefined) return 'cannot be undone';
  try {
    await action.undo(context, step);
    return 'undone';
  } catch (error) {
    return `undo failed: ${describeFailure(error)}`;
  }
}

function contextOf(run: Run, incident: Incident, action: Action, record: StepRecord): ActionContext {
  const { ports } = run.environment;
  return {
    ports,
    incident,
    memory: record.memory ?? {},
    roundMs: ROUND_MS,
    checkStop: async () => {
      const stop = await readStop(ports.table);
      if (stop.state === 'engaged') throw new Stopped(`stopped by ${stop.by}: ${stop.reason}`);
      if (stop.state === 'denied') throw new Stopped(`stopped by an explicit Deny: ${stop.why}`);
      const mayGoOn = action.gentle && incident.taken === true;
      if (stop.state === 'unreadable' && !mayGoOn) throw new Stopped(`stop switch unreadable: ${stop.why}`);
    },
    hasNews: newsOf(run, incident),
  };
}

/**
 * A signal, an answer, another config or window: the step was decided under things that hold no more. The config is
 * at hand each time; the ledger is asked every few seconds.
 */
function newsOf({ environment, ledger }: Run, incident: Incident): () => Promise<boolean> {
  const { clock } = environment.ports;
  let askAt = clock.now() + NEWS_MS;
  return async () => {
    const { configHash } = await environment.policyFor(incident.cluster, incident.trouble);
    if (incident.planConfig !== configHash) return true;
    const now = clock.now();
    // Clocks are set back sometimes.
    if (now < askAt && askAt <= now + NEWS_MS) return false;
    askAt = now + NEWS_MS;
    const newest = await readFact('ledger', now, () => ledger.readIncident(incident.id));
    return newest.known && newest.value?.revision !== incident.revision;
  };
}

function withResult(incident: Incident, key: string, result: Ended, now: number): Incident {
  const records = incident.records.map((record) =>
    record.key === key ? endRecord(record, result, now) : record,
  );
  return { ...incident, records, announce: incident.announce + (result.state === 'running' ? 0 : 1) };
}

function endRecord(record: StepRecord, result: Ended, now: number): StepRecord {
  const { summary, details, memory, state } = result;
  const next = { ...record, state, summary, ...(details && { details }), ...(memory && { memory }) };
  return state === 'running' ? next : { ...next, endedAt: now };
}

async function noteIntent(run: Run, incident: Incident, record: StepRecord): Promise<void> {
  const { metrics, ports } = run.environment;
  const entryId = `g${incident.generation}.intent.${record.key}`;
  const text = `${record.step.action} on ${record.step.targets.map((target) => target.name).join(', ')}: ${record.decision}`;
  await run.ledger.append(incident.id, entryId, { kind: 'intent', text });
  if (incident.records[0]?.key !== record.key || record.memory !== undefined) return;
  metrics.latency(
    'EventToFirstAction',
    { trouble: incident.trouble },
    ports.clock.now() - firstEventAt(incident),
  );
}

async function noteResult(run: Run, incident: Incident, key: string): Promise<void> {
  const record = incident.records.find((known) => known.key === key);
  if (record === undefined || record.state === 'running') return;
  const { metrics } = run.environment;
  metrics.count('Actions', { trouble: incident.trouble, action: record.step.action, state: record.state });
  await run.ledger.append(incident.id, `g${incident.generation}.result.${key}`, {
    kind: record.state,
    text: `${record.step.action}: ${record.summary ?? record.state}`,
  });
}
