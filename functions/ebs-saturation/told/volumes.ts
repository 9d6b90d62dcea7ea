import { type AttachedVolume, shareOf, shortIn, worstFirst } from '../attached.ts';
import { shown } from '../diagnose/lines.ts';
import { UNIT, unknownText } from '../diagnose/verdict.ts';
import type { Input } from '../input.ts';

/** What is known of the others, and what the alarm is on. */
interface About {
  facts: Pick<Input['facts'], 'siblings'>;
  incident: { subject: Pick<Input['incident']['subject'], 'kind'> };
}

const MAX_VOLUMES = 5;

/**
 * The other volumes of the instance, the worst first: where the alarm is on the instance or that is the limit all of them,
 * otherwise those that are short as well. Pure.
 */
export function volumeLines({ facts: { siblings }, incident }: About, isLimit: boolean): string[] {
  const isAll = isLimit || incident.subject.kind === 'instance';
  if (!siblings.known) return isAll ? [`other volumes of the instance: ${unknownText(siblings)}`] : [];
  const others = worstFirst(siblings.value);
  const short = others.filter((volume) => shortIn(volume).length > 0);
  const told = isAll ? others : short;
  const also = `also short by limits of their own, and not changed by this incident: ${names(short)}`;
  const more = told.length - MAX_VOLUMES;
  return [
    ...(short.length === 0 ? [] : [also]),
    ...told.slice(0, MAX_VOLUMES).map((volume) => `on the same instance: ${volumeText(volume)}`),
    ...(more > 0 ? [`on the same instance: ${more} more volumes`] : []),
  ];
}

/** Where the alarm is on the instance: others that are short too, or of which nobody knows. Then all is not well. */
export function isDoubtful({ facts: { siblings }, incident }: About): boolean {
  if (incident.subject.kind !== 'instance') return false;
  if (!siblings.known) return true;
  return siblings.value.some((volume) => shareOf(volume) === null || shortIn(volume).length > 0);
}

function names(volumes: readonly AttachedVolume[]): string {
  const more = volumes.length > MAX_VOLUMES ? ` and ${volumes.length - MAX_VOLUMES} more` : '';
  const each = volumes.map(
    (volume) =>
      `${volume.id} (${shortIn(volume)
        .map((what) => UNIT[what])
        .join(', ')})`,
  );
  return `${each.slice(0, MAX_VOLUMES).join(', ')}${more}`;
}

function volumeText({ id, performance, use }: AttachedVolume): string {
  if (!use.known) return `${id}: use ${unknownText(use)}`;
  const { recent } = use.value;
  if (recent === null) return `${id}: use unknown: not measured in the last 15 min`;
  const of = (figure: 'iops' | 'throughputMib') =>
    performance === null ? '' : ` of ${shown(performance[figure])}`;
  const used = `${recent.iops}${of('iops')} IOPS, ${recent.throughputMib}${of('throughputMib')} MiB/s`;
  return `${id}: at most ${used} in the last 15 min${performance === null ? ', what it has is unknown' : ''}`;
}
