import * as v from 'valibot';
import {
  type NodeInterruptionPolicy,
  nodeInterruptionSection,
} from '../../functions/node-interruption/policy.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { STAND_DOWN_CONTROLLERS, type TroublePolicy } from '../../shared/config/policy.ts';

/** The documented defaults. */
export const defaultPolicy: NodeInterruptionPolicy = v.parse(nodeInterruptionSection, {});

/** Of `global.disruptionBudget`. */
export const defaultBudget = { share: 0.1, floor: 1, perHour: 3 };

/** What an empty config file says to every cluster and trouble, but for its mode and section. */
export const defaultRules = {
  disruptionBudget: defaultBudget,
  standDownFor: STAND_DOWN_CONTROLLERS,
  approvers: [],
  approvals: { required: { low: 1, medium: 1, high: 2 }, maxSnoozeMs: HOUR_MS },
  brake: { nodes: 3, share: 0.2, withinMs: 10 * MINUTE_MS, zoneShare: 0.55 },
  quarantine: { actions: 3, withinMs: DAY_MS },
  capacityFloor: 0.8,
} as const satisfies Partial<TroublePolicy>;
