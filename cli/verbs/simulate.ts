import { troubles } from '../../functions/index.ts';
import type { Config } from '../../shared/config/load.ts';
import { MODES } from '../../shared/config/policy.ts';
import { readConfig, readText, readWorld, shipped } from '../files.ts';
import { describeReport } from '../simulate/print.ts';
import { simulateEvent } from '../simulate/run.ts';
import { countOption, EXIT, textOption, UsageError, type Verb, type VerbInput } from '../verb.ts';

const MAX_TIMES = 10_000;

export const verb: Verb = {
  name: 'simulate',
  summary:
    'Runs an event through every stage on a simulated cluster: the code that runs in Lambda, nothing real.',
  operands: '<event.json>',
  count: { min: 1, max: 1 },
  options: {
    world: {
      type: 'string',
      value: '<file>',
      help: 'the simulated fleet (default simulator/worlds/small.yaml)',
    },
    config: { type: 'string', value: '<file>', help: 'the config in force (default paramedic.yaml)' },
    mode: { type: 'string', value: '<mode>', help: `as if global.mode were this: ${MODES.join(', ')}` },
    times: {
      type: 'string',
      value: '<n>',
      help: `so many such events at once, each with ids of its own, at most ${MAX_TIMES}; default 1`,
    },
    slack: {
      type: 'boolean',
      help: 'also what a Slack channel would show: the message, its edits, its thread',
    },
    json: {
      type: 'boolean',
      help: 'one object: signals, incident, facts, findings, plan, guards, outcome, calls, timeline',
    },
  },
  examples: [
    'simulate events/spot-interruption-terminate.json',
    'simulate events/spot-interruption-terminate.json --mode auto --json',
    'simulate events/spot-interruption-terminate.json --mode approve --slack',
    'simulate events/throttled-node-role.json --times 20',
  ],
  run: async (input) => {
    const { operands, options, output, context } = input;
    const times = countOption(options, 'times') ?? 1;
    if (times > MAX_TIMES) throw new UsageError(`--times is at most ${MAX_TIMES}`);
    const body = await readText(context.cwd, operands[0] ?? '');
    const world = await readWorld(
      context.cwd,
      textOption(options, 'world') ?? shipped('simulator/worlds/small.yaml'),
    );
    const report = await simulateEvent({
      body,
      world,
      config: await configFor(input),
      troubles,
      slack: options['slack'] === true,
      times,
    });
    if (options['json'] === true) output.json(report);
    else for (const line of describeReport(report)) output.data(line);
    return EXIT.ok;
  },
};

async function configFor({ options, context }: VerbInput): Promise<{ config: Config; hash: string }> {
  const path = textOption(options, 'config') ?? shipped('paramedic.yaml');
  const loaded = await readConfig(context.cwd, path);
  const given = textOption(options, 'mode');
  if (given === undefined) return loaded;
  const mode = MODES.find((known) => known === given);
  if (mode === undefined) throw new UsageError(`--mode must be one of ${MODES.join(', ')}`);
  const { config } = loaded;
  const { 'global.mode': _, ...lines } = config.lines;
  return {
    hash: `${loaded.hash} --mode ${mode}`,
    config: { ...config, lines, global: { ...config.global, mode } },
  };
}
