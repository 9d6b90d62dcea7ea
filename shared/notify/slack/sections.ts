import { humanDuration } from '../../clock.ts';
import { fullPlaceName } from '../../cluster/account.ts';
import type { Incident, StepRecord } from '../../incident/incident.ts';
import type { Step } from '../../incident/plan.ts';
import { planHash, stepKey } from '../../incident/step-key.ts';
import type { SlackBlock } from '../../ports/slack.ts';
import { markdown, titled } from './blocks.ts';
import { withoutIds } from './people.ts';
import { code, codeNames, data, fittingLines, names } from './text.ts';
import { clockTime, dateTime } from './time.ts';
import type { IncidentView } from './view.ts';

/** A section takes 3,000 characters; its title is among them. */
const MAX_SECTION = 2_800;
const MAX_LINE = 300;
/** What nodes would have to be made with, and a patch to copy, need more than one. */
const MAX_EVIDENCE_SECTIONS = 3;

export function fieldBlocks(incident: Incident, view: IncidentView, count: number): SlackBlock[] {
  const { subject, cluster, signals, plan } = incident;
  const targets = [...new Set((plan?.steps ?? []).flatMap((step) => step.targets.map(({ name }) => name)))];
  const last = signals.at(-1);
  const fields = [
    `*Subject*\n${code(`${subject.kind} ${subject.id}`)}`,
    `*Cluster*\n${code(fullPlaceName(cluster), 120)}`,
    ...(targets.length === 0 ? [] : [`*Targets*\n${codeNames(targets)}`]),
    `*Mode*\n${code(view.mode)} ${code(view.modeRule)}`,
    ...(last === undefined ? [] : [`*Newest signal*\n${code(last.kind)} ${clockTime(last.occurredAt)}`]),
    `*Opened*\n${dateTime(incident.openedAt)}`,
  ];
  return count === 0 ? [] : [{ type: 'section', fields: fields.slice(0, count).map(markdown) }];
}

export function evidenceBlocks({ plan }: Incident, count: number): SlackBlock[] {
  const lines = (plan?.findings ?? []).flatMap(({ cause, confidence, evidence }) => [
    () => `${data(cause, MAX_LINE)} (${confidence})`,
    ...evidence.map((line) => () => ` • ${data(line, MAX_LINE)}`),
  ]);
  const shown = lines.slice(0, count).map((line) => line());
  const sections = inSections(shown).slice(0, MAX_EVIDENCE_SECTIONS);
  const hidden = lines.length - sections.reduce((sum, section) => sum + section.length, 0);
  return sections.flatMap((section, index) => {
    const rest = index === sections.length - 1 ? hidden : 0;
    return titled(index === 0 ? 'Evidence' : 'More evidence', fittingLines(section, MAX_SECTION, rest));
  });
}

/** As many lines in each as fit with a last one that counts what is left out. */
function inSections(lines: readonly string[]): string[][] {
  const sections: string[][] = [];
  let room = 0;
  for (const line of lines) {
    if (line.length + 1 > room) {
      sections.push([]);
      room = MAX_SECTION - MAX_LINE;
    }
    sections.at(-1)?.push(line);
    room -= line.length + 1;
  }
  return sections;
}

export function stepBlocks(incident: Incident, view: IncidentView, count: number): SlackBlock[] {
  const steps = [...incident.records.map((record) => () => recordLine(record)), ...plannedLines(incident)];
  const numbered = steps.map((line, index) => () => `${index + 1}. ${line()}`);
  return [
    ...titled(stepsTitle(incident, view), shortened(numbered, count)),
    ...titled('Left over', shortened(leftovers(incident), count)),
    ...titled('Why', shortened((incident.plan?.reasons ?? []).map(lineOf), count)),
  ];
}

function stepsTitle({ plan }: Incident, { risks }: IncidentView): string {
  if (plan === undefined || plan.steps.length === 0) return 'Steps';
  const first = plan.steps.findIndex(({ action }) => risks[action]?.reversible !== true);
  const until = first < 0 ? 'reversible' : `reversible until step ${first + 1}`;
  return `Plan ${planHash(plan)}, ${plan.steps.length} ${plan.steps.length === 1 ? 'step' : 'steps'}, ${until}`;
}

function recordLine({ step, state, ran, startedAt, endedAt, summary, decision }: StepRecord): string {
  const took = endedAt === undefined || ran !== true ? '' : ` in ${humanDuration(endedAt - startedAt)}`;
  return `${state}${took}: ${stepWords(step)}: ${data(withoutIds(summary ?? decision), MAX_LINE)}`;
}

const PLANNED = { allow: 'next', ask: 'asks first', refuse: 'refused' } as const;

/** What the newest plan has besides what ran or was settled. */
function plannedLines({ status, plan, verdicts = [], records }: Incident): Line[] {
  if (status === 'closed') return [];
  const steps = new Map((plan?.steps ?? []).map((step) => [stepKey(step), step]));
  const recorded = new Set(records.map(({ key }) => key));
  return verdicts
    .filter(({ key }) => !recorded.has(key))
    .map(({ key, action, verdict, reason }) => () => {
      const step = steps.get(key);
      const what = step === undefined ? data(action, 60) : stepWords(step);
      return `${PLANNED[verdict]}: ${what}: ${data(reason, MAX_LINE)}`;
    });
}

function stepWords({ action, targets }: Step): string {
  return `${data(action, 60)} ${names(targets.map(({ name }) => name))}`;
}

/** Details of the outcome that no step says already. */
function leftovers({ outcome, records }: Incident): Line[] {
  const said = new Set(
    records.map(({ step, state, summary, decision }) => `${step.action}: ${state}: ${summary ?? decision}`),
  );
  return (outcome?.details ?? []).filter((line) => !said.has(line)).map(lineOf);
}

/** Written only when it is shown. */
type Line = () => string;

function lineOf(text: string): Line {
  return () => data(text, MAX_LINE);
}

function shortened(lines: readonly Line[], count: number): string {
  if (lines.length === 0 || count === 0) return '';
  const shown = lines.slice(0, count).map((line) => line());
  return fittingLines(shown, MAX_SECTION, Math.max(0, lines.length - count));
}
