import type { ActionContext } from '../../../shared/actions/action.ts';
import type { EpochMs } from '../../../shared/clock.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import { sha256Hex, stepKey } from '../../../shared/incident/step-key.ts';
import type { Addon } from '../../../shared/ports/eks.ts';
import type { Json } from '../../../shared/workflow/port.ts';
import type { Env } from '../cni/index.ts';
import type { LiveEnv } from './aws-node.ts';

export const ADDON = 'vpc-cni';

/** What `update-addon` keeps between its rounds: the pre-image first, before anything is changed. */
export interface AddonMemory {
  before: {
    at: EpochMs;
    /** Byte for byte; empty when there was none. */
    configurationValues: string;
    /** What EKS gets, and how it is undone: texts for `UpdateAddon`. */
    after: string;
    rollback: string;
    env: LiveEnv;
    unavailable: number;
  };
  /** EKS took the change; the id is missing when its answer was lost. */
  sent?: { at: EpochMs; updateId?: string };
  /** EKS says that the update ended well: the nodes follow. */
  endedAt?: EpochMs;
  /** It did not work: being put back since. `isBack` once that has ended. */
  undoing?: { at: EpochMs; why: string; isBack?: boolean };
  /** It ended, and the summary of the step says how. */
  isTold?: true;
}

/** Undefined on the first round. */
export function addonMemory({ memory }: Pick<ActionContext, 'memory'>): AddonMemory | undefined {
  return memory['before'] === undefined ? undefined : (memory as unknown as AddonMemory);
}

export function asMemory(memory: AddonMemory): { [name: string]: Json } {
  return memory as unknown as { [name: string]: Json };
}

/** The absolute values that the step gives, by name. */
export function envOf({ goal }: Step): Env {
  return (goal['env'] ?? {}) as Env;
}

export async function readAddon({ ports, incident }: ActionContext): Promise<Addon> {
  return await ports.eks.describeAddon(incident.cluster.name, ADDON);
}

/**
 * The same for one step of one generation of one incident and one direction: sent twice it is one update. Another
 * incident may have the very same step, and EKS would answer it with the update of the first.
 */
export function tokenOf({ incident }: ActionContext, step: Step, direction: string): string {
  const whose = sha256Hex(JSON.stringify([incident.id, incident.generation, stepKey(step)]));
  return `paramedic-${direction}-${whose.slice(0, 32)}`;
}
