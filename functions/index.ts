import type { Trouble } from '../shared/pipeline/trouble.ts';
import { nodeInterruption } from './node-interruption/index.ts';

/** Every trouble Paramedic treats: one line each. */
export const troubles = [nodeInterruption] as unknown as readonly Trouble[];
