import { isoTime } from '../shared/clock.ts';
import type { StopState } from '../shared/incident/stop-switch.ts';
import { plain } from './output.ts';
import { personOf, TARGET_OPTIONS, targetOf } from './target.ts';
import { EXIT, type ExitCode, type OptionSpec, requiredText, type VerbInput } from './verb.ts';

export const STOP_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  reason: { type: 'string', value: '<text>', help: 'why; kept in the ledger (required)' },
  by: { type: 'string', value: '<name>', help: 'who; default your user name' },
  json: { type: 'boolean', help: 'the state of the switch as JSON' },
  ...TARGET_OPTIONS,
};

/** Writes the switch and reads it back: only what was read is reported. */
export async function switchStop(input: VerbInput, engaged: boolean): Promise<ExitCode> {
  const { options, output, context } = input;
  const reason = requiredText(options, 'reason');
  const by = personOf(options, context.env);
  const deployment = await context.connect(targetOf(options, context.env));
  await deployment.writeStop({ engaged, by, reason });
  const state = await deployment.readStop();
  if (options['json'] === true) output.json(state);
  else output.data(describe(state));
  const isAsAsked = state.state === (engaged ? 'engaged' : 'clear');
  output.talk(
    isAsAsked ? `${deployment.name}: done` : `${deployment.name}: somebody else changed the switch`,
  );
  return isAsAsked ? EXIT.ok : EXIT.error;
}

function describe(state: StopState): string {
  if (state.state === 'clear') return 'stop switch: clear';
  if (state.state === 'unreadable')
    return `stop switch: unreadable, which counts as engaged: ${plain(state.why)}`;
  return `stop switch: engaged at ${isoTime(state.at)} by ${plain(state.by)}: ${plain(state.reason)}`;
}
