import { type Clock, HOUR_MS } from '../clock.ts';
import type { SlackSettings } from '../config/people.ts';
import type { TroublePolicy } from '../config/policy.ts';
import { failureKind } from '../errors.ts';
import { type AnswerResult, answerQuestions, snoozeQuestions } from '../incident/answers.ts';
import type { Incident, Question } from '../incident/incident.ts';
import { Ledger } from '../incident/ledger.ts';
import { noteRefused } from '../incident/question-history.ts';
import { canonicalJson, sha256Hex } from '../incident/step-key.ts';
import { authoriseClick, type Refusal } from './authorise.ts';
import type { ApprovalEnvironment } from './environment.ts';
import { readMembers } from './members.ts';
import type { Click } from './payload.ts';
import { type Approval, planHashOf, readApproval } from './rows.ts';

/** What became of a click; anything but `recorded` changed nothing. */
export type ClickResult = Refusal | AnswerResult['result'] | 'unknown-approval' | 'overtaken';

/** Authorise → one conditional write → wake. What did not count is noted. Throws PortErrors of the ledger. */
export async function answerClick(
  environment: ApprovalEnvironment,
  slack: SlackSettings,
  click: Click,
): Promise<ClickResult> {
  const { clock, table } = environment;
  const ledger = new Ledger(table, clock);
  const approval = await readApproval(table, click.approvalId);
  const incident = approval && (await ledger.readIncident(approval.incidentId));
  if (approval === undefined || incident === undefined) return 'unknown-approval';
  const policy = await environment.policyFor(incident.cluster, incident.trouble);
  const { approvers } = policy;
  const groupMembers = await readMembers(table, approvers, clock.now());
  const person = authoriseClick(click, { slack, approvers, channel: approval.channel, groupMembers });
  const question = questionOf(incident, approval);
  const result = person.ok
    ? await countIn(environment, ledger, { approval, question, click, by: person.by, policy })
    : person.why;
  if (result !== 'recorded') {
    const what = `${question?.step.action ?? approval.stepKey} ${click.choice.do}`;
    await noteRefused(ledger, incident, refusalOf(what, person.by, result, clock));
  }
  return result;
}

/** Anybody in the channel can click without end: the same within an hour is one line. */
function refusalOf(what: string, by: string, why: string, clock: Clock): Parameters<typeof noteRefused>[2] {
  const hour = Math.floor(clock.now() / HOUR_MS);
  return { what, by, why, attempt: sha256Hex(canonicalJson([what, by, why, hour])).slice(0, 32) };
}

/** Undefined when it is not the question that was put any more. */
function questionOf(incident: Incident, approval: Approval): Question | undefined {
  const { generation, stepKey, planHash, askedAt } = approval;
  if (incident.generation !== generation) return undefined;
  return incident.questions.find(
    (each) => each.key === stepKey && each.askedAt === askedAt && planHashOf(each) === planHash,
  );
}

interface Counted {
  approval: Approval;
  question: Question | undefined;
  click: Click;
  by: string;
  policy: Pick<TroublePolicy, 'approvals'>;
}

async function countIn(
  environment: ApprovalEnvironment,
  ledger: Ledger,
  counted: Counted,
): Promise<ClickResult> {
  if (counted.question === undefined) return 'overtaken';
  const written = await write(ledger, environment.clock, counted);
  if (written.result === 'recorded') await wake(environment, written.callbackId);
  return written.result;
}

async function write(
  ledger: Ledger,
  clock: Clock,
  { approval: { incidentId, generation, stepKey, askedAt }, click: { choice }, by, policy }: Counted,
): Promise<AnswerResult> {
  const about = { generation, stepKey, askedAt, by };
  if (choice.do === 'snooze') {
    const { maxSnoozeMs } = policy.approvals;
    return await snoozeQuestions(ledger, clock, incidentId, { ...about, forMs: choice.forMs, maxSnoozeMs });
  }
  const decision = choice.do === 'approve' ? 'approved' : 'denied';
  const reason = choice.do === 'deny' && choice.reason !== undefined ? { reason: choice.reason } : {};
  return await answerQuestions(ledger, clock, incidentId, { ...about, decision, ...reason });
}

/** The answer stands in the ledger: a wake that fails is sent again by the sweep. */
async function wake(
  { durable, log }: Pick<ApprovalEnvironment, 'durable' | 'log'>,
  callbackId: string | undefined,
): Promise<void> {
  if (callbackId === undefined) return;
  try {
    await durable.wake(callbackId, 'answer');
  } catch (error) {
    log.warn('wake failed, the sweep will repeat it', { kind: failureKind(error) });
  }
}
