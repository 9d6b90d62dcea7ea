/** Everything XML 1.0 refuses, and SQS and SNS with it: control characters, lone surrogates, U+FFFE, U+FFFF. */
const REFUSED = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const REFUSED_ALL = new RegExp(REFUSED.source, 'gu');

export function isAcceptedText(text: string): boolean {
  return !REFUSED.test(text);
}

/** Each character AWS refuses becomes `?`. */
export function acceptedText(text: string): string {
  return text.replace(REFUSED_ALL, '?');
}

/** The longest beginning of at most `maxBytes` of UTF-8 that ends on a whole character. */
export function cutBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxBytes) return text;
  let end = Math.max(0, maxBytes);
  // 0b10xxxxxx continues a character: step back to the byte that starts one.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** What a message attribute counts towards the size limit: name, type and value. */
export function attributeBytes(name: string, value: string): number {
  return Buffer.byteLength(name) + 'String'.length + Buffer.byteLength(value);
}
