import { type EpochMs, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import { hitsOf } from '../measure/statistics.ts';
import { podNames } from '../pods.ts';
import type { Cause, CauseName, PodOnVolume } from './types.ts';
import type { Look } from './verdict.ts';

const SHARED: readonly CauseName[] = ['volume-iops', 'volume-throughput', 'burst-balance'];
const NEAR_MS = 5 * MINUTE_MS;
const NOT_ANOTHER_NODE = 'another node of the same kind: the same pods share its root volume as well';

/** Who shares a root volume that is short. No metric tells pods apart: it is never certain. */
export function neighbours(look: Look, causes: readonly Cause[]): Cause[] {
  const { isRoot, pods } = look;
  const short = causes.filter(({ name }) => SHARED.includes(name));
  const [first] = short;
  if (first === undefined || !isRoot.known || !isRoot.value || !pods.known || pods.value.length < 2)
    return [];
  const began = beganAt(look, first);
  const started = pods.value.filter(({ startedAt }) => isNear(startedAt, began));
  const when = began === undefined ? '' : `started within 5 min of ${isoTime(began)}, when it began`;
  return [
    {
      name: 'noisy-neighbour',
      confidence: started.length === 1 ? 'likely' : 'possible',
      short: [...new Set(short.flatMap((cause) => cause.short))],
      basedOn: first.basedOn,
      evidence: [...sharedLines(pods), ...listed(when, started)],
      wouldNotHelp: [NOT_ANOTHER_NODE],
    },
  ];
}

function isNear(startedAt: EpochMs | undefined, began: EpochMs | undefined): boolean {
  return began !== undefined && startedAt !== undefined && Math.abs(startedAt - began) <= NEAR_MS;
}

/** Of the newest spell of what proves the cause. */
function beganAt({ measured: { series, window } }: Look, { basedOn }: Cause): EpochMs | undefined {
  const check = basedOn.find((name) => name === 'iopsExceeded' || name === 'throughputExceeded');
  const fact = check === undefined ? undefined : series[check];
  if (fact?.known !== true) return undefined;
  return hitsOf(fact.value, window, ({ value }) => value > 0).spells.at(-1)?.from;
}

/** Who shares a root volume: all pods of the node, and some of them more than others. */
export function sharedLines({ source, value }: Fact<PodOnVolume[]> & { known: true }): string[] {
  return [
    `${source}: ${value.length} pods share it with the node itself: images, logs and emptyDir`,
    ...listed(
      'with an emptyDir on it',
      value.filter(({ hasEmptyDir }) => hasEmptyDir),
    ),
    ...listed(
      'with the logs of the node mounted',
      value.filter(({ hasLogs }) => hasLogs),
    ),
  ];
}

function listed(what: string, pods: readonly PodOnVolume[]): string[] {
  return pods.length === 0 ? [] : [`${what}: ${podNames(pods)}`];
}
