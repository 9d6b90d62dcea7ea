import { LIMITS } from './limits.ts';
import { atMost, type Fields, fieldsOf, listOf, textIn, textProblems } from './lint-text.ts';

/** An interactive element of an actions block. */
export function lintElement(at: string, element: Fields): string[] {
  const { type, action_id: id, confirm } = element;
  const lint = ELEMENTS[String(type)];
  return [
    ...(typeof id === 'string' && id !== '' ? [] : [`${at}: no action_id`]),
    ...atMost(`${at} action_id`, String(id ?? '').length, LIMITS.id),
    ...(lint === undefined ? [`${at}: not an element we know`] : lint(at, element)),
    ...(confirm === undefined ? [] : lintConfirm(`${at} confirm`, fieldsOf(confirm))),
  ];
}

const ELEMENTS: Readonly<Record<string, (at: string, element: Fields) => string[]>> = {
  button: (at, { text, value, url }) => [
    ...plain(at, text, LIMITS.buttonText),
    ...atMost(`${at} value`, String(value ?? '').length, LIMITS.buttonValue),
    ...atMost(`${at} url`, String(url ?? '').length, LIMITS.url),
  ],
  static_select: (at, { placeholder, options }) => [
    ...(placeholder === undefined ? [] : plain(`${at} placeholder`, placeholder, LIMITS.placeholder)),
    ...lintOptions(at, listOf(options), LIMITS.options),
  ],
  overflow: (at, { options }) => lintOptions(at, listOf(options), LIMITS.overflowOptions),
};

function lintOptions(at: string, options: readonly unknown[], max: number): string[] {
  return [
    ...(options.length === 0 ? [`${at}: no options`] : []),
    ...atMost(`${at} options`, options.length, max),
    ...options
      .map(fieldsOf)
      .flatMap(({ text, value }, index) => [
        ...plain(`${at} options[${index}]`, text, LIMITS.optionText),
        ...atMost(`${at} options[${index}] value`, String(value ?? '').length, LIMITS.optionValue),
      ]),
  ];
}

function lintConfirm(at: string, { title, text, confirm, deny }: Fields): string[] {
  return [
    ...plain(`${at} title`, title, LIMITS.confirmTitle),
    ...textProblems(`${at} text`, text),
    ...atMost(`${at} text`, textIn(text).length, LIMITS.confirmText),
    ...plain(`${at} confirm`, confirm, LIMITS.confirmButton),
    ...plain(`${at} deny`, deny, LIMITS.confirmButton),
  ];
}

function plain(at: string, text: unknown, max: number): string[] {
  const isPlain = fieldsOf(text)['type'] === 'plain_text';
  return [
    ...(isPlain ? [] : [`${at}: must be plain_text`]),
    ...textProblems(at, text),
    ...atMost(at, textIn(text).length, max),
  ];
}
