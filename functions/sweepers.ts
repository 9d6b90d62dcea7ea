import type { Trouble } from '../shared/pipeline/trouble.ts';
import { ebsSaturation } from './ebs-saturation/index.ts';
import { nodeInterruption } from './node-interruption/index.ts';

/** The troubles with leftovers to sweep: the sweep carries no other's code. Held against `functions/index.ts` by a test. */
export const sweepers = [nodeInterruption, ebsSaturation] as unknown as readonly Trouble[];
