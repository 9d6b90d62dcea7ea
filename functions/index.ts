import type { Trouble } from '../shared/pipeline/trouble.ts';
import { apiThrottling } from './api-throttling/index.ts';
import { ebsSaturation } from './ebs-saturation/index.ts';
import { nodeInterruption } from './node-interruption/index.ts';

/** Every trouble Paramedic treats: one line each. */
export const troubles = [nodeInterruption, apiThrottling, ebsSaturation] as unknown as readonly Trouble[];
