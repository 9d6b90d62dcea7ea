import { humanDuration, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import { BOOT_MS, type BootWindow, bootWindowOf } from './boot-window.ts';
import type { Cause, Mate } from './types.ts';
import { checkOf, type Look, RESOURCES, unknowns, type Verdict, VOLUME_CHECK } from './verdict.ts';

/** Short of it for at least this long while it booted, and hardly ever else. */
const SHORT_MS = 3 * MINUTE_MS;
const MAX_ELSEWHERE = 0.25;
const MAX_NAMES = 5;

/** Whether a root volume is short only while its node boots. */
export function bootVerdict(look: Look): Verdict {
  const { isRoot, launchedAt, measured } = look;
  if (isRoot.known && !isRoot.value) return { is: 'no', evidence: [] };
  const checks = RESOURCES.map((resource) => checkOf(look, VOLUME_CHECK[resource]));
  if (checks.every((check) => check.known && check.value.hitMs === 0)) return { is: 'no', evidence: [] };
  if (!launchedAt.known) return { is: 'unknown', why: unknowns(launchedAt) };
  const launched = `${launchedAt.source}: launched at ${isoTime(launchedAt.value)}`;
  if (launchedAt.value + BOOT_MS <= measured.window.from)
    return { is: 'no', evidence: [`${launched}, long ago`] };
  const boot = bootWindowOf(measured, launchedAt.value);
  if (!boot.known) return { is: 'unknown', why: unknowns(boot) };
  const { shortMs, elsewhereMs } = boot.value;
  const evidence = [launched, bootLine(boot.value)];
  if (shortMs < SHORT_MS || elsewhereMs > shortMs * MAX_ELSEWHERE) return { is: 'no', evidence };
  if (!isRoot.known) return { is: 'unknown', why: unknowns(isRoot) };
  return { is: 'cause', cause: causeOf(look, boot.value, evidence) };
}

function causeOf({ mates }: Look, { short, basedOn }: BootWindow, evidence: readonly string[]): Cause {
  const { confidence, lines } = matesOf(mates.known ? mates.value : []);
  return {
    name: 'boot-burst',
    confidence,
    short,
    basedOn,
    evidence: [...evidence, ...lines, ...unknowns(mates)],
    wouldNotHelp: [
      'a change of this volume: its boot is over, and the next node starts with what it is made with',
    ],
  };
}

/** One node alone may have booted badly for a reason of its own. */
function matesOf(mates: readonly Mate[]): { confidence: Cause['confidence']; lines: string[] } {
  const measured = mates.flatMap(({ instanceId, boot }) =>
    boot.known ? [{ instanceId, ...boot.value }] : [],
  );
  const same = measured.filter(({ shortMs }) => shortMs >= SHORT_MS);
  if (measured.length === 0)
    return { confidence: 'likely', lines: ['no other node of its group to compare with'] };
  const names = same
    .slice(0, MAX_NAMES)
    .map(({ instanceId, shortMs }) => `${instanceId} ${humanDuration(shortMs)}`);
  const list = names.length === 0 ? '' : `: ${names.join(', ')}`;
  const line = `${same.length} of ${measured.length} other nodes of its group were short at their boot${list}`;
  if (same.length === 0) return { confidence: 'possible', lines: [`signals disagree: ${line}`] };
  return { confidence: same.length >= measured.length / 2 ? 'certain' : 'likely', lines: [line] };
}

function bootLine({ from, to, shortMs, measuredMs, elsewhereMs, short }: BootWindow): string {
  const of = short.length === 0 ? '' : ` of ${short.join(' and ')}`;
  return `short${of} in ${shortMs / MINUTE_MS} of ${measuredMs / MINUTE_MS} min between ${isoTime(from)} and ${isoTime(to)}, ${elsewhereMs / MINUTE_MS} min at other times`;
}
