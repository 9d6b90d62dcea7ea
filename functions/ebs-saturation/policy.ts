import * as v from 'valibot';
import { count, duration, shaped } from '../../shared/config/units.ts';
import { changesSection } from './decide/policy.ts';

const alarm = v.strictObject({
  standsFor: v.optional(
    duration(
      { min: '30s', max: '30m' },
      'An alarm opens an incident when it has been in ALARM, or has gone back and forth, for this long.',
    ),
    '2m',
  ),
  maxEventAge: v.optional(
    duration(
      { min: '5m', max: '24h' },
      'The event of an alarm that comes later than this opens nothing by itself; the sweep finds the alarm if it is in ALARM still.',
    ),
    '1h',
  ),
});

const containerVolume = v.strictObject({
  device: v.optional(
    shaped(/^\/dev\/(xvd|sd)[b-p]$/, 'must be a device such as /dev/xvdb', {
      allowed: '/dev/xvdb to /dev/xvdp, /dev/sdb to /dev/sdp',
      description: 'Where nodes would have a volume for container state, where one is proposed.',
    }),
    '/dev/xvdb',
  ),
  sizeGib: v.optional(count({ min: 10, max: 16_384 }, 'How large that volume would be, in GiB.'), 80),
});

/** `troubles.ebs-saturation` in the config file. */
export const ebsSaturationSection = v.strictObject({
  alarm: v.optional(v.pipe(alarm, v.description('When a CloudWatch alarm becomes an incident.')), {}),
  changes: v.optional(
    v.pipe(changesSection, v.description('What Paramedic may make of a volume, and at what cost.')),
    {},
  ),
  containerVolume: v.optional(
    v.pipe(
      containerVolume,
      v.description(
        'The volume for container state that is proposed where the root volume of nodes is short.',
      ),
    ),
    {},
  ),
});

/** The section as it is used: every option present, durations in ms. */
export type EbsSaturationPolicy = v.InferOutput<typeof ebsSaturationSection>;
