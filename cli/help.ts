import { table } from './output.ts';
import type { Verb } from './verb.ts';

export function usageLine(verb: Verb): string {
  return `usage: paramedic ${verb.name} ${verb.operands} [options]`.replace(/ {2,}/g, ' ');
}

export function verbHelp(verb: Verb): string[] {
  const options = Object.entries(verb.options).map(([name, spec]) => [
    `  --${name}${spec.value === undefined ? '' : ` ${spec.value}`}`,
    spec.help,
  ]);
  return [
    verb.summary,
    '',
    usageLine(verb),
    '',
    'options:',
    ...table([...options, ['  --help', 'this text']]).map((line) => `  ${line}`),
    '',
    'examples:',
    ...verb.examples.map((example) => `  paramedic ${example}`),
  ];
}

export function overview(verbs: readonly { name: string; summary: string }[]): string[] {
  return [
    'usage: paramedic <verb> [options]',
    '',
    ...table(verbs.map(({ name, summary }) => [name, summary])).map((line) => `  ${line}`),
    '',
    'paramedic <verb> --help says more. Exit codes: 0 ok, 1 error, 2 usage, 3 a rule says no.',
  ];
}
