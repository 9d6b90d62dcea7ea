import type { Target } from './deployment.ts';
import { type OptionSpec, type OptionValues, textOption, UsageError } from './verb.ts';

export const TARGET_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  stage: {
    type: 'string',
    value: '<name>',
    help: 'stage of the deployment; default $PARAMEDIC_STAGE, then dev',
  },
  region: {
    type: 'string',
    value: '<name>',
    help: 'AWS region; default $AWS_REGION, then $AWS_DEFAULT_REGION',
  },
};

export function targetOf(options: OptionValues, env: Readonly<Record<string, string | undefined>>): Target {
  const stage = textOption(options, 'stage') ?? env['PARAMEDIC_STAGE'] ?? 'dev';
  if (!/^[A-Za-z0-9-]{1,32}$/.test(stage)) throw new UsageError('--stage: letters, digits and - only');
  const region = textOption(options, 'region') ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  if (region === undefined) throw new UsageError('no region: pass --region or set AWS_REGION');
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) throw new UsageError('--region: a name such as eu-west-1');
  return { stage, region };
}

/** Who is asking, for the record: `--by`, or the user of this computer. */
export function personOf(options: OptionValues, env: Readonly<Record<string, string | undefined>>): string {
  const by = textOption(options, 'by')?.trim() ?? env['USER'] ?? env['USERNAME'];
  if (by === undefined || by === '') throw new UsageError('--by is required: your user name is not known');
  return `cli:${by}`;
}
