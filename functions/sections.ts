import type { Trouble } from '../shared/pipeline/trouble.ts';
import { TROUBLE as API_THROTTLING } from './api-throttling/events.ts';
import { apiThrottlingSection } from './api-throttling/policy.ts';
import { TROUBLE as EBS_SATURATION } from './ebs-saturation/events.ts';
import { ebsSaturationSection } from './ebs-saturation/policy.ts';
import { TROUBLE as NODE_INTERRUPTION } from './node-interruption/events.ts';
import { nodeInterruptionSection } from './node-interruption/policy.ts';

/**
 * What the config may say of every trouble, for functions that run only one: they carry the code of that one and read
 * the config of all. Held against `functions/index.ts` by a test.
 */
export const sections: readonly Pick<Trouble, 'name' | 'section'>[] = [
  { name: NODE_INTERRUPTION, section: nodeInterruptionSection },
  { name: API_THROTTLING, section: apiThrottlingSection },
  { name: EBS_SATURATION, section: ebsSaturationSection },
];
