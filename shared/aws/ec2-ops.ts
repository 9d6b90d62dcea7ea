import {
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type EC2ClientConfig,
  type Instance as Ec2Instance,
  type Subnet as Ec2Subnet,
  type InstanceTypeInfo,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { allPages } from './paging.ts';

/**
 * The EC2 client describes by far the most calls. It lives behind this module, which `ec2.ts` imports on first use:
 * a function that never asks EC2 never loads it, and importing a local module rather than the package keeps the
 * bundle to these commands.
 */
export interface Ec2Operations {
  describeInstances(ids: string[]): Promise<Ec2Instance[]>;
  terminateInstances(ids: string[]): Promise<void>;
  describeInstanceTypes(types: string[]): Promise<InstanceTypeInfo[]>;
  describeSubnets(ids: string[]): Promise<Ec2Subnet[]>;
}

export type { Ec2Instance, Ec2Subnet, InstanceTypeInfo };

const PAGE_SIZE = 1_000;
/** The most that DescribeInstanceTypes takes. */
const TYPES_PAGE = 100;

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
    describeInstanceTypes: (types) =>
      allPages<InstanceTypeInfo, string>(async (NextToken) => {
        const answer = await client.send(
          // As a filter: one type that this Region does not have would otherwise hide its neighbours.
          new DescribeInstanceTypesCommand({
            Filters: [{ Name: 'instance-type', Values: types }],
            MaxResults: TYPES_PAGE,
            NextToken,
          }),
        );
        return { items: answer.InstanceTypes ?? [], next: answer.NextToken };
      }),
    describeSubnets: (ids) =>
      allPages<Ec2Subnet, string>(async (NextToken) => {
        const Filters = [{ Name: 'subnet-id', Values: ids }];
        const command = new DescribeSubnetsCommand({ Filters, MaxResults: PAGE_SIZE, NextToken });
        const answer = await client.send(command);
        return { items: answer.Subnets ?? [], next: answer.NextToken };
      }),
  };
}
