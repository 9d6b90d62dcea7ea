import {
  type Activity,
  type AutoScalingClient,
  DescribeInstanceRefreshesCommand,
  DescribeScalingActivitiesCommand,
  type InstanceRefresh,
  type InstanceRefreshStatus,
} from '@aws-sdk/client-auto-scaling';
import type { AutoScaling, ScalingActivity } from '../ports/autoscaling.ts';
import { awsCall } from './classify.ts';
import { allPages } from './paging.ts';

const PAGE_SIZE = 100;

const REFRESHING: ReadonlySet<string> = new Set<InstanceRefreshStatus>([
  'Pending',
  'InProgress',
  'Baking',
  'Cancelling',
  'RollbackInProgress',
]);

/** What a group did and is doing. */
export function historyCalls(
  client: () => AutoScalingClient,
): Pick<AutoScaling, 'describeActivities' | 'isRefreshing'> {
  return {
    describeActivities: async (group) => {
      const input = { AutoScalingGroupName: group, MaxRecords: PAGE_SIZE };
      const answer = await awsCall('autoscaling:DescribeScalingActivities', () =>
        client().send(new DescribeScalingActivitiesCommand(input)),
      );
      // The API puts what is still in progress first, however old it is.
      return (answer.Activities ?? [])
        .map(toActivity)
        .toSorted((left, right) => right.startedAt - left.startedAt);
    },
    isRefreshing: async (group) => {
      const refreshes = await listRefreshes(client(), group);
      return refreshes.some(({ Status }) => Status !== undefined && REFRESHING.has(Status));
    },
  };
}

function listRefreshes(client: AutoScalingClient, group: string): Promise<InstanceRefresh[]> {
  return allPages<InstanceRefresh, string>(async (cursor) => {
    const input = { AutoScalingGroupName: group, MaxRecords: PAGE_SIZE, NextToken: cursor };
    const answer = await awsCall('autoscaling:DescribeInstanceRefreshes', () =>
      client.send(new DescribeInstanceRefreshesCommand(input)),
    );
    return { items: answer.InstanceRefreshes ?? [], next: answer.NextToken };
  });
}

function toActivity(from: Activity): ScalingActivity {
  return {
    startedAt: from.StartTime?.getTime() ?? 0,
    status: from.StatusCode ?? '',
    description: from.Description ?? '',
    cause: from.Cause ?? '',
  };
}
