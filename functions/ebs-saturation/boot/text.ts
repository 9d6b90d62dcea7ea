import { isSame } from '../performance.ts';
import type { Performance } from '../volume.ts';
import type { BootVolume, TemplateInput } from './types.ts';

/** What stands in a proposal, whoever it is for. */
export function textOf(
  { own, now, wanted, mappings }: TemplateInput,
  [first, second]: readonly [BootVolume, ...BootVolume[]],
  isEnough: boolean,
): string[] {
  const heavy = second ?? first;
  return [
    ownLine(`${own.kind} volume ${own.device}`, now, first),
    ...(second === undefined ? [] : secondLines(second)),
    ...(isEnough ? [] : [`gp3 of ${heavy.to.sizeGib} GiB gives no more; asked for were ${figures(wanted)}`]),
    ...(mappings.known ? [] : [`unknown: ${mappings.source}: ${mappings.why}`, NOT_SEEN]),
  ];
}

const NOT_SEEN =
  'add what was not read: the other mappings in use, and the encryption and key of this one; the list replaces theirs';

function ownLine(name: string, now: Performance, { from, to }: BootVolume): string {
  const isOther = from !== undefined && !isSame(from, now);
  const before = isOther ? `, nodes are made with ${shown(from)}` : '';
  const stays = from === to ? `${name} stays as it is` : `${name} as ${shown(to)}`;
  return `${stays}, now ${shown(now)}${before}`;
}

function secondLines({ device, to }: BootVolume): string[] {
  return [
    `a second volume ${device} as ${shown(to)} for container state; user data must format it and mount it at /var/lib/containerd before containerd starts: this patch does not`,
    'emptyDir and logs stay where they are, unless user data brings /var/lib/kubelet and /var/log/pods there as well',
  ];
}

export function shown(performance: Performance): string {
  return `${performance.type} of ${performance.sizeGib} GiB with ${figures(performance)}`;
}

export function figures({ iops, throughputMib }: Pick<Performance, 'iops' | 'throughputMib'>): string {
  return `${Math.round(iops)} IOPS and ${Math.round(throughputMib)} MiB/s`;
}
