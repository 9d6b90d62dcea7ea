import * as v from 'valibot';
import { count, duration } from '../../shared/config/units.ts';
import { quotaSection } from './quota/policy.ts';

const rate = v.strictObject({
  // Whole minutes: calls are counted by the minute.
  window: v.optional(
    duration({ min: '1m', max: '10m' }, 'Throttled calls are counted over this time, to the minute.'),
    '5m',
  ),
  openAt: v.optional(
    count(
      { min: 5, max: 10_000 },
      'So many throttled calls of one cause within the window open an incident. Callers retry: a few are normal.',
    ),
    20,
  ),
  exitBelow: v.optional(
    count(
      { min: 1, max: 1_000 },
      'Fewer throttled calls than this within the window count as quiet. Never more than openAt.',
    ),
    5,
  ),
  quietFor: v.optional(
    duration({ min: '5m', max: '60m' }, 'An incident closes when it was quiet for this long.'),
    '15m',
  ),
});

/** `troubles.api-throttling` in the config file. */
export const apiThrottlingSection = v.strictObject({
  rate: v.optional(
    v.pipe(rate, v.description('When throttled calls become an incident, and when it ends.')),
    {},
  ),
  quotas: v.optional(
    v.pipe(
      quotaSection,
      v.description('What Paramedic asks AWS for in Service Quotas, after a person has said yes each time.'),
    ),
    {},
  ),
});

/** The section as it is used: every option present, durations in ms. */
export type ApiThrottlingPolicy = v.InferOutput<typeof apiThrottlingSection>;
