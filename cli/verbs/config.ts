import { didYouMean } from '../../shared/config/nearest.ts';
import { history } from '../config/history.ts';
import { accept, diffFile, pushFile, rollback } from '../config/push.ts';
import { show } from '../config/show.ts';
import { validateFile } from '../config/validate.ts';
import { TARGET_OPTIONS } from '../target.ts';
import { type ExitCode, UsageError, type Verb, type VerbInput } from '../verb.ts';

const DEFAULT_FILE = 'paramedic.yaml';

interface Command {
  run(input: VerbInput, operand: string): Promise<ExitCode>;
  /** Of the verb's options, those that mean something here, beside the target. */
  options: readonly string[];
  takesOperand?: boolean;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  validate: {
    run: (input, file) => validateFile(input, file || DEFAULT_FILE),
    options: ['json'],
    takesOperand: true,
  },
  show: { run: (input) => show(input), options: ['file', 'cluster', 'account', 'trouble', 'json'] },
  diff: {
    run: (input, file) => diffFile(input, file || DEFAULT_FILE),
    options: ['json'],
    takesOperand: true,
  },
  push: {
    run: (input, file) => pushFile(input, file || DEFAULT_FILE),
    options: ['reason', 'accept-risk'],
    takesOperand: true,
  },
  accept: { run: accept, options: [], takesOperand: true },
  history: { run: (input) => history(input), options: ['limit', 'json'] },
  rollback: { run: rollback, options: ['reason', 'accept-risk'], takesOperand: true },
};

/** What is left unread would be taken for read: `push --file new.yaml` must not push another file. */
function refuseUnread(what: string, { options, takesOperand }: Command, input: VerbInput): void {
  const known = [...options, ...Object.keys(TARGET_OPTIONS)];
  const unread = Object.keys(input.options).find((option) => !known.includes(option));
  if (unread !== undefined) throw new UsageError(`${what} takes no --${unread}`);
  const [, operand] = input.operands;
  if (takesOperand !== true && operand !== undefined) throw new UsageError(`too much: '${operand}'`);
}

export const verb: Verb = {
  name: 'config',
  summary: 'check, show, compare, push and roll back the config',
  operands: `${Object.keys(COMMANDS).join('|')} [file|hash|version]`,
  count: { min: 1, max: 2 },
  options: {
    file: { type: 'string', value: '<file>', help: 'show: of this file instead of the deployment' },
    cluster: {
      type: 'string',
      value: '<name>',
      help: 'show: for this cluster; default any that is not named',
    },
    account: { type: 'string', value: '<id>', help: 'show: the account of the cluster' },
    trouble: { type: 'string', value: '<name>', help: 'show: only this trouble' },
    reason: { type: 'string', value: '<text>', help: 'push, rollback: why; kept (required)' },
    'accept-risk': { type: 'boolean', help: 'push, rollback: even though the change is risky' },
    limit: { type: 'string', value: '<n>', help: 'history: versions shown; default 20' },
    json: { type: 'boolean', help: 'validate, show, diff, history: as JSON' },
    ...TARGET_OPTIONS,
  },
  examples: [
    'config show --file paramedic.yaml --cluster prod-eu1',
    'config diff paramedic.yaml --stage prod',
    'config push paramedic.yaml --stage prod --reason "auto for dev clusters" --accept-risk',
    'config accept 5f0c2a9d1e3b --stage prod',
  ],
  run: async (input) => {
    const [what = '', operand = ''] = input.operands;
    const command = Object.hasOwn(COMMANDS, what) ? COMMANDS[what] : undefined;
    if (command === undefined) {
      const known = Object.keys(COMMANDS);
      throw new UsageError(`say ${known.join(', ')}${didYouMean(what, known)}`);
    }
    refuseUnread(what, command, input);
    return await command.run(input, operand);
  },
};
