import type { Fact } from '../../shared/fact.ts';
import type { Json } from '../../shared/workflow/port.ts';
import { clampTo } from './limits/clamp.ts';
import type { Figures } from './limits/performance.ts';
import type { Gp3Maxima } from './limits/table.ts';
import type { Performance } from './volume.ts';

/** As EC2 has it in `LaunchTemplateData.BlockDeviceMappings`; what is not ours is kept as it is. */
export interface Mapping {
  DeviceName?: string;
  Ebs?: { [field: string]: Json };
  [field: string]: Json | undefined;
}

export interface TemplateInput {
  /** e.g. `/dev/xvda`. */
  rootDevice: string;
  /** What the root volumes are now. */
  root: Performance;
  /** What they were short of. */
  wanted: Figures;
  /** Of the version that is in use. */
  mappings: Fact<readonly Mapping[]>;
  /** A second volume that takes the container state, and the load with it. */
  state?: { device: string; sizeGib: number };
  gp3?: Gp3Maxima;
}

export type TemplateProposal =
  | {
      possible: true;
      /** For people. */
      text: string[];
      /** A JSON merge patch of `LaunchTemplateData`: all mappings, because a list is replaced as a whole. */
      patch: { BlockDeviceMappings: Mapping[] };
    }
  | { possible: false; why: string };

/** What a launch template would have to say so that new nodes boot well. Never applied by Paramedic. Pure. */
export function proposeTemplate(input: TemplateInput): TemplateProposal {
  const { rootDevice, root, wanted, mappings, state } = input;
  const most = (figure: keyof Figures) => Math.max(root[figure], wanted[figure]);
  const higher = { iops: most('iops'), throughputMib: most('throughputMib') };
  const asked = state === undefined ? higher : { iops: root.iops, throughputMib: root.throughputMib };
  const next = gp3Of(input, root.sizeGib, asked);
  const second = state === undefined ? undefined : gp3Of(input, state.sizeGib, higher);
  if (next === undefined || isLess(next, root)) {
    return { possible: false, why: `gp3 of ${root.sizeGib} GiB does not give what ${shown(root)} has` };
  }
  if (state !== undefined && (second === undefined || state.device === rootDevice)) {
    return { possible: false, why: `${state.sizeGib} GiB at ${state.device} are no second volume` };
  }
  const ours: Mapping[] = [
    mappingOf(rootDevice, next, mappings),
    ...(state === undefined || second === undefined ? [] : [mappingOf(state.device, second, mappings)]),
  ];
  const devices = new Set(ours.map(({ DeviceName }) => DeviceName));
  const kept = mappings.known ? mappings.value.filter(({ DeviceName }) => !devices.has(DeviceName)) : [];
  return {
    possible: true,
    text: textOf(input, next, second),
    patch: { BlockDeviceMappings: [...ours, ...kept] },
  };
}

/** As much of it as gp3 of this size gives; throughput takes the IOPS it needs. */
function gp3Of({ gp3 }: TemplateInput, sizeGib: number, { iops, throughputMib }: Figures) {
  const enough = Math.max(Math.ceil(iops), Math.ceil(throughputMib) * 4);
  const wanted = { type: 'gp3', sizeGib, iops: enough, throughputMib: Math.ceil(throughputMib) } as const;
  return clampTo(wanted, gp3 === undefined ? {} : { gp3 });
}

function isLess(next: Figures, now: Figures): boolean {
  return next.iops < now.iops || next.throughputMib < Math.floor(now.throughputMib);
}

/** Encryption, keys and snapshots stay as they are. */
function mappingOf(device: string, next: Performance, mappings: TemplateInput['mappings']): Mapping {
  const present = mappings.known ? mappings.value.find(({ DeviceName }) => DeviceName === device) : undefined;
  const { type, sizeGib, iops, throughputMib } = next;
  const own = { VolumeType: type, VolumeSize: sizeGib, Iops: iops, Throughput: throughputMib };
  return {
    ...present,
    DeviceName: device,
    Ebs: { DeleteOnTermination: true, ...present?.Ebs, ...own },
  };
}

function textOf(
  { rootDevice, root, wanted, mappings, state }: TemplateInput,
  next: Performance,
  second: Performance | undefined,
): string[] {
  const heavy = second ?? next;
  const isShort = isLess(heavy, wanted);
  return [
    `launch template: root volume ${rootDevice} as ${shown(next)}, now ${shown(root)}`,
    ...(state === undefined || second === undefined
      ? []
      : [
          `launch template: a second volume ${state.device} as ${shown(second)} for container state; user data must format it and mount it at /var/lib/containerd before containerd starts: this patch does not`,
        ]),
    ...(isShort ? [`gp3 of ${heavy.sizeGib} GiB gives no more; asked for were ${figures(wanted)}`] : []),
    ...(mappings.known
      ? []
      : [
          `unknown: ${mappings.source}: ${mappings.why}: add the other mappings of the version in use, the list replaces theirs`,
        ]),
    'a new version of the template with this patch is made and rolled out by a person; Paramedic never edits one',
    'nodes that run keep their volumes: only new nodes boot with it',
  ];
}

function shown(performance: Performance): string {
  return `${performance.type} of ${performance.sizeGib} GiB with ${figures(performance)}`;
}

function figures({ iops, throughputMib }: Figures): string {
  return `${Math.round(iops)} IOPS and ${Math.round(throughputMib)} MiB/s`;
}
