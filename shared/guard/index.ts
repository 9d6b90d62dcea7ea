import { describeFailure } from '../errors.ts';
import type { GuardVerdict, StepVerdict } from '../incident/incident.ts';
import { answeredBy, unaskedGuard } from '../incident/questions.ts';
import { stepKey } from '../incident/step-key.ts';
import { calmGuard } from './calm.ts';
import { capacityFloorGuard } from './capacity-floor.ts';
import { consentGuard } from './consent.ts';
import { coolDownGuard } from './cool-down.ts';
import { correlatedFailureGuard } from './correlated-failure.ts';
import { disruptionGuard } from './disruption.ts';
import { freshnessGuard } from './freshness.ts';
import type { Guard, GuardInput } from './guard.ts';
import { modeGuard } from './mode.ts';
import { ownershipGuard } from './ownership.ts';
import { quarantineGuard } from './quarantine.ts';
import { standDownGuard } from './stand-down.ts';
import { stopGuard } from './stop.ts';
import { twoSignalsGuard } from './two-signals.ts';

/** In the order they are asked and shown by `paramedic why`. */
export const guards: readonly Guard[] = [
  stopGuard,
  modeGuard,
  consentGuard,
  ownershipGuard,
  standDownGuard,
  twoSignalsGuard,
  quarantineGuard,
  correlatedFailureGuard,
  disruptionGuard,
  capacityFloorGuard,
  coolDownGuard,
  calmGuard,
  freshnessGuard,
];

const STRICTNESS = { allow: 0, ask: 1, refuse: 2 } as const;

/** Every guard is asked, so that people see all reasons; the strictest verdict counts, an error refuses. */
export function judgeStep(input: GuardInput, ordered: readonly Guard[] = guards): StepVerdict {
  const verdicts = ordered.map((guard) => judgeSafely(guard, input));
  const strictest = verdicts.reduce((worst, verdict) =>
    STRICTNESS[verdict.verdict] > STRICTNESS[worst.verdict] ? verdict : worst,
  );
  const step = { key: stepKey(input.step), action: input.step.action, guards: verdicts };
  const telling =
    strictest.verdict === 'allow' ? verdicts.find(({ guard }) => guard === modeGuard.name) : strictest;
  const reason = sentence(telling ?? strictest);
  if (strictest.verdict !== 'ask') return { ...step, verdict: strictest.verdict, reason };
  return { ...step, ...judgeAnswer(input, verdicts, reason) };
}

/** `mode auto`, `freshness: too late by 16 s`: the guard's name where its reason does not say it. */
function sentence({ guard, reason }: GuardVerdict): string {
  return reason.startsWith(guard) ? reason : `${guard}: ${reason}`;
}

function judgeSafely(guard: Guard, input: GuardInput): GuardVerdict {
  try {
    return { guard: guard.name, ...guard.judge(input) };
  } catch (error) {
    return { guard: guard.name, verdict: 'refuse', reason: `guard failed: ${describeFailure(error)}` };
  }
}

/** A question bound to exactly this step may have been answered; no answer in time means no. */
function judgeAnswer(
  { question }: GuardInput,
  verdicts: readonly GuardVerdict[],
  reason: string,
): Pick<StepVerdict, 'verdict' | 'reason'> {
  const answer = question?.answer;
  if (question === undefined || answer === undefined) return { verdict: 'ask', reason };
  if (answer.decision !== 'approved') {
    return { verdict: 'refuse', reason: `${answer.decision} by ${answer.by}` };
  }
  const unasked = unaskedGuard(question, verdicts);
  if (unasked === undefined) return { verdict: 'allow', reason: `approved by ${answeredBy(question)}` };
  return { verdict: 'ask', reason: `${sentence(unasked)}; not so when ${answeredBy(question)} approved` };
}
