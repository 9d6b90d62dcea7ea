import { isoTime } from '../shared/clock.ts';
import type { AnswerResult } from '../shared/incident/answers.ts';
import type { Question } from '../shared/incident/incident.ts';
import { answeredBy, requiredOf } from '../shared/incident/questions.ts';
import type { Deployment } from './deployment.ts';
import { type Output, plain } from './output.ts';
import { EXIT, type ExitCode } from './verb.ts';

/** Says what became of an answer, and wakes the run where it was recorded. */
export async function report(
  { deployment, output, id }: { deployment: Deployment; output: Output; id: string },
  result: AnswerResult,
): Promise<ExitCode> {
  switch (result.result) {
    case 'unknown':
      output.talk(`${deployment.name}: there is no incident ${id}`);
      return EXIT.error;
    case 'no-question':
      output.talk(`${id} asks nothing; \`paramedic why ${id}\` says what it does`);
      return EXIT.blocked;
    case 'late':
      for (const question of result.questions) output.data(standing(question));
      output.talk('too late: the first answer, or the expiry, stands');
      return EXIT.blocked;
    case 'no-change':
      for (const question of result.questions) output.data(standing(question));
      output.talk('nothing changed: you have said so already, or it cannot be put off any further');
      return EXIT.blocked;
    case 'recorded': {
      for (const question of result.questions) output.data(standing(question));
      const woken = result.callbackId === undefined ? 'gone' : await wake(deployment, result.callbackId);
      output.talk(
        woken === 'woken' ? 'recorded; the run goes on now' : 'recorded; the run sees it when it looks next',
      );
      return EXIT.ok;
    }
  }
}

/** A wake that fails changes nothing: the answer stands and the sweep wakes the run again. */
async function wake(deployment: Deployment, callbackId: string): Promise<'woken' | 'gone'> {
  try {
    return await deployment.wake(callbackId, 'answer');
  } catch {
    return 'gone';
  }
}

/** How a question stands now. A late look may find one that expired and that no run has closed yet. */
function standing(question: Question): string {
  const { step, answer, approvals = [], expiresAt } = question;
  const names = step.targets.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  const lead = `${step.action} ${names}:`;
  if (answer !== undefined) return plain(`${lead} ${answer.decision} by ${answeredBy(question)}`);
  const yes = approvals.map(({ by }) => by).join(' and ');
  const counted = yes === '' ? '' : `approved by ${yes}, ${approvals.length} of ${requiredOf(question)}; `;
  return plain(`${lead} ${counted}no answer by ${isoTime(expiresAt)} means no`);
}
