import {
  DescribeInstancesCommand,
  EC2Client,
  type EC2ClientConfig,
  type Instance as Ec2Instance,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { allPages } from './paging.ts';

/**
 * The EC2 client describes by far the most calls. It lives behind this module, which `ec2.ts` imports on first use:
 * a function that never asks EC2 never loads it, and importing a local module rather than the package keeps the
 * bundle to these two commands.
 */
export interface Ec2Operations {
  describeInstances(ids: string[]): Promise<Ec2Instance[]>;
  terminateInstances(ids: string[]): Promise<void>;
}

export type { Ec2Instance };

const PAGE_SIZE = 1_000;

export function ec2Operations(config: EC2ClientConfig): Ec2Operations {
  const client = new EC2Client(config);
  return {
    describeInstances: (ids) =>
      allPages<Ec2Instance, string>(async (cursor) => {
        const answer = await client.send(
          new DescribeInstancesCommand({
            Filters: [{ Name: 'instance-id', Values: ids }],
            IncludeManagedResources: true,
            MaxResults: PAGE_SIZE,
            NextToken: cursor,
          }),
        );
        const items = (answer.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
        return { items, next: answer.NextToken };
      }),
    terminateInstances: async (ids) => {
      await client.send(new TerminateInstancesCommand({ InstanceIds: ids }));
    },
  };
}
