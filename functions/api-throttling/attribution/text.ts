/** The most of a foreign text that is ever repeated. */
export const MAX_NAME = 64;

/** What others wrote, as a name: letters, digits and `. + _ -`, one line, at most 64 characters. */
export function safeName(text: string): string {
  return bounded(text, /[^A-Za-z0-9.+_-]+/g);
}

/** As `safeName`, with what IAM allows in names besides: `= , @`. */
export function safePrincipal(text: string): string {
  return bounded(text, /[^A-Za-z0-9.+_=,@-]+/g);
}

function bounded(text: string, unsafe: RegExp): string {
  // Cut before replacing, so that a long text costs no more than a short one.
  return text
    .slice(0, 4 * MAX_NAME)
    .replace(unsafe, ' ')
    .trim()
    .slice(0, MAX_NAME)
    .trim();
}
