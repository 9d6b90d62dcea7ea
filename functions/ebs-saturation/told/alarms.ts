import type { Input } from '../input.ts';
import { standingIn } from '../standing.ts';

const MAX_NAMED = 3;

/** What there is to say of the alarms themselves: which were deleted, and that it could not be read how they stand. Pure. */
export function standingLines(input: Pick<Input, 'facts' | 'incident'>): string[] {
  const unread = unreadIn(input);
  const deleted = deletedText(standingIn(input).deleted);
  return [
    ...(unread === undefined
      ? []
      : [`how the alarms stand now is unknown, they count as they were heard of last: ${unread}`]),
    ...(deleted === undefined ? [] : [deleted]),
  ];
}

/** Why it is not known how they stand, or one of them; undefined: it is. */
export function unreadIn({ facts: { alarms } }: Pick<Input, 'facts'>): string | undefined {
  if (!alarms.known) return `${alarms.source}: ${alarms.why}`;
  return alarms.value.find(({ state }) => state === 'unread')?.why;
}

/** Undefined: none was. */
export function deletedText(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  const [alarm, was] = names.length === 1 ? ['alarm', 'was'] : ['alarms', 'were'];
  return `The ${alarm} ${names.slice(0, MAX_NAMED).join(', ')}${more} ${was} deleted`;
}
