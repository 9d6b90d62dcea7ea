import type { About, AnswerResult } from '../shared/incident/answers.ts';
import type { Incident, Question } from '../shared/incident/incident.ts';
import { authorise } from './authorise.ts';
import type { Deployment } from './deployment.ts';
import { report } from './report.ts';
import { TARGET_OPTIONS, targetOf } from './target.ts';
import { EXIT, type ExitCode, type OptionSpec, textOption, UsageError, type VerbInput } from './verb.ts';

export const STEP_OPTION: OptionSpec = {
  type: 'string',
  value: '<key>',
  help: 'only the question about this step; `why` shows the keys',
};

export const ANSWER_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  step: STEP_OPTION,
  reason: { type: 'string', value: '<text>', help: 'why; kept in the ledger (required to deny)' },
  by: { type: 'string', value: '<name>', help: 'a name for people, noted beside your AWS principal' },
  ...TARGET_OPTIONS,
};

/** Records a yes or no. */
export async function answer(input: VerbInput, decision: 'approved' | 'denied'): Promise<ExitCode> {
  const reason = reasonOf(input);
  return await withQuestion(input, {
    what: decision === 'approved' ? 'approve' : 'deny',
    stepOf: (incident, given) => stepKeyFor(incident, given, decision),
    write: async (deployment, { incident, about, by }) => {
      if (decision === 'approved' && about.stepKey === undefined) return nothingOpen(incident);
      const given = { decision, by, ...(reason !== undefined && { reason }) };
      return await deployment.answer(incident.id, { ...about, ...given });
    },
  });
}

/** A yes without a question would go to whatever is asked before it is written, which nobody has looked at. */
function nothingOpen({ questions }: Incident): AnswerResult {
  return questions.length === 0 ? { result: 'no-question' } : { result: 'late', questions };
}

/** Who answers is what AWS says; `--by` is only what people may call them. */
function reasonOf({ options }: VerbInput): string | undefined {
  const name = textOption(options, 'by')?.trim();
  const reason = textOption(options, 'reason');
  if (name === undefined || name === '') return reason;
  return reason === undefined ? `(${name})` : `${reason} (${name})`;
}

interface Allowed {
  incident: Incident;
  about: About;
  by: string;
  maxSnoozeMs: number;
}

interface Change {
  /** For the history, when it is refused. */
  what: string;
  stepOf(incident: Incident, given: string | undefined): string | undefined;
  write(deployment: Deployment, allowed: Allowed): Promise<AnswerResult>;
}

/** Who may → one conditional write → wake: the ledger decides, the wake only saves time. */
export async function withQuestion(input: VerbInput, change: Change): Promise<ExitCode> {
  const { options, output, context } = input;
  const [id = ''] = input.operands;
  const deployment = await context.connect(targetOf(options, context.env));
  const incident = await deployment.readIncident(id);
  if (incident === undefined) {
    output.talk(`${deployment.name}: there is no incident ${id}`);
    return EXIT.error;
  }
  const stepKey = change.stepOf(incident, textOption(options, 'step'));
  const question = incident.questions.find(({ key }) => key === stepKey);
  const what = question === undefined ? change.what : `${question.step.action} ${change.what}`;
  const person = await authorise(input, deployment, incident, what);
  if (!person.may) {
    output.talk(person.why);
    return EXIT.blocked;
  }
  const { maxSnoozeMs } = person.policy.approvals;
  const about = {
    generation: incident.generation,
    ...(stepKey !== undefined && { stepKey }),
    ...(question !== undefined && { askedAt: question.askedAt }),
  };
  const result = await change.write(deployment, { incident, about, by: person.by, maxSnoozeMs });
  return await report({ deployment, output, id }, result);
}

/**
 * Keys may be shortened as long as they name one question. To approve several at once each must be named: a yes
 * goes to a step somebody has looked at.
 */
function stepKeyFor(
  incident: Incident,
  given: string | undefined,
  decision: 'approved' | 'denied',
): string | undefined {
  if (given !== undefined) return oneQuestion(incident, given);
  const open = incident.questions.filter((question) => question.answer === undefined);
  if (decision === 'approved' && open.length > 1) {
    const steps = open.map(({ key, step }) => `${step.action} --step ${key}`).join(', ');
    throw new UsageError(`several questions are open, name one: ${steps}`);
  }
  // Named, so that a question asked a moment later is not approved along with it.
  return decision === 'approved' ? open[0]?.key : undefined;
}

export function oneQuestion({ questions }: Pick<Incident, 'questions'>, given: string): Question['key'] {
  const matches = questions.filter(({ key }) => key.startsWith(given));
  if (matches.length > 1) throw new UsageError(`--step ${given} fits several questions`);
  return matches[0]?.key ?? given;
}
