import { describeFailure } from '../shared/errors.ts';
import type { StopState } from '../shared/incident/stop-switch.ts';
import type { Deployment } from './deployment.ts';
import { plain } from './output.ts';
import { configLine, outerLines, pushedMode, readSwitches, stopLine, switchLines } from './stop-report.ts';
import type { Switch } from './switches.ts';
import { personOf, TARGET_OPTIONS, targetOf } from './target.ts';
import { EXIT, type ExitCode, type OptionSpec, requiredText, type VerbInput } from './verb.ts';

export const STOP_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  reason: { type: 'string', value: '<text>', help: 'why; kept in the ledger (required)' },
  by: { type: 'string', value: '<name>', help: 'who; default your user name' },
  json: { type: 'boolean', help: 'the state of the switch as JSON' },
  ...TARGET_OPTIONS,
};

/** Every switch, as it reads now; changes nothing. */
export async function showSwitches({ options, output, context }: VerbInput): Promise<ExitCode> {
  const deployment = await context.connect(targetOf(options, context.env));
  const switches = await readSwitches(deployment, context.clock.now());
  if (options['json'] === true) output.json(switches);
  else for (const line of switchLines(switches)) output.data(line);
  return EXIT.ok;
}

/** Each switch is written by itself and read back: one that cannot be reached does not keep the others. */
export async function stop(input: VerbInput): Promise<ExitCode> {
  const { options, context } = input;
  const change = {
    engaged: true,
    by: personOf(options, context.env),
    reason: requiredText(options, 'reason'),
  };
  const deployment = await context.connect(targetOf(options, context.env));
  const { switches } = deployment;
  const [ledger, roles, rules] = await Promise.all([
    writeLedger(deployment, change),
    options['deny'] === true ? switches.deny() : undefined,
    options['rules'] === true ? switches.disableRules() : undefined,
  ]);
  tell(input, deployment, ledger, { roles, rules });
  const isAsAsked = isAt(ledger, 'engaged') && isEngaged(roles) && isEngaged(rules);
  return finish(input, deployment, isAsAsked);
}

/** Undefined: not asked for. Where nothing was found to act on, nothing is stopped by it. */
function isEngaged(list: readonly Switch[] | undefined): boolean {
  const there = list?.filter(({ state }) => state !== 'absent');
  return there === undefined || (there.length > 0 && there.every(({ state }) => state === 'engaged'));
}

/** Releases what `stop` engaged, the ledger's switch last, and says what somebody else holds. */
export async function resume(input: VerbInput): Promise<ExitCode> {
  const { options, context } = input;
  const change = {
    engaged: false,
    by: personOf(options, context.env),
    reason: requiredText(options, 'reason'),
  };
  const deployment = await context.connect(targetOf(options, context.env));
  const [roles, rules] = await Promise.all([deployment.switches.allow(), deployment.switches.enableRules()]);
  const ledger = await writeLedger(deployment, change);
  const config = await pushedMode(deployment);
  tell(input, deployment, ledger, { roles, rules });
  if (config.mode === 'off' || config.modeUnknown !== undefined)
    input.output.talk(plain(`${deployment.name}: ${configLine(config)}`));
  const isHeld = ({ state }: Switch) => state === 'engaged' || state === 'altered';
  const isClear = config.mode !== 'off' && ![...roles, ...rules].some(isHeld);
  return finish(input, deployment, isAt(ledger, 'clear') && isClear);
}

/** As it reads now, and why its writing failed, if it did: part of it may have been done. */
interface LedgerSwitch {
  state: StopState;
  problem?: string;
}

async function writeLedger(
  deployment: Deployment,
  change: { engaged: boolean; by: string; reason: string },
): Promise<LedgerSwitch> {
  try {
    await deployment.writeStop(change);
  } catch (error) {
    return { state: await deployment.readStop(), problem: `not written: ${describeFailure(error)}` };
  }
  return { state: await deployment.readStop() };
}

function isAt({ state, problem }: LedgerSwitch, asked: 'engaged' | 'clear'): boolean {
  return state.state === asked && problem === undefined;
}

function tell(
  { options, output }: VerbInput,
  { name }: Deployment,
  { state, problem }: LedgerSwitch,
  { roles, rules }: { roles: Switch[] | undefined; rules: Switch[] | undefined },
): void {
  const isJson = options['json'] === true;
  if (isJson) output.json(state);
  else output.data(stopLine(state));
  const line = plain(`stop switch: ${problem ?? ''}`);
  if (problem !== undefined && isJson) output.talk(`${name}: ${line}`);
  else if (problem !== undefined) output.data(line);
  for (const [what, list] of [
    ['explicit Deny', roles],
    ['rule disabled', rules],
  ] as const) {
    for (const line of list === undefined ? [] : outerLines(what, list))
      output.talk(plain(`${name}: ${line}`));
  }
}

function finish({ output }: VerbInput, { name }: Deployment, isAsAsked: boolean): ExitCode {
  output.talk(isAsAsked ? `${name}: done` : `${name}: not every switch is as asked, see above`);
  return isAsAsked ? EXIT.ok : EXIT.error;
}
