import { placeName } from '../../cluster/account.ts';
import type { Incident } from '../../incident/incident.ts';
import type { Severity } from '../../incident/plan.ts';
import { headlineOf, lookOf, needsPeople, severityOf, stateOf } from './state.ts';
import { data, fittingLines } from './text.ts';

const SHOWN = 10;
const MAX_LINES = 2_800;
const MAX_HEADLINE = 160;
const SEVERITIES: readonly Uppercase<Severity>[] = ['CRITICAL', 'HIGH', 'WARNING', 'INFO'];

/** How many incidents stand how, one line a state, those first that need somebody. */
export function countLines(incidents: readonly Incident[], now: number): string {
  const counts = new Map<string, number>();
  for (const incident of sorted(incidents, now)) {
    const { icon, words } = lookOf(stateOf(incident, now));
    counts.set(`${icon} ${words}`, (counts.get(`${icon} ${words}`) ?? 0) + 1);
  }
  return [...counts].map(([words, count]) => `${words}: ${count}`).join('\n');
}

/** The ten that matter most, one line each, and how many more there are. */
export function topLines(incidents: readonly Incident[], now: number): string {
  const shown = sorted(incidents, now).slice(0, SHOWN);
  const lines = shown.map((incident) => {
    const { icon, words } = lookOf(stateOf(incident, now));
    const where = data(placeName(incident.cluster), 40);
    return `${icon} ${words} · ${where} · ${data(headlineOf(incident), MAX_HEADLINE)} (${data(incident.id, 40)})`;
  });
  return fittingLines(lines, MAX_LINES, incidents.length - shown.length);
}

export function worstSeverity(incidents: readonly Incident[]): Uppercase<Severity> {
  return SEVERITIES.find((severity) => incidents.some((each) => severityOf(each) === severity)) ?? 'INFO';
}

/** Whether anyone is needed, over all of them. */
export function needOf(incidents: readonly Incident[], now: number): string {
  const states = incidents.map((incident) => stateOf(incident, now));
  const worst = states.find((state) => state === 'awaiting') ?? states.find(needsPeople) ?? 'ignored';
  return lookOf(worst).need;
}

function sorted(incidents: readonly Incident[], now: number): Incident[] {
  const rank = (incident: Incident) =>
    (needsPeople(stateOf(incident, now)) ? 0 : SEVERITIES.length) + SEVERITIES.indexOf(severityOf(incident));
  return incidents.toSorted((left, right) => rank(left) - rank(right) || left.openedAt - right.openedAt);
}
