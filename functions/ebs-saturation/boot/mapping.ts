import type { TemplateMapping } from '../../../shared/ports/volumes.ts';
import { type Figures, baseOf as leastOf } from '../limits/performance.ts';
import { provisionedFor } from '../performance.ts';
import type { Performance } from '../volume.ts';

/**
 * What a mapping makes a volume. What it leaves to the image is as `now`, the volume that was made from it; what it
 * leaves to EC2 is the least of gp3. Undefined where it makes no volume of EBS, or one that is not known.
 */
export function madeBy({ Ebs }: TemplateMapping, now: Performance): Performance | undefined {
  if (Ebs === undefined) return undefined;
  const { VolumeType: type = now.type, VolumeSize: size = now.sizeGib, Iops, Throughput } = Ebs;
  const least = type === 'gp3' ? leastOf('gp3') : undefined;
  const iops = figureOf(Iops) ?? least?.iops;
  const throughputMib = figureOf(Throughput) ?? least?.throughputMib;
  const sizeGib = figureOf(size);
  if (sizeGib === undefined) return undefined;
  return provisionedFor({
    type: String(type),
    sizeGib,
    ...(iops !== undefined && { iops }),
    ...(throughputMib !== undefined && { throughputMib }),
  });
}

function figureOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The more of each. */
export function mostOf(left: Performance, right: Performance | undefined): Performance {
  if (right === undefined) return left;
  const most = (figure: 'sizeGib' | keyof Figures) => Math.max(left[figure], right[figure]);
  return {
    type: left.type,
    sizeGib: most('sizeGib'),
    iops: most('iops'),
    throughputMib: most('throughputMib'),
  };
}

export function isLess(next: Performance, than: Performance | Figures): boolean {
  const isSmaller = 'sizeGib' in than && next.sizeGib < than.sizeGib;
  return isSmaller || next.iops < than.iops || next.throughputMib < Math.floor(than.throughputMib);
}

/** The same place, whichever of its two names stands there: `/dev/sdb`, `/dev/xvdb`. */
export function isSameDevice(left: string | undefined, right: string): boolean {
  const place = (device: string) => device.replace(/^\/dev\/(sd|xvd)/, '').replace(/\d+$/, '');
  return left !== undefined && place(left) === place(right);
}

const MAX_MAPPINGS = 30;
const PLAIN = /^[\x21-\x7e]{1,512}$/;

/** Written by others, and to be copied: one that is not plain makes all of them unknown rather than altered. Throws. */
export function soundMappings(mappings: readonly TemplateMapping[]): readonly TemplateMapping[] {
  if (mappings.length > MAX_MAPPINGS) throw new Error(`${mappings.length} mappings are too many to show`);
  const devices = mappings.map(({ DeviceName }) => DeviceName);
  if (new Set(devices).size < devices.length) throw new Error('a device is mapped twice');
  const words = mappings.flatMap(({ Ebs = {}, ...named }) => Object.entries({ ...named, ...Ebs }).flat());
  if (words.some((word) => typeof word === 'string' && !PLAIN.test(word) && word !== '')) {
    throw new Error('a mapping is not plain text');
  }
  return mappings;
}
