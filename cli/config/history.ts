import { isoTime } from '../../shared/clock.ts';
import { table } from '../output.ts';
import { targetOf } from '../target.ts';
import { countOption, EXIT, type ExitCode, type VerbInput } from '../verb.ts';

const DEFAULT_LIMIT = 20;

/** Who changed the config, when and why; the newest first, which is in force. */
export async function history({ options, output, context }: VerbInput): Promise<ExitCode> {
  const limit = countOption(options, 'limit') ?? DEFAULT_LIMIT;
  const deployment = await context.connect(targetOf(options, context.env));
  const versions = await deployment.config.history(limit);
  const rows = versions.map(({ version, hash, at, by, acceptedBy = '', reason }) => [
    String(version),
    hash,
    isoTime(at),
    by,
    acceptedBy,
    reason,
  ]);
  if (options['json'] === true) output.json(versions.map(({ text: _, ...about }) => about));
  else
    for (const line of table([['VERSION', 'HASH', 'AT', 'BY', 'ACCEPTED BY', 'REASON'], ...rows]))
      output.data(line);
  output.talk(
    versions.length === 0
      ? `${deployment.name}: nothing was pushed; the packaged file holds`
      : deployment.name,
  );
  return EXIT.ok;
}
