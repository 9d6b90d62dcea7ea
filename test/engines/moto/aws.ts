import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  PutLifecycleHookCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeImagesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { vi } from 'vitest';
import { prepare, type Server, startServer } from '../../../scripts/engines/moto.ts';
import { awsPorts, type Variables } from '../../../shared/aws/ports.ts';
import { type AwsTheatre, MEMBERS } from '../../contract/aws.contract.ts';
import { TEMPLATE_VERSIONS } from '../../contract/aws-volumes.contract.ts';

export const REGION = 'eu-west-1';
const TYPE = 'm6i.large';

/** Points every AWS client made from here on at the server, as the SDK's own variables do. */
export async function startAws(): Promise<Server> {
  const server = await startServer(await prepare());
  vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
  return server;
}

/** The product's own adapters, built as a Lambda builds them. */
export function portsOf(variables: Variables = {}) {
  return awsPorts({ AWS_REGION: REGION, ...variables });
}

export async function launch(count: number): Promise<[string, ...string[]]> {
  const client = new EC2Client({ region: REGION });
  const ImageId = await anyImage();
  const command = new RunInstancesCommand({ ImageId, InstanceType: TYPE, MinCount: count, MaxCount: count });
  const { Instances = [] } = await client.send(command);
  const [first = '', ...others] = Instances.map(({ InstanceId = '' }) => InstanceId);
  return [first, ...others];
}

/** The same on every server; listing them takes it a second. */
let image: string | undefined;

async function anyImage(): Promise<string> {
  if (image === undefined) {
    const { Images = [] } = await new EC2Client({ region: REGION }).send(new DescribeImagesCommand({}));
    image = Images[0]?.ImageId ?? '';
  }
  return image;
}

export async function createGroup(
  name: string,
  size: { min: number; max: number; desired: number },
): Promise<void> {
  const client = new AutoScalingClient({ region: REGION });
  const ImageId = await anyImage();
  await client.send(
    new CreateLaunchConfigurationCommand({ LaunchConfigurationName: name, ImageId, InstanceType: TYPE }),
  );
  await client.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      LaunchConfigurationName: name,
      MinSize: size.min,
      MaxSize: size.max,
      DesiredCapacity: size.desired,
      AvailabilityZones: [`${REGION}a`],
    }),
  );
}

/** A terminate hook as the contract wants it, and a launch hook beside it. */
async function putHooks(AutoScalingGroupName: string): Promise<void> {
  const client = new AutoScalingClient({ region: REGION });
  const hooks = [
    { LifecycleHookName: MEMBERS.hook, LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING' },
    { LifecycleHookName: 'welcome', LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' },
  ];
  const times = { HeartbeatTimeout: MEMBERS.heartbeatSeconds, DefaultResult: 'CONTINUE' };
  for (const hook of hooks)
    await client.send(new PutLifecycleHookCommand({ AutoScalingGroupName, ...hook, ...times }));
}

async function createTemplate(LaunchTemplateName: string): Promise<string> {
  const client = new EC2Client({ region: REGION });
  const [first, second] = TEMPLATE_VERSIONS.map((mappings) => ({ BlockDeviceMappings: [...mappings] }));
  const made = await client.send(
    new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData: first }),
  );
  const { LaunchTemplateId } = made.LaunchTemplate ?? {};
  await client.send(new CreateLaunchTemplateVersionCommand({ LaunchTemplateId, LaunchTemplateData: second }));
  return LaunchTemplateId ?? '';
}

export async function engineTheatre(): Promise<AwsTheatre> {
  const server = await startAws();
  let groups = 0;
  return {
    stage: async (hooked) => {
      groups += 1;
      const group = `group-${groups}`;
      await createGroup(group, MEMBERS);
      if (hooked) await putHooks(group);
      const [loose] = await launch(1);
      const template = await createTemplate(`nodes-${groups}`);
      const { ec2, autoscaling, volumes } = portsOf();
      const run = <T>(work: Promise<T>) => work;
      return { ec2, autoscaling, volumes, group, loose, template, run, settle: async () => {} };
    },
    close: () => server.stop(),
  };
}
