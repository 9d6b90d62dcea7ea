/** The fields of something in a message, none when it is no object. */
export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields {
  return value instanceof Object ? { ...value } : {};
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text of a text object, or the text itself. */
export function textIn(value: unknown): string {
  const text = typeof value === 'string' ? value : fieldsOf(value)['text'];
  return typeof text === 'string' ? text : '';
}

export function atMost(at: string, length: number, max: number): string[] {
  return length > max ? [`${at}: ${length}, at most ${max}`] : [];
}

/** The tokens we write ourselves; whatever else stands between angle brackets came from somewhere else. */
const TOKENS = /<(?:!date\^\d+\^[^|<>]+\|[^|<>]+|@[UW][A-Z0-9]+|https?:[^|<>\s]+\|[^|<>]+)>/g;
/** An ampersand that starts no entity, and brackets. */
const UNESCAPED = /&(?!amp;|lt;|gt;)|[<>]/;

/** A text object must hold something, and nothing that Slack would take for a mention, a link or an entity. */
export function textProblems(at: string, value: unknown): string[] {
  const { type, verbatim } = fieldsOf(value);
  const text = textIn(value);
  const bare = type === 'mrkdwn' ? text.replace(TOKENS, '') : text;
  return [
    ...(type === 'mrkdwn' || type === 'plain_text' ? [] : [`${at}: not a text object`]),
    ...(text.trim() === '' ? [`${at}: empty`] : []),
    ...(type === 'mrkdwn' && verbatim !== true ? [`${at}: mrkdwn that is not verbatim`] : []),
    ...(UNESCAPED.test(bare) ? [`${at}: not escaped`] : []),
  ];
}
