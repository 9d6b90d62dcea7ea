import { humanDuration, isoTime } from '../../../shared/clock.ts';
import { lengthOf, longestOf, type Spell } from '../measure/statistics.ts';
import { limitOf } from './limit.ts';
import type { Cause } from './types.ts';
import {
  checkOf,
  INSTANCE_CHECK,
  type Look,
  RESOURCES,
  UNIT,
  type Verdict,
  VOLUME_CHECK,
} from './verdict.ts';

/** Everything was measured and nothing is short: it is over already, or the alarm's threshold is too low. */
export function nothingWrong(look: Look, verdicts: readonly Verdict[]): Cause {
  const checks = RESOURCES.flatMap((resource) => [VOLUME_CHECK[resource], INSTANCE_CHECK[resource]]);
  const spells = checks.flatMap((name) => {
    const check = checkOf(look, name);
    return check.known && check.value.state === 'over' ? check.value.spells : [];
  });
  const isSure = RESOURCES.every(
    (resource) => look.measured.series[VOLUME_CHECK[resource]].known && look.used[resource].known,
  );
  return {
    name: 'nothing-wrong',
    confidence: isSure ? 'certain' : 'likely',
    short: [],
    basedOn: [],
    evidence: [
      spells.length === 0 ? lowLine(look) : overLine(spells),
      ...verdicts.flatMap((verdict) => (verdict.is === 'no' ? verdict.evidence : [])),
    ],
    wouldNotHelp: ['more IOPS or throughput: what there is, is not used'],
  };
}

function overLine(spells: readonly Spell[]): string {
  const end = Math.max(...spells.map(({ to }) => to));
  const longest = longestOf(spells);
  const run = longest === undefined ? '' : `; the longest time was ${humanDuration(lengthOf(longest))}`;
  return `it is over since ${isoTime(end)}${run}`;
}

function lowLine({ performance, used }: Look): string {
  const shares = RESOURCES.flatMap((resource) => {
    const limit = performance.known ? limitOf(performance.value, resource)?.withCredits : undefined;
    const fact = used[resource];
    if (limit === undefined || !fact.known) return [];
    const most = Math.max(...fact.value.points.map(({ value }) => value));
    return [`${Math.round((most / limit) * 100)} % of its ${UNIT[resource]}`];
  });
  const most = shares.length === 0 ? '' : `: at most ${shares.join(' and ')} were used`;
  return `the alarm asks for less than the volume gives${most}`;
}
