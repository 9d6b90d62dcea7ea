import type { VolumeType } from '../volume.ts';

/** Quotas of Service Quotas `ebs`, by the type of volume; each is of one account and Region. */
type Codes = Readonly<Partial<Record<VolumeType, string>>>;

/** Under modification at once, in TiB. */
export const MODIFIED_STORAGE: Codes = {
  gp3: 'L-59C8FC87',
  gp2: 'L-F06E64A8',
  io1: 'L-5F80CA91',
  io2: 'L-9A0E0F82',
};
/** Under modification at once. gp3 has none. */
export const MODIFIED_IOPS: Codes = { io1: 'L-98A0B26D', io2: 'L-35B31D98' };
/** Of all volumes there are. gp3 has none. */
const IOPS: Codes = { io1: 'L-B3A130E6', io2: 'L-8D977E7E' };
/** Of all volumes there are, in TiB. */
const STORAGE: Codes = { gp3: 'L-7A658B76', gp2: 'L-D18FCD1D', io1: 'L-FD252861', io2: 'L-09BD8365' };

const BEHIND: Readonly<Record<string, readonly { what: string; codes: Codes }[]>> = {
  VolumeModificationSizeLimitExceeded: [{ what: 'storage under modification', codes: MODIFIED_STORAGE }],
  MaxIOPSLimitExceeded: [
    { what: 'IOPS', codes: IOPS },
    { what: 'IOPS under modification', codes: MODIFIED_IOPS },
  ],
  VolumeIOPSLimit: [
    { what: 'IOPS', codes: IOPS },
    { what: 'IOPS under modification', codes: MODIFIED_IOPS },
  ],
  VolumeLimitExceeded: [{ what: 'storage', codes: STORAGE }],
};

/**
 * Which quotas are used up when EC2 refuses with this code, and what helps, for people. Undefined: the refusal is about
 * no quota. A type without such a quota is said to have none, because then nobody can ask for more.
 */
export function quotaBehind(refusal: string, type: VolumeType): string | undefined {
  if (!Object.hasOwn(BEHIND, refusal)) return undefined;
  const known = (BEHIND[refusal] ?? []).flatMap(({ what, codes }) => {
    const code = codes[type];
    return code === undefined ? [] : [{ what, code }];
  });
  const [first] = known;
  if (first === undefined) return `no quota of ${type} is known for it, ask AWS Support`;
  const named = known.map(({ what, code }) => `${code} (${what} of ${type})`).join(' or ');
  const isPassing = refusal === 'VolumeModificationSizeLimitExceeded';
  const wait = isPassing ? 'wait until other modifications have ended, or ' : '';
  return `quota ${named}: ${wait}ask for more: ${askFor(first.code)}`;
}

/** What a person runs; `desired` in the quota's own unit. */
export function askFor(code: string, desired?: number): string {
  const value = desired === undefined ? 'VALUE' : String(desired);
  return `aws service-quotas request-service-quota-increase --service-code ebs --quota-code ${code} --desired-value ${value}`;
}
