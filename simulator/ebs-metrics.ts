import { MINUTE_MS, SECOND_MS } from '../shared/clock.ts';
import type { Used, VolumeMinute } from './ebs-minute.ts';

const MINUTE_SECONDS = MINUTE_MS / SECOND_MS;
const MEBIBYTE = 1_048_576;
const KIBIBYTES = 1_024;
/** What an I/O takes, in ms, where nothing holds it up and where it waits. */
const LATENCY_MS = 1;
const WAITING_MS = 20;
/** I/Os that wait while none is done. */
const STALLED_QUEUE = 32;

/** One datum of each metric that EBS publishes of an attached volume; those of `both` with the instance as well. */
export interface VolumeData {
  volume: Record<string, number>;
  both: Record<string, number>;
}

export function volumeData({ used, limited, stalled, burstBalance, readShare }: VolumeMinute): VolumeData {
  const latency = limited === undefined ? LATENCY_MS : WAITING_MS;
  const queue = stalled ? STALLED_QUEUE : (used.iops * latency) / 1_000;
  const ops = used.iops * MINUTE_SECONDS;
  const bytes = used.throughputMib * MEBIBYTE * MINUTE_SECONDS;
  const seconds = (ops * latency) / 1_000;
  const isIdle = used.iops === 0 && !stalled;
  return {
    volume: {
      ...split('Ops', ops, readShare),
      ...split('Bytes', bytes, readShare),
      VolumeTotalReadTime: seconds * readShare,
      VolumeTotalWriteTime: seconds * (1 - readShare),
      VolumeIdleTime: isIdle ? MINUTE_SECONDS : Math.max(0, MINUTE_SECONDS * (1 - queue)),
      VolumeQueueLength: queue,
      ...(burstBalance !== undefined && { BurstBalance: burstBalance }),
    },
    both: {
      VolumeAvgReadLatency: isIdle ? 0 : latency,
      VolumeAvgWriteLatency: isIdle ? 0 : latency,
      VolumeAvgIOPS: used.iops,
      VolumeAvgThroughput: used.throughputMib * KIBIBYTES,
      VolumeIOPSExceededCheck: Number(limited === 'volume-iops'),
      VolumeThroughputExceededCheck: Number(limited === 'volume-throughput'),
      VolumeStalledIOCheck: Number(stalled),
    },
  };
}

function split(what: string, total: number, readShare: number): Record<string, number> {
  return { [`VolumeRead${what}`]: total * readShare, [`VolumeWrite${what}`]: total * (1 - readShare) };
}

/** By the minute, as detailed monitoring has it. */
export function instanceData(used: Used, limited: 'iops' | 'throughput' | undefined): Record<string, number> {
  return {
    InstanceEBSIOPSExceededCheck: Number(limited === 'iops'),
    InstanceEBSThroughputExceededCheck: Number(limited === 'throughput'),
    EBSReadOps: (used.iops * MINUTE_SECONDS) / 2,
    EBSWriteOps: (used.iops * MINUTE_SECONDS) / 2,
    EBSReadBytes: (used.throughputMib * MEBIBYTE * MINUTE_SECONDS) / 2,
    EBSWriteBytes: (used.throughputMib * MEBIBYTE * MINUTE_SECONDS) / 2,
  };
}
