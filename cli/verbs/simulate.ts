import { troubles } from '../../functions/index.ts';
import type { Loaded } from '../../shared/config/effective.ts';
import { MODES } from '../../shared/config/policy.ts';
import { readConfig, readText, readWorld, shipped } from '../files.ts';
import { withInventedPrices } from '../simulate/prices.ts';
import { describeReport } from '../simulate/print.ts';
import { simulateEvent } from '../simulate/run.ts';
import { fittingWorld, isAboutVolumes } from '../simulate/worlds.ts';
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
      help: 'the simulated fleet (default: the one of simulator/worlds/ that fits the event)',
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
    'simulate events/ebs-alarm-iops.json --mode auto',
  ],
  run: async (input) => {
    const { operands, options, output, context } = input;
    const times = countOption(options, 'times') ?? 1;
    if (times > MAX_TIMES) throw new UsageError(`--times is at most ${MAX_TIMES}`);
    const body = await readText(context.cwd, operands[0] ?? '');
    const world = await readWorld(context.cwd, textOption(options, 'world') ?? fittingWorld(body));
    const { config, assumed } = await configFor(input, body, world.region);
    const report = await simulateEvent({
      body,
      world,
      config,
      troubles,
      assumed,
      slack: options['slack'] === true,
      times,
    });
    if (options['json'] === true) output.json(report);
    else for (const line of describeReport(report)) output.data(line);
    return EXIT.ok;
  },
};

/** A config of one's own holds as it is: what it makes of an event is what it would make of it in AWS. */
async function configFor({ options, context }: VerbInput, body: string, region: string) {
  const own = textOption(options, 'config');
  const loaded = inMode(await readConfig(context.cwd, own ?? shipped('paramedic.yaml')), options);
  const mayInvent = own === undefined && isAboutVolumes(body);
  const invented = mayInvent ? withInventedPrices(loaded, region) : undefined;
  if (invented === undefined) return { config: loaded, assumed: [] };
  const why = `prices: an invented list of ${region}, for the packaged config has none; without one a change is only proposed`;
  return { config: invented, assumed: [why] };
}

function inMode(loaded: Loaded, options: VerbInput['options']): Loaded {
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
