import { isHeardBy } from '../onboard/alarms.ts';
import { onboardAlarms } from '../onboard/ebs-alarms.ts';
import { TARGET_OPTIONS, targetOf } from '../target.ts';
import { type ExitCode, UsageError, type Verb, type VerbInput } from '../verb.ts';

const EBS_ALARMS = 'ebs-alarms';

export const verb: Verb = {
  name: 'onboard',
  summary: 'make the alarms that watch every EBS volume',
  operands: EBS_ALARMS,
  count: { min: 1, max: 1 },
  options: {
    apply: { type: 'boolean', help: 'make them; without it they are only shown' },
    json: { type: 'boolean', help: 'as JSON' },
    ...TARGET_OPTIONS,
  },
  examples: ['onboard ebs-alarms --stage prod', 'onboard ebs-alarms --stage prod --apply'],
  run,
};

async function run(input: VerbInput): Promise<ExitCode> {
  const { operands, options, context } = input;
  if (operands[0] !== EBS_ALARMS) throw new UsageError(`say ${EBS_ALARMS}`);
  const target = targetOf(options, context.env);
  if (!isHeardBy(target.stage)) {
    throw new UsageError(`--stage ${target.stage}: its own rule would leave these alarms out`);
  }
  // Of the account and its Region, not of the deployment: nothing of that is read.
  const { awsFleetAlarms } = await import('../aws-fleet-alarms.ts');
  return await onboardAlarms(input, target, awsFleetAlarms(target.region));
}
