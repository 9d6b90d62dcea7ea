import type { Input } from '../input.ts';
import { standingIn } from '../standing.ts';

const MAX_NAMED = 3;

/** What there is to say of the alarms themselves: which were deleted, and that it could not be read how they stand. Pure. */
export function standingLines(input: Pick<Input, 'facts' | 'incident'>): string[] {
  const { alarms } = input.facts;
  const unread = `how the alarms stand now is unknown, they count as they were heard of last: `;
  const deleted = deletedText(standingIn(input).deleted);
  return [
    ...(alarms.known ? [] : [`${unread}${alarms.source}: ${alarms.why}`]),
    ...(deleted === undefined ? [] : [deleted]),
  ];
}

/** Undefined: none was. */
export function deletedText(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  const [alarm, was] = names.length === 1 ? ['alarm', 'was'] : ['alarms', 'were'];
  return `The ${alarm} ${names.slice(0, MAX_NAMED).join(', ')}${more} ${was} deleted`;
}
