import { plain } from '../output.ts';
import { type FleetAlarm, MAX_IN_ALARM, MAX_METRICS, MAX_SERIES } from './alarms.ts';
import type { Row } from './standing.ts';

const WORDS = {
  create: { planned: 'would create', done: 'created' },
  replace: { planned: 'would replace', done: 'replaced' },
  keep: { planned: 'stands as it should', done: 'stands as it should' },
  none: { planned: 'nothing to create', done: 'not created' },
} as const;

/** For stdout: what becomes of an alarm, and what it is. */
export function alarmLines(row: Row, isApplied: boolean): string[] {
  const state = row.state === undefined ? '' : ` (${row.state})`;
  const lead = `${row.name}: ${wordOf(row, isApplied)}${state}`;
  if (row.change === 'none') return [plain(`${lead}: ${row.metric}: ${row.why}`)];
  const { query, periodSeconds, threshold, evaluationPeriods, datapointsToAlarm } = row.settings;
  return [
    `${lead}: ${row.volumes} volumes now, ${row.metrics} metrics`,
    `  ${query}`,
    `  above ${threshold} in ${datapointsToAlarm} of ${evaluationPeriods} periods of ${periodSeconds} s`,
  ].map(plain);
}

function wordOf({ change, state }: Row, isApplied: boolean): string {
  if (change === 'none' && state !== undefined) return 'left as it is';
  return WORDS[change][isApplied ? 'done' : 'planned'];
}

/** For stderr: what the alarms do not see, what they cost, and what to do next. */
export function notes(rows: readonly Row[], isApplied: boolean): string[] {
  const isDue = rows.some(({ change }) => change === 'create' || change === 'replace');
  return [
    ...rows.flatMap(sightNotes),
    ...priceNotes(rows),
    ...(isDue && !isApplied ? ['nothing was changed; --apply does it'] : []),
  ];
}

function sightNotes(row: Row): string[] {
  if (row.change === 'none') return [];
  const { name, unseen, dimensions, evaluation } = row;
  const found = partNotes(row);
  if (unseen > 0) {
    const schema = `{${dimensions.join(', ')}}`;
    found.push(`${unseen} more volumes publish it under other dimensions than ${schema}: not seen`);
  }
  if (evaluation !== undefined) found.push(`CloudWatch says ${evaluation} of it`);
  return found.map((note) => `${name}: ${note}`);
}

/** It is sorted: a volume that is short is before all that are not (decision 12). */
const HIGHEST = `It takes the ${MAX_SERIES} with the highest values: one that is short is left out only while more than those are`;
const FIRST_FOUND = 'Which of them it takes cannot be chosen: give volumes that matter alarms of their own';

function partNotes({ data, volumes, metrics }: FleetAlarm): string[] {
  if (data === 'complete') return [];
  const limits =
    `${volumes} volumes, of which CloudWatch evaluates at most ${MAX_SERIES} and reports ${MAX_IN_ALARM} in ALARM, ` +
    `from ${metrics} metrics, of which it takes at most ${MAX_METRICS}`;
  const lead = data === 'partial' ? 'PARTIAL_DATA' : 'PARTIAL_DATA is near';
  return [`${lead}: ${limits}. ${metrics > MAX_METRICS ? FIRST_FOUND : HIGHEST}`];
}

function priceNotes(rows: readonly Row[]): string[] {
  const metrics = rows.reduce((sum, row) => sum + (row.change === 'none' ? 0 : row.metrics), 0);
  if (metrics === 0) return [];
  return [
    `CloudWatch charges such alarms every month for each metric they analyse: ${metrics} now, more as volumes ` +
      'come; the price is not known here',
  ];
}
