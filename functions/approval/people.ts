import { peopleOf } from '../../shared/config/people-of.ts';
import type { ConfigSource } from '../../shared/config/source.ts';
import { PortError } from '../../shared/errors.ts';

/**
 * Whose clicks count. Throws a PortError when that is nobody only as far as is known, because the newest config could
 * not be read or is not valid: who clicks must hear that it failed, and the alarm on failures must fire.
 */
export async function readPeople(source: ConfigSource): Promise<ReturnType<typeof peopleOf>> {
  const { config, problem } = await source.get();
  const people = peopleOf(config);
  if (people.slack.delivery === 'app' || problem === undefined) return people;
  throw new PortError('transient', problem, { operation: 'read config' });
}
