import type { NamedQuota } from './named-quota.ts';

export type BucketKind = 'request' | 'unfiltered request' | 'resource';

/** How Service Quotas calls the two figures of an API's token bucket, where it has them. */
export interface BucketNames {
  capacity: string;
  refill: string;
}

interface BucketQuotas {
  capacity: NamedQuota;
  refill?: NamedQuota;
}

/** The codes that are known. What Service Quotas says of `Adjustable` counts, not this table. */
const KNOWN: ReadonlyMap<string, BucketQuotas> = new Map([
  [
    'RunInstances',
    {
      capacity: named('RunInstances', 'capacity', 'L-8EEB235C'),
      refill: named('RunInstances', 'refill', 'L-A2D70E6C'),
    },
  ],
  ['DescribeLaunchTemplates', { capacity: named('DescribeLaunchTemplates', 'capacity', 'L-0B52B4C4') }],
]);

export function bucketNames(api: string, kind: BucketKind): BucketNames {
  return { capacity: `${api} ${kind} bucket maximum capacity`, refill: `${api} ${kind} bucket refill rate` };
}

/** The quotas behind an EC2 API's request bucket, refill first, as AWS advises to ask; none for most APIs. */
export function bucketQuotas(service: string, api: string): NamedQuota[] {
  const found = service === 'ec2' ? KNOWN.get(api) : undefined;
  return [found?.refill, found?.capacity].filter((quota) => quota !== undefined);
}

function named(api: string, figure: keyof BucketNames, code: string): NamedQuota {
  return { service: 'ec2', code, name: bucketNames(api, 'request')[figure] };
}
