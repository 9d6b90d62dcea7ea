import type {
  Volume as Ec2Volume,
  VolumeAttachment,
  VolumeModification,
  VolumeModificationState,
  VolumeType,
} from '@aws-sdk/client-ec2';
import { PortError } from '../errors.ts';
import type {
  Modification,
  Volume,
  VolumeChange,
  VolumePerformance,
  VolumePlace,
  Volumes,
} from '../ports/volumes.ts';
import { awsCall } from './classify.ts';
import { templateVersion } from './launch-templates.ts';
import { allPages, chunks } from './paging.ts';
import type { VolumeOperations } from './volumes-ops.ts';
import { modifyCall } from './volumes-refusals.ts';

/** Values one filter takes. */
const FILTER_VALUES = 200;
/** The most that DescribeVolumesModifications takes. */
const PAGE_SIZE = 500;
/** Of modifications that nobody named. */
const MAX_PAGES = 20;
const DESCRIBE_MODIFICATIONS = 'ec2:DescribeVolumesModifications';
const MODIFY = 'ec2:ModifyVolume';

export function volumesAdapter(calls: VolumeOperations): Volumes {
  return {
    describeVolumes: async (ids) => {
      const found = await inChunks(ids, (chunk) => describeVolumes(calls, chunk));
      return found.map(toVolume).filter((volume) => volume !== undefined);
    },
    describeModifications: async (ids) => {
      const found = await inChunks(ids, (chunk) => describeModifications(calls, chunk));
      return found.map((each) => toModification(DESCRIBE_MODIFICATIONS, each));
    },
    listUnderWay: (most) => listUnderWay(calls, most),
    modifyVolume: (change) => modify(calls, change),
    describeTemplate: (id, version) => templateVersion(calls, id, version),
  };
}

const UNDER_WAY = ['modifying', 'optimizing'];

/** Stops as soon as there are too many, and at an answer whose pages do not end. */
async function listUnderWay(calls: VolumeOperations, most: number) {
  const modifications: Modification[] = [];
  const Filters = [{ Name: 'modification-state', Values: UNDER_WAY }];
  let NextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES && modifications.length <= most; page++) {
    const request = { Filters, MaxResults: PAGE_SIZE, NextToken };
    const answer = await awsCall(DESCRIBE_MODIFICATIONS, () => calls.describeModifications(request));
    const found = (answer.VolumesModifications ?? []).map((each) =>
      toModification(DESCRIBE_MODIFICATIONS, each),
    );
    // One that has ended meanwhile uses nothing any more.
    modifications.push(...found.filter(({ state }) => state !== 'completed' && state !== 'failed'));
    NextToken = answer.NextToken || undefined;
    if (NextToken === undefined) break;
  }
  const complete = NextToken === undefined && modifications.length <= most;
  return { modifications: modifications.slice(0, most), complete };
}

async function inChunks<T>(ids: readonly string[], ask: (chunk: string[]) => Promise<T[]>): Promise<T[]> {
  const found: T[] = [];
  for (const chunk of chunks([...new Set(ids)], FILTER_VALUES)) found.push(...(await ask(chunk)));
  return found;
}

/** A list of ids would make one unknown id, or one volume that was never modified, an error for all of them. */
function filterOf(ids: string[]) {
  return { Filters: [{ Name: 'volume-id', Values: ids }], MaxResults: PAGE_SIZE };
}

function describeVolumes(calls: VolumeOperations, ids: string[]): Promise<Ec2Volume[]> {
  return allPages<Ec2Volume, string>(async (NextToken) => {
    const request = { ...filterOf(ids), IncludeManagedResources: true, NextToken };
    const answer = await awsCall('ec2:DescribeVolumes', () => calls.describeVolumes(request));
    return { items: answer.Volumes ?? [], next: answer.NextToken };
  });
}

function describeModifications(calls: VolumeOperations, ids: string[]): Promise<VolumeModification[]> {
  return allPages<VolumeModification, string>(async (NextToken) => {
    const request = { ...filterOf(ids), NextToken };
    const answer = await awsCall(DESCRIBE_MODIFICATIONS, () => calls.describeModifications(request));
    return { items: answer.VolumesModifications ?? [], next: answer.NextToken };
  });
}

async function modify(calls: VolumeOperations, change: VolumeChange): Promise<Modification> {
  const { id, type, iops, throughputMib } = change;
  const answer = await modifyCall(MODIFY, () =>
    calls.modifyVolume({
      VolumeId: id,
      VolumeType: type as VolumeType,
      ...(iops !== undefined && { Iops: iops }),
      ...(throughputMib !== undefined && { Throughput: throughputMib }),
    }),
  );
  return toModification(MODIFY, answer.VolumeModification);
}

function toVolume(from: Ec2Volume): Volume | undefined {
  if (from.VolumeId === undefined || from.Size === undefined) return undefined;
  const volume: Volume = {
    id: from.VolumeId,
    ...performanceOf(from.VolumeType, from.Size, from.Iops, from.Throughput),
    sizeGib: from.Size,
    state: from.State ?? 'unknown',
    multiAttach: from.MultiAttachEnabled ?? false,
    zone: from.AvailabilityZone ?? '',
    attachments: (from.Attachments ?? []).flatMap(toPlace),
    tags: Object.fromEntries((from.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
  };
  if (from.CreateTime !== undefined) volume.createdAt = from.CreateTime.getTime();
  if (from.Operator?.Managed === true) volume.managedBy = from.Operator.Principal ?? 'unknown';
  return volume;
}

/** Attached to something else than an instance of ours to see, it names none. */
function toPlace({ InstanceId, Device, State }: VolumeAttachment): VolumePlace[] {
  return InstanceId === undefined
    ? []
    : [{ instanceId: InstanceId, device: Device ?? '', state: State ?? 'unknown' }];
}

function performanceOf(
  type: string | undefined,
  sizeGib: number | undefined,
  iops: number | undefined,
  throughputMib: number | undefined,
): VolumePerformance {
  return {
    type: type ?? 'unknown',
    ...(sizeGib !== undefined && { sizeGib }),
    ...(iops !== undefined && { iops }),
    ...(throughputMib !== undefined && { throughputMib }),
  };
}

const STATES: Readonly<Record<VolumeModificationState, true>> = {
  modifying: true,
  optimizing: true,
  completed: true,
  failed: true,
};

/** Without its volume or its begin it cannot be followed, nor counted against what EC2 takes in a day. */
function toModification(operation: string, from: VolumeModification | undefined): Modification {
  if (from?.VolumeId === undefined || from.StartTime === undefined) {
    const sent = operation === MODIFY ? { mayHaveHappened: true as const } : {};
    throw new PortError('transient', 'no modification in the answer', { operation, ...sent });
  }
  const { TargetVolumeType, TargetSize, TargetIops, TargetThroughput } = from;
  const { OriginalVolumeType, OriginalSize, OriginalIops, OriginalThroughput } = from;
  const state = from.ModificationState;
  const modification: Modification = {
    volumeId: from.VolumeId,
    state: state !== undefined && Object.hasOwn(STATES, state) ? state : 'unknown',
    startedAt: from.StartTime.getTime(),
    from: performanceOf(OriginalVolumeType, OriginalSize, OriginalIops, OriginalThroughput),
    to: performanceOf(TargetVolumeType, TargetSize, TargetIops, TargetThroughput),
  };
  if (from.Progress !== undefined) modification.progress = from.Progress;
  if (from.EndTime !== undefined) modification.endedAt = from.EndTime.getTime();
  if (from.StatusMessage) modification.statusMessage = from.StatusMessage;
  return modification;
}
