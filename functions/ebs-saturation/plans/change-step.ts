import { DAY_MS } from '../../../shared/clock.ts';
import type { StepRecord } from '../../../shared/incident/incident.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Json } from '../../../shared/workflow/port.ts';
import { boundsOf } from '../decide/bounds.ts';
import { judgeCost } from '../decide/budget.ts';
import type { Change, Decision } from '../decide/decision.ts';
import type { DecisionInput, VolumeNow } from '../decide/input.ts';
import type { Input } from '../input.ts';
import { whyInvalid } from '../limits/check.ts';
import type { Figures } from '../limits/performance.ts';
import { costChange, costText } from '../price/cost.ts';
import type { Performance } from '../volume.ts';
import { askedBefore, isLowering } from './asked.ts';
import { fittingClass } from './attributes-class.ts';
import { heeds } from './lessons.ts';

const ACTIONS: ReadonlySet<string> = new Set(['modify-volume', 'change-attributes-class']);
const ANSWER_WITHIN_MS = DAY_MS;

/** What was done, or answered, about raising the volume in this incident. */
export function changeRecords(input: Pick<Input, 'incident'>): StepRecord[] {
  return recordsOf(input).filter(({ step }) => !isLowering(step));
}

/** The same about giving back. */
export function loweringRecords(input: Pick<Input, 'incident'>): StepRecord[] {
  return recordsOf(input).filter(({ step }) => isLowering(step));
}

function recordsOf({ incident }: Pick<Input, 'incident'>): StepRecord[] {
  return incident.records.filter(({ step }) => ACTIONS.has(step.action));
}

/** A change that was decided; the first of its reasons stands with the step. */
export type Wanted = Change & Pick<Extract<Decision, { decision: 'modify' }>, 'via' | 'reasons'>;

export interface Proposed {
  steps: Step[];
  /** Why there is none, where one would be expected. */
  reasons: string[];
}

/**
 * The one change of the volume, or none. What is under way goes on as it was begun; what was made, answered with no or
 * failed ends it for this incident. Pure.
 */
export function changeSteps(input: Input, decision: Decision, about: DecisionInput): Proposed {
  const records = changeRecords(input);
  const running = records.find(({ state }) => state === 'running');
  if (running !== undefined) return { steps: [running.step], reasons: [] };
  const ended = records.filter(({ state }) => state !== 'superseded');
  if (decision.decision !== 'modify' || !heeds(ended, decision.to)) return { steps: [], reasons: [] };
  const { from } = decision;
  const isFine = (to: Performance) =>
    heeds(ended, to) &&
    whyInvalid(to, { gp3: about.policy.gp3 }) === undefined &&
    judgeCost({ from, to, cost: costChange({ from, to }, about.prices) }, about).is === 'fine';
  const { steps, reasons } = proposeChange(
    input,
    decision,
    about,
    (to) => isWithin(to, decision.to, about) && isFine(to),
  );
  return { steps: steps.map((step) => askedBefore(input, step, isFine) ?? step), reasons };
}

/**
 * A class beyond the ceiling of the config, or what the instance carries, costs money and helps nothing. Throughput that
 * comes with the IOPS of io1 and io2 is not asked for, nor paid.
 */
function isWithin(made: Performance, needed: Performance, about: DecisionInput): boolean {
  if (!about.host.known) return false;
  const bounds = boundsOf(needed, about, about.host.value);
  const asked: readonly (keyof Figures)[] = made.type === 'gp3' ? ['iops', 'throughputMib'] : ['iops'];
  return asked.every((figure) => made[figure] <= Math.max(needed[figure], bounds[figure].value));
}

/** The one step that makes the change. `isAllowed`: of what a class would make of the volume. */
export function proposeChange(
  input: Input,
  change: Wanted,
  about: VolumeNow,
  isAllowed: (made: Performance) => boolean,
): Proposed {
  if (change.via === 'attributes-class') return classStep(input, change, about, isAllowed);
  const why = whyNotAllowed(input);
  return why === undefined
    ? { steps: [modifyStep(input, change)], reasons: [] }
    : { steps: [], reasons: [why] };
}

/** As the role has it: volumes of the CSI drivers, and those that somebody tagged for Paramedic. */
function whyNotAllowed({ facts: { volume } }: Input): string | undefined {
  if (!volume.known) return undefined;
  const { id, tags } = volume.value;
  const isOfDriver =
    tags['ebs.csi.aws.com/cluster'] === 'true' ||
    tags['kubernetes.io/created-for/pvc/name'] !== undefined ||
    tags['eks:eks-cluster-name'] !== undefined;
  if (isOfDriver || tags['paramedic'] === 'true') return undefined;
  return `proposed only: ${id} is no volume of a CSI driver; tag it paramedic=true to let Paramedic change it`;
}

function modifyStep({ facts, now }: Input, { from, to, cost, reasons }: Wanted): Step {
  const id = facts.volume.known ? facts.volume.value.id : '';
  return {
    action: 'modify-volume',
    targets: [{ kind: 'volume', id, name: id }],
    goal: { from: json(from), to: json(to) },
    reason: `${shown(from)} → ${shown(to)}: ${costText(cost)}; ${reasons[0] ?? ''}`,
    answerBy: now + ANSWER_WITHIN_MS,
  };
}

/** Only a class that is there: none is made, and none is edited. */
function classStep(
  { facts, now }: Input,
  { from, to, reasons }: Wanted,
  about: VolumeNow,
  isAllowed: (made: Performance) => boolean,
): Proposed {
  const { claim, volume } = facts;
  if (!claim.known || claim.value === null || !volume.known) return { steps: [], reasons: [] };
  const { namespace, name, attributesClass, currentAttributesClass, classes } = claim.value;
  if (currentAttributesClass !== null && currentAttributesClass !== attributesClass) {
    const why = `${namespace}/${name} names class ${attributesClass}, and ${currentAttributesClass} is still in effect`;
    return { steps: [], reasons: [`proposed only: ${why}: the driver has not carried it out`] };
  }
  const use = { boot: about.boot, multiAttach: about.multiAttach, gp3: about.policy.gp3 };
  const isFine = (made: Performance) => whyInvalid(made, use) === undefined && isAllowed(made);
  const fitting = fittingClass(classes, { from, to }, isFine);
  if (fitting === undefined) {
    const words =
      to.type === 'gp3' ? `, iops ${to.iops} and throughput ${to.throughputMib}` : ` and iops ${to.iops}`;
    const wanted = `a VolumeAttributesClass with type ${to.type}${words}`;
    return {
      steps: [],
      reasons: [`proposed only: no class gives what is needed: ${wanted}, named by ${namespace}/${name}`],
    };
  }
  const cost = costText(costChange({ from, to: fitting.to }, about.prices));
  const step: Step = {
    action: 'change-attributes-class',
    targets: [{ kind: 'volume', id: volume.value.id, name: `${volume.value.id} of ${namespace}/${name}` }],
    goal: { from: json(from), to: json(fitting.to), class: fitting.name, fromClass: attributesClass },
    reason: `class ${attributesClass} → ${fitting.name}: ${shown(from)} → ${shown(fitting.to)}: ${cost}; ${reasons[0] ?? ''}`,
    answerBy: now + ANSWER_WITHIN_MS,
  };
  return { steps: [step], reasons: [] };
}

export function shown({ type, iops, throughputMib }: Performance): string {
  return `${type} with ${iops} IOPS and ${Math.round(throughputMib)} MiB/s`;
}

function json(performance: Performance): Json {
  return { ...performance };
}
