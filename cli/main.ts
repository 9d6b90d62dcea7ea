import { parseArgs } from 'node:util';
import { wallClock } from '../shared/clock.ts';
import { nearest } from '../shared/config/nearest.ts';
import { describeFailure } from '../shared/errors.ts';
import { awsDeployment } from './deployment.ts';
import { overview, usageLine, verbHelp } from './help.ts';
import { type Output, streamOutput } from './output.ts';
import { type Context, EXIT, type ExitCode, type OptionValues, UsageError, type Verb } from './verb.ts';

type Loader = () => Promise<{ verb: Verb }>;

interface Registered {
  name: string;
  /** One line for the list of verbs. */
  summary: string;
  load: Loader;
}

/** Loaded one at a time: `--help` must not wait for the AWS SDK. */
export const VERBS: readonly Registered[] = [
  entry('demo', 'a simulated fleet and an interruption, told as it happens', () => import('./verbs/demo.ts')),
  entry(
    'simulate',
    'run an event through every stage on a simulated cluster',
    () => import('./verbs/simulate.ts'),
  ),
  entry('trigger', 'print a sample event, ready to send', () => import('./verbs/trigger.ts')),
  entry('init', 'write a commented starter config, which only observes', () => import('./verbs/init.ts')),
  entry('config', 'check, show, compare, push and roll back the config', () => import('./verbs/config.ts')),
  entry('validate', 'check a config file', () => import('./verbs/validate.ts')),
  entry('onboard', 'make the alarms that watch every EBS volume', () => import('./verbs/onboard.ts')),
  entry('why', 'every gate an incident met, in order', () => import('./verbs/why.ts')),
  entry('approve', 'say yes to a question of an incident', () => import('./verbs/approve.ts')),
  entry('deny', 'say no to the questions of an incident', () => import('./verbs/deny.ts')),
  entry('snooze', 'put off the end of the questions of an incident', () => import('./verbs/snooze.ts')),
  entry('stop', 'engage the stop switch: nothing is changed from now on', () => import('./verbs/stop.ts')),
  entry('resume', 'release every switch that stop engaged', () => import('./verbs/resume.ts')),
  entry('dlq', 'look at parked messages and send them again', () => import('./verbs/dlq.ts')),
];

function entry(name: string, summary: string, load: Loader): Registered {
  return { name, summary, load };
}

/** The process entry. */
export async function main(): Promise<void> {
  const output = streamOutput(process.stdout, process.stderr, process.env);
  // `paramedic … | head` closes our stdout: that is the reader's choice, not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.ok);
  });
  const context: Context = {
    env: process.env,
    cwd: process.cwd(),
    clock: wallClock,
    connect: (target) => awsDeployment(target, wallClock),
  };
  process.exitCode = await runCli(process.argv.slice(2), output, context);
}

/** `args` as after `paramedic`. Never throws: every failure is an exit code and a line on stderr. */
export async function runCli(args: readonly string[], output: Output, context: Context): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help')
    return printOverview(name, output);
  const registered = VERBS.find((verb) => verb.name === name);
  if (registered === undefined) return unknownVerb(name, output);
  try {
    const { verb } = await registered.load();
    return await runVerb(verb, rest, output, context);
  } catch (error) {
    output.talk(`paramedic ${name}: ${describeFailure(error)}`);
    return EXIT.error;
  }
}

export async function runVerb(
  verb: Verb,
  args: readonly string[],
  output: Output,
  context: Context,
): Promise<ExitCode> {
  try {
    const { options, operands } = parse(verb, args);
    if (options['help'] === true) {
      for (const line of verbHelp(verb)) output.data(line);
      return EXIT.ok;
    }
    checkCount(verb, operands);
    return await verb.run({ options, operands, output, context });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.talk(`paramedic ${verb.name}: ${error.message}`);
    output.talk(usageLine(verb));
    return EXIT.usage;
  }
}

function printOverview(name: string | undefined, output: Output): ExitCode {
  const write = name === undefined ? output.talk : output.data;
  for (const line of overview(VERBS)) write(line);
  return name === undefined ? EXIT.usage : EXIT.ok;
}

function unknownVerb(name: string, output: Output): ExitCode {
  const meant = nearest(
    name,
    VERBS.map((verb) => verb.name),
  );
  const hint = meant === undefined ? 'paramedic --help lists them' : `did you mean '${meant}'?`;
  output.talk(`paramedic: there is no verb '${name.slice(0, 40)}'; ${hint}`);
  return EXIT.usage;
}

function parse(verb: Verb, args: readonly string[]): { options: OptionValues; operands: string[] } {
  const specs = Object.entries({ ...verb.options, help: { type: 'boolean', help: '' } as const });
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: Object.fromEntries(
        specs.map(([name, spec]) => [
          name,
          { type: spec.type, multiple: 'multiple' in spec && spec.multiple === true },
        ]),
      ),
    });
    return { options: values, operands: positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'the command line cannot be read');
  }
}

function checkCount({ count, operands: wanted }: Verb, operands: readonly string[]): void {
  if (operands.length < count.min) throw new UsageError(`${wanted} is missing`);
  if (operands.length > count.max) throw new UsageError(`too much: '${operands[count.max]}'`);
}
