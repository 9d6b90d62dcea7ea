import { MINUTE_MS } from '../../../shared/clock.ts';
import { RECENT_MS } from '../measure/statistics.ts';
import { checkLine } from './lines.ts';
import type { Cause } from './types.ts';
import { atMost, checkOf, type Look, unknowns, type Verdict } from './verdict.ts';

/** AWS's recommended alarm waits for ten minutes; half of it is sure enough to page. */
const SURE_MS = 5 * MINUTE_MS;

const STALLED: Omit<Cause, 'confidence' | 'evidence'> = {
  name: 'stalled-io',
  short: [],
  basedOn: ['stalled'],
  wouldNotHelp: [
    'more IOPS or throughput, or anything else Paramedic does: the cause is with AWS or the instance',
  ],
};

/** Whether operations do not come back at all. */
export function stalledVerdict(look: Look): Verdict {
  const check = checkOf(look, 'stalled');
  const flowing = flowingIn(look);
  if (!check.known) {
    return flowing.size >= SURE_MS / MINUTE_MS
      ? { is: 'no', evidence: ['operations were done in the last minutes: nothing stalls'] }
      : { is: 'unknown', why: unknowns(check) };
  }
  const { recentHitMs } = check.value;
  if (recentHitMs === 0) return { is: 'no', evidence: [checkLine(check)] };
  const odd = oddMinutes(look, flowing);
  const isOdd = odd > 0 && odd * MINUTE_MS >= recentHitMs / 2;
  const confidence = atMost(recentHitMs >= SURE_MS ? 'certain' : 'likely', isOdd ? 'possible' : 'certain');
  const doubt = `signals disagree: operations were done in ${odd} of these minutes`;
  const evidence = [checkLine(check), ...(isOdd ? [doubt] : [])];
  return { is: 'cause', cause: { ...STALLED, confidence, evidence } };
}

/** Stalled, and operations done all the same. */
function oddMinutes({ measured: { series } }: Look, flowing: ReadonlySet<number>): number {
  const points = series.stalled.known ? series.stalled.value.points : [];
  return points.filter(({ at, value }) => value > 0 && flowing.has(at)).length;
}

/** The last minutes in which operations were done. */
function flowingIn({ used, measured: { window } }: Look): Set<number> {
  const points = used.iops.known ? used.iops.value.points : [];
  return new Set(
    points.filter(({ at, value }) => value > 0 && at >= window.to - RECENT_MS).map(({ at }) => at),
  );
}
