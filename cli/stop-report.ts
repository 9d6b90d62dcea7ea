import { isoTime } from '../shared/clock.ts';
import type { StopState } from '../shared/incident/stop-switch.ts';
import { baseOf } from './config/base.ts';
import type { Deployment } from './deployment.ts';
import { plain } from './output.ts';
import type { Switch } from './switches.ts';

/** Every switch there is; any one that is engaged stops what it says. */
export interface Switches {
  ledger: StopState;
  /** `global.mode` of the pushed config; undefined while the packaged file holds. */
  mode: string | undefined;
  roles: Switch[];
  rules: Switch[];
}

export async function readSwitches(deployment: Deployment): Promise<Switches> {
  const [ledger, mode, roles, rules] = await Promise.all([
    deployment.readStop(),
    pushedMode(deployment),
    deployment.switches.roles(),
    deployment.switches.rules(),
  ]);
  return { ledger, mode, roles, rules };
}

/** `global.mode` of the pushed config; undefined before the first push. */
export async function pushedMode(deployment: Deployment): Promise<string | undefined> {
  const { loaded } = await baseOf(deployment.config);
  return loaded?.config.global.mode;
}

/** One line per switch, rules and roles that are clear together. */
export function switchLines({ ledger, mode, roles, rules }: Switches): string[] {
  return [
    stopLine(ledger),
    configLine(mode),
    ...outerLines('explicit Deny', roles),
    ...outerLines('rule disabled', rules),
  ].map(plain);
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

export function configLine(mode: string | undefined): string {
  if (mode === undefined) return 'config: clear, as far as was pushed: the packaged paramedic.yaml holds';
  return `config: ${mode === 'off' ? 'engaged' : 'clear'}, global.mode is ${mode}`;
}

export function outerLines(what: string, switches: readonly Switch[]): string[] {
  const told = switches.filter(({ state }) => state === 'engaged' || state === 'unreadable');
  if (told.length === 0) return [`${what}: clear`];
  return told.map(({ name, state, byUs, why = '' }) => {
    if (state === 'unreadable') return plain(`${what}: ${name}: not known: ${why}`);
    return plain(`${what}: ${name}: engaged${byUs ? '' : ' by somebody else, who must release it'}`);
  });
}
