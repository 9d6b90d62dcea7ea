import { troubles } from '../../functions/index.ts';
import { describeEnd, playDemo } from '../demo/play.ts';
import { configOf, readWorld, shipped } from '../files.ts';
import { EXIT, type Verb } from '../verb.ts';

/** The packaged default only observes; a demo that changes nothing shows nothing. */
const CONFIG = 'version: 1\nglobal: { mode: auto }\n';
const VICTIM = 'spot-a/0';
/** A virtual second takes this long on a terminal, in ms. */
const PACE_MS = 60;

export const verb: Verb = {
  name: 'demo',
  summary:
    'A simulated fleet of 20 nodes, a Spot interruption, and what Paramedic does about it, as it happens.',
  operands: '',
  count: { min: 0, max: 0 },
  options: {
    fast: { type: 'boolean', help: 'do not wait between the seconds' },
    slack: { type: 'boolean', help: 'show at the end what a Slack channel would show' },
  },
  examples: ['demo', 'demo --fast', 'demo --fast --slack'],
  run: async ({ options, output, context }) => {
    const isWatched = process.stdout.isTTY === true && options['fast'] !== true;
    output.data(
      output.paint('bold', 'Paramedic demo: the code that runs in Lambda, on a simulated cluster, mode auto'),
    );
    const incident = await playDemo({
      world: await readWorld(context.cwd, shipped('simulator/worlds/fleet.yaml')),
      config: configOf(CONFIG, 'demo'),
      troubles,
      victim: VICTIM,
      slack: options['slack'] === true,
      print: (line) => output.data(line),
      pause: async () => {
        if (isWatched) await context.clock.sleep(PACE_MS);
      },
    });
    if (incident === undefined) {
      output.talk('no incident was opened');
      return EXIT.error;
    }
    const isFixed = incident.outcome?.kind === 'fixed';
    output.data('');
    for (const line of describeEnd(incident)) output.data(output.paint(isFixed ? 'green' : 'red', line));
    output.data('');
    output.data('Next: npm run paramedic -- simulate events/spot-interruption-terminate.json');
    return isFixed ? EXIT.ok : EXIT.error;
  },
};
