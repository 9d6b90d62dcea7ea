import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import type { Json } from '../../../shared/workflow/port.ts';
import { departureOf } from '../departure.ts';
import { lostPods } from '../elsewhere.ts';
import { departureFindings } from '../findings.ts';
import type { Input } from '../input.ts';
import { podNotes } from '../ladder.ts';
import { afterSteps, isLetGo, lastMove, withoutMoves } from '../outcome.ts';
import { hasActed, type Situation } from '../situation.ts';
import { type About, type Draft, idle, nameOf, nothing } from './draft.ts';
import { ghost, movablePods, stopped } from './off.ts';
import { unreadable } from './unreadable.ts';

type Ended = Extract<Situation, { is: 'ended' }>;
type Ending = Extract<Situation, { is: 'ending' }>;

const LOOK_AGAIN_MS = 20 * SECOND_MS;
/** EC2 may take long to stop or end a machine; beyond this a person should look. */
const STUCK_MS = 30 * MINUTE_MS;

/** EC2 is taking the machine down. Nothing can be moved any more: wait for the end, remember what was on it. */
export function ending(input: Input, situation: Ending): Draft {
  const about = aboutOf(input, situation);
  if (lastMove(input.incident) !== undefined || isLetGo(input.incident)) return settling(input, about);
  const { now } = input;
  const why = `EC2 says ${situation.state}: too late to move pods, what hangs on the node is freed when it is off`;
  if (now >= situation.since + STUCK_MS) {
    const summary = `The instance has been ${situation.state} for more than 30 minutes.`;
    return idle(input, about, why, { do: 'close', outcome: { kind: 'escalated', summary, details: [] } });
  }
  return remember(input, situation, idle(input, about, why, { do: 'wait', at: now + LOOK_AGAIN_MS, why }));
}

/** EC2 says that the machine is off: free what hangs on its Node, remove the Node of one that will not come back. */
export function ended(input: Input, situation: Ended): Draft {
  const { node } = input.facts;
  const about = aboutOf(input, situation);
  if (!node.known) return remember(input, situation, unreadable(input, about, 'The cluster', node.why));
  if (node.value === null) return settling(input, about);
  const work =
    situation.state === 'terminated'
      ? ghost(input, situation, node.value)
      : stopped(input, situation, node.value);
  if ('wait' in work) {
    return remember(
      input,
      situation,
      idle(input, about, work.why, { do: 'wait', at: work.wait, why: work.why }),
    );
  }
  if (
    work.steps.length === 0 &&
    lastMove(input.incident) === undefined &&
    lostPods(input.incident) === undefined
  ) {
    return nothing(input, about, work.why);
  }
  return remember(input, situation, {
    ...about,
    severity: 'high',
    steps: work.steps,
    reasons: [work.why],
    next: afterSteps(input, () => withoutMoves(input, () => work.why)),
    expiresAt: input.now + HOUR_MS,
  });
}

/** The end of a machine with nothing on it is everyday business: recorded, not announced. */
function aboutOf(input: Input, situation: Ended | Ending): About {
  const departure = departureOf(situation.instance, input.facts.activity);
  const { plan } = input.incident;
  const findings = departureFindings(input, departure);
  // Once something was done, or its Node is gone, people know the incident by what it began with.
  if (plan !== undefined && (hasActed(input) || isGone(input))) {
    const earlier = plan.findings.filter(({ cause }) => cause !== departure.text);
    return {
      headline: plan.headline,
      findings: [...earlier, ...findings],
      ...(plan.quiet && { quiet: true }),
    };
  }
  const verb = { stopping: 'is stopping', stopped: 'has stopped' }[situation.state as string] ?? 'is ending';
  const isQuiet =
    lostPods(input.incident) === undefined && input.facts.pods.known && movablePods(input).length === 0;
  const headline = `Node ${nameOf(input)} in ${input.incident.cluster.name} ${verb}: ${departure.text}`;
  return { headline, findings, ...(isQuiet && { quiet: true }) };
}

function isGone({ facts }: Input): boolean {
  return facts.node.known && facts.node.value === null;
}

function settling(input: Input, about: About): Draft {
  const isDealtWith = hasActed(input) || lostPods(input.incident) !== undefined;
  if (!isDealtWith && input.incident.plan?.keep?.['unlisted'] === true) {
    const summary = 'The Node is gone with its instance; which pods were on it could not be read.';
    const { quiet: _, ...loud } = about;
    return idle(input, loud, summary, { do: 'close', outcome: { kind: 'escalated', summary, details: [] } });
  }
  if (!isDealtWith) return nothing(input, about, 'the Node is gone with its instance');
  const why = 'the Node is gone with its instance';
  return {
    ...idle(
      input,
      about,
      why,
      afterSteps(input, () => withoutMoves(input, () => why)),
    ),
    severity: 'high',
  };
}

/**
 * When the end was found, and the pods that were on the node then: verification counts them when nothing else
 * moved them.
 */
function remember(input: Input, { is, since }: Ended | Ending, draft: Draft): Draft {
  const before = input.incident.plan?.keep ?? {};
  const keep = { [is]: before[is] ?? since };
  const isKnown = before['lost'] !== undefined || lastMove(input.incident) !== undefined;
  const { pods } = input.facts;
  if (isKnown) return { ...draft, keep };
  if (!pods.known) return { ...draft, keep: { ...keep, unlisted: true } };
  if (pods.value.evictable.length === 0) return { ...draft, keep };
  const lost = { pods: podNotes(input), since: input.now } as unknown as Json;
  return { ...draft, keep: { ...keep, lost } };
}
