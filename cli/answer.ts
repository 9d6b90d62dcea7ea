import type { AnswerResult } from '../shared/incident/answers.ts';
import type { Incident, Question } from '../shared/incident/incident.ts';
import type { Step } from '../shared/incident/plan.ts';
import type { Deployment } from './deployment.ts';
import { type Output, plain } from './output.ts';
import { personOf, TARGET_OPTIONS, targetOf } from './target.ts';
import { EXIT, type ExitCode, type OptionSpec, textOption, UsageError, type VerbInput } from './verb.ts';

export const ANSWER_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  step: { type: 'string', value: '<key>', help: 'only the question about this step; `why` shows the keys' },
  reason: { type: 'string', value: '<text>', help: 'why; kept in the ledger (required to deny)' },
  by: { type: 'string', value: '<name>', help: 'who; default your user name' },
  ...TARGET_OPTIONS,
};

/** Records the answer, then wakes the run: the ledger decides, the wake only saves time. */
export async function answer(input: VerbInput, decision: 'approved' | 'denied'): Promise<ExitCode> {
  const { options, output, context } = input;
  const [id = ''] = input.operands;
  const by = personOf(options, context.env);
  const reason = textOption(options, 'reason');
  const deployment = await context.connect(targetOf(options, context.env));
  const stepKey = await stepKeyFor(deployment, id, textOption(options, 'step'), decision);
  const result = await deployment.answer(id, {
    decision,
    by,
    ...(stepKey === undefined ? {} : { stepKey }),
    ...(reason === undefined ? {} : { reason }),
  });
  return await report({ deployment, output, id }, result, { decision, by });
}

/**
 * Keys may be shortened as long as they name one question. To approve several at once each must be named: a yes
 * goes to a step somebody has looked at.
 */
async function stepKeyFor(
  deployment: Deployment,
  id: string,
  given: string | undefined,
  decision: 'approved' | 'denied',
): Promise<string | undefined> {
  const incident = await deployment.readIncident(id);
  if (incident === undefined) return given;
  if (given !== undefined) return oneQuestion(incident, given);
  const open = incident.questions.filter((question) => question.answer === undefined);
  if (decision === 'approved' && open.length > 1) {
    const steps = open.map(({ key, step }) => `${step.action} --step ${key}`).join(', ');
    throw new UsageError(`several questions are open, name one: ${steps}`);
  }
  // Named, so that a question asked a moment later is not approved along with it.
  return decision === 'approved' ? open[0]?.key : undefined;
}

function oneQuestion({ questions }: Incident, given: string): string {
  const matches = questions.filter(({ key }) => key.startsWith(given));
  if (matches.length > 1) throw new UsageError(`--step ${given} fits several questions`);
  return matches[0]?.key ?? given;
}

async function report(
  { deployment, output, id }: { deployment: Deployment; output: Output; id: string },
  result: AnswerResult,
  given: Given,
): Promise<ExitCode> {
  if (result.result === 'unknown') {
    output.talk(`${deployment.name}: there is no incident ${id}`);
    return EXIT.error;
  }
  if (result.result === 'no-question') {
    output.talk(`${id} asks nothing; \`paramedic why ${id}\` says what it does`);
    return EXIT.blocked;
  }
  if (result.result === 'late') {
    for (const { step, answer: first } of result.questions)
      output.data(settled(step, first ?? { decision: 'expired', by: 'nobody' }));
    output.talk('too late: the first answer, or the expiry, stands');
    return EXIT.blocked;
  }
  for (const { step } of result.questions) output.data(settled(step, given));
  const woken = result.callbackId === undefined ? 'gone' : await wake(deployment, result.callbackId);
  output.talk(
    woken === 'woken' ? 'recorded; the run goes on now' : 'recorded; the run sees it when it looks next',
  );
  return EXIT.ok;
}

/** A wake that fails changes nothing: the answer stands and the sweep wakes the run again. */
async function wake(deployment: Deployment, callbackId: string): Promise<'woken' | 'gone'> {
  try {
    return await deployment.wake(callbackId, 'answer');
  } catch {
    return 'gone';
  }
}

type Given = Pick<NonNullable<Question['answer']>, 'decision' | 'by'>;

function settled({ action, targets }: Step, { decision, by }: Given): string {
  const names = targets.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  return plain(`${action} ${names}: ${decision} by ${by}`);
}
