import * as v from 'valibot';
import {
  type NodeInterruptionPolicy,
  nodeInterruptionSection,
} from '../../functions/node-interruption/policy.ts';

/** The documented defaults. */
export const defaultPolicy: NodeInterruptionPolicy = v.parse(nodeInterruptionSection, {});

/** Of `global.disruptionBudget`. */
export const defaultBudget = { share: 0.1, floor: 1, perHour: 3 };
