import type { TemplateMapping } from '../../../shared/ports/volumes.ts';
import { clampTo } from '../limits/clamp.ts';
import type { Figures } from '../limits/performance.ts';
import type { Performance } from '../volume.ts';
import { isLess, isSameDevice, madeBy, mostOf } from './mapping.ts';
import { figures, textOf } from './text.ts';
import type { BootVolume, TemplateInput, TemplateProposal } from './types.ts';

/** What nodes would have to be made with so that they boot well. Never applied by Paramedic. Pure. */
export function proposeTemplate(input: TemplateInput): TemplateProposal {
  const { own, now, mappings } = input;
  const present = mappingAt(mappings, own.device);
  const version = present === undefined ? undefined : madeBy(present, now);
  if (present !== undefined && version === undefined) {
    return { possible: false, why: `what the mapping of ${own.device} makes is not known` };
  }
  // Neither what the volume has by now nor what the version says is taken away.
  const base = mostOf(now, version);
  const from = version ?? now;
  const ways = input.state === undefined ? alone : withSecond;
  return ways({ ...input, from, base });
}

interface Based extends TemplateInput {
  from: Performance;
  base: Performance;
}

function alone(input: Based): TemplateProposal {
  const { own, from, base } = input;
  const to = gp3Of(input, base.sizeGib, higher(input));
  if (to === undefined || isLess(to, base)) {
    return {
      possible: false,
      why: `gp3 of ${base.sizeGib} GiB does not give the ${figures(base)} that there are`,
    };
  }
  return proposal(input, [{ device: own.device, from, to }]);
}

/** The node's own volume keeps what it has, as gp3 where that gives as much. */
function withSecond(input: Based): TemplateProposal {
  const { own, from, base, state = { device: '', sizeGib: 0 }, mappings } = input;
  const taken = mappings.known ? mappings.value.map(({ DeviceName }) => DeviceName) : [];
  if ([own.device, ...taken].some((device) => isSameDevice(device, state.device))) {
    return { possible: false, why: `${state.device} is taken already` };
  }
  const second = gp3Of(input, state.sizeGib, higher(input));
  if (second === undefined) {
    return { possible: false, why: `${state.sizeGib} GiB at ${state.device} are no second volume` };
  }
  const same = gp3Of(input, base.sizeGib, base);
  const to = same === undefined || isLess(same, base) ? from : same;
  return proposal(input, [
    { device: own.device, from, to },
    { device: state.device, to: second },
  ]);
}

function proposal(input: Based, volumes: [BootVolume, ...BootVolume[]]): TemplateProposal {
  const { mappings, wanted } = input;
  const changed = volumes.filter(({ from, to }) => from !== to);
  const ours = changed.map((volume) => mappingOf(volume, volumes[0], mappings));
  const devices = new Set(ours.map(({ DeviceName }) => DeviceName));
  const kept = mappings.known ? mappings.value.filter(({ DeviceName }) => !devices.has(DeviceName)) : [];
  const heavy = volumes.at(-1) ?? volumes[0];
  const isEnough = !isLess(heavy.to, wanted);
  return {
    possible: true,
    text: textOf(input, volumes, isEnough),
    patch: { BlockDeviceMappings: [...ours, ...kept] },
    volumes,
    isEnough,
  };
}

function higher({ base, wanted }: Based): Figures {
  const most = (figure: keyof Figures) => Math.max(base[figure], wanted[figure]);
  return { iops: most('iops'), throughputMib: most('throughputMib') };
}

/** As much of it as gp3 of this size gives; throughput takes the IOPS it needs. */
function gp3Of({ gp3 }: TemplateInput, sizeGib: number, { iops, throughputMib }: Figures) {
  const enough = Math.max(Math.ceil(iops), Math.ceil(throughputMib) * 4);
  const wanted = { type: 'gp3', sizeGib, iops: enough, throughputMib: Math.ceil(throughputMib) } as const;
  return clampTo(wanted, gp3 === undefined ? {} : { gp3 });
}

/** Encryption, keys and snapshots stay as they are; a new volume is encrypted as the one beside it. */
function mappingOf(
  { device, from, to }: BootVolume,
  beside: BootVolume,
  mappings: TemplateInput['mappings'],
): TemplateMapping {
  const present = mappingAt(mappings, device);
  const { Encrypted, KmsKeyId } = mappingAt(mappings, beside.device)?.Ebs ?? {};
  const alike = {
    ...(Encrypted !== undefined && { Encrypted }),
    ...(KmsKeyId !== undefined && { KmsKeyId }),
  };
  const { type, sizeGib, iops, throughputMib } = to;
  const made = { VolumeType: type, VolumeSize: sizeGib, Iops: iops, Throughput: throughputMib };
  return {
    ...present,
    DeviceName: device,
    Ebs: { DeleteOnTermination: true, ...(from === undefined && alike), ...present?.Ebs, ...made },
  };
}

function mappingAt(mappings: TemplateInput['mappings'], device: string): TemplateMapping | undefined {
  return mappings.known ? mappings.value.find(({ DeviceName }) => DeviceName === device) : undefined;
}
