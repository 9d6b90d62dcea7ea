import { type OwnThrottling, ownThrottlingText } from '../functions/api-throttling/own-calls.ts';
import { type EpochMs, isoTime } from '../shared/clock.ts';
import { describeFailure } from '../shared/errors.ts';
import { type Fact, readFact } from '../shared/fact.ts';
import type { StopState } from '../shared/incident/stop-switch.ts';
import { baseOf } from './config/base.ts';
import type { Deployment } from './deployment.ts';
import { plain } from './output.ts';
import type { Switch } from './switches.ts';

/** Every switch there is; any one that is engaged stops what it says. */
export interface Switches {
  ledger: StopState;
  /** `global.mode` of the pushed config; undefined while the packaged file holds, or where `modeUnknown` says why. */
  mode: string | undefined;
  modeUnknown?: string;
  roles: Switch[];
  rules: Switch[];
  /** No switch of a person's: what Paramedic holds back by itself because AWS throttles its own calls. */
  ownCalls: Fact<OwnThrottling[]>;
}

export async function readSwitches(deployment: Deployment, now: EpochMs): Promise<Switches> {
  const [ledger, mode, roles, rules, ownCalls] = await Promise.all([
    deployment.readStop(),
    pushedMode(deployment),
    deployment.switches.roles(),
    deployment.switches.rules(),
    readFact('ledger', now, () => deployment.ownThrottling()),
  ]);
  return { ledger, ...mode, roles, rules, ownCalls };
}

/** What cannot be read is said and hides no other switch. Never throws. */
export async function pushedMode(deployment: Deployment): Promise<Pick<Switches, 'mode' | 'modeUnknown'>> {
  try {
    const { loaded, version } = await baseOf(deployment.config);
    if (loaded !== undefined) return { mode: loaded.config.global.mode };
    if (version === 0) return { mode: undefined };
    return { mode: undefined, modeUnknown: `version ${version} is not valid to this version of paramedic` };
  } catch (error) {
    return { mode: undefined, modeUnknown: describeFailure(error) };
  }
}

/** One line per switch, rules and roles that are clear together. */
export function switchLines({ ledger, roles, rules, ownCalls, ...config }: Switches): string[] {
  return [
    stopLine(ledger),
    configLine(config),
    ...outerLines('explicit Deny', roles),
    ...outerLines('rule disabled', rules),
    ...ownCallLines(ownCalls),
  ].map(plain);
}

function ownCallLines(ownCalls: Switches['ownCalls']): string[] {
  if (!ownCalls.known) return [`own calls: not known: ${ownCalls.why}`];
  if (ownCalls.value.length === 0) return ['own calls: clear'];
  return ownCalls.value.map((each) => `own calls: ${ownThrottlingText(each)}`);
}

export function stopLine(state: StopState): string {
  switch (state.state) {
    case 'clear':
      return 'stop switch: clear';
    case 'unreadable':
      return plain(`stop switch: unreadable, which counts as engaged: ${state.why}`);
    case 'denied':
      return plain(`stop switch: you may not read it: ${state.why}`);
    case 'engaged':
      return plain(`stop switch: engaged at ${isoTime(state.at)} by ${state.by}: ${state.reason}`);
  }
}

export function configLine({ mode, modeUnknown }: Pick<Switches, 'mode' | 'modeUnknown'>): string {
  if (modeUnknown !== undefined) return `config: not known: ${modeUnknown}`;
  if (mode === undefined) return 'config: clear, as far as was pushed: the packaged paramedic.yaml holds';
  return `config: ${mode === 'off' ? 'engaged' : 'clear'}, global.mode is ${mode}`;
}

export function outerLines(what: string, switches: readonly Switch[]): string[] {
  const told = switches.filter(({ state }) => state !== 'clear' && state !== 'absent');
  if (switches.every(({ state }) => state === 'absent')) return [`${what}: found nothing to act on`];
  if (told.length === 0) return [`${what}: clear`];
  return told.map(({ name, state, byUs, why = '' }) => {
    if (state === 'unreadable') return plain(`${what}: ${name}: not known: ${why}`);
    if (state === 'altered') return plain(`${what}: ${name}: no longer, but ${why}`);
    const release = byUs ? '' : ' by somebody else, who must release it';
    return plain(`${what}: ${name}: engaged${release}${why === '' ? '' : `: ${why}`}`);
  });
}
