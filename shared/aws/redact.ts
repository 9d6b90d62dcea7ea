/**
 * The last resort: what looks like a credential never leaves in a log line. Nothing should depend on it; callers
 * pass plain values and no tokens.
 */
export function redact(text: string): string {
  return SECRETS.reduce((rest, { pattern, instead }) => rest.replace(pattern, instead), text);
}

/** Control and invisible characters gone (line breaks and tabs become a space), lone surrogates replaced. */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\t\n\r\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '');
}

const SECRETS: readonly { pattern: RegExp; instead: string }[] = [
  // An unfinished block is cut to the end: half a key is still a key.
  { pattern: /-----BEGIN [^-]*-----.*?(?:-----END [^-]*-----|$)/gs, instead: '[redacted PEM]' },
  { pattern: /k8s-aws-v1\.[\w=~%+/.-]*/gi, instead: '[redacted EKS token]' },
  { pattern: /xox[a-z]-[\w%-]*/gi, instead: '[redacted Slack token]' },
  { pattern: /xapp-[\w%-]+/gi, instead: '[redacted Slack token]' },
  {
    pattern: /hooks\.slack\.com(?:\/|%2F)(?:services|workflows|triggers)[^\s"'<>]*/gi,
    instead: '[redacted Slack URL]',
  },
  {
    pattern: /(X-Amz-(?:Signature|Security-Token|Credential))["']?\s*(?:=|%3D|:)\s*["']?[^&\s"']*/gi,
    instead: '$1=[redacted]',
  },
  { pattern: /\b(Signature)=[0-9a-f]{16,}/gi, instead: '$1=[redacted]' },
  { pattern: /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, instead: '$1 [redacted]' },
  { pattern: /(?<![\w-])eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, instead: '[redacted JWT]' },
  { pattern: /A(?:KIA|SIA)[A-Z0-9]{12,}/g, instead: '[redacted access key id]' },
];
