import { plain } from '../output.ts';
import { MAX_IN_ALARM, MAX_METRICS, MAX_SERIES, NEAR_SERIES } from './alarms.ts';
import type { Row } from './standing.ts';

const WORDS = {
  create: { planned: 'would create', done: 'created' },
  replace: { planned: 'would replace', done: 'replaced' },
  keep: { planned: 'stands as it should', done: 'stands as it should' },
  none: { planned: 'nothing to create', done: 'not created' },
} as const;

/** For stdout: what becomes of an alarm, and what it is. */
export function alarmLines(row: Row, isApplied: boolean): string[] {
  const words = WORDS[row.change][isApplied ? 'done' : 'planned'];
  const state = row.state === undefined ? '' : ` (${row.state})`;
  if (row.change === 'none') return [plain(`${row.name}: ${words}${state}: ${row.metric}: ${row.why}`)];
  const { query, periodSeconds, threshold, evaluationPeriods, datapointsToAlarm } = row.settings;
  return [
    `${row.name}: ${words}${state}: ${row.volumes} volumes now, ${row.metrics} metrics`,
    `  ${query}`,
    `  above ${threshold} in ${datapointsToAlarm} of ${evaluationPeriods} periods of ${periodSeconds} s`,
  ].map(plain);
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
  const { name, data, volumes, metrics, unseen, dimensions, evaluation } = row;
  const schema = `{${dimensions.join(', ')}}`;
  const found = [];
  if (data === 'partial') found.push(partialNote(volumes, metrics));
  if (data === 'near-limit') {
    found.push(
      `${volumes} volumes, of which CloudWatch evaluates ${MAX_SERIES}: PARTIAL_DATA is near. ${NO_SHARDS}`,
    );
  }
  if (unseen > 0) found.push(`${unseen} volumes publish it under other dimensions than ${schema}: not seen`);
  if (evaluation !== undefined) found.push(`CloudWatch says ${evaluation}`);
  return found.map((note) => `${name}: ${note}`);
}

const NO_SHARDS = `It is not sharded: a query filters by whole values alone, and lists of volumes would miss new ones. Watch those that matter by alarms of their own from ${NEAR_SERIES} volumes on`;

function partialNote(volumes: number, metrics: number): string {
  const limits = `of ${volumes} volumes CloudWatch evaluates ${MAX_SERIES}, of ${metrics} metrics ${MAX_METRICS}`;
  return `PARTIAL_DATA: ${limits}, and reports ${MAX_IN_ALARM} in ALARM. ${NO_SHARDS}`;
}

function priceNotes(rows: readonly Row[]): string[] {
  const metrics = rows.reduce((sum, row) => sum + (row.change === 'none' ? 0 : row.metrics), 0);
  if (metrics === 0) return [];
  return [
    `CloudWatch charges such an alarm every month for each metric it analyses: ${metrics} now, more as volumes come; the price is not known here`,
  ];
}
