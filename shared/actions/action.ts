import type { Incident } from '../incident/incident.ts';
import type { Step } from '../incident/plan.ts';
import type { Ports } from '../ports/index.ts';
import type { Json } from '../workflow/port.ts';

/** AWS permission, e.g. `ec2:DescribeInstances`. */
export type AwsPermission = `${string}:${string}`;
/** Kubernetes permission as `verb apiGroup/resource`; the core group is empty: `create /pods/eviction`. */
export type KubernetesPermission = `${string} ${string}/${string}`;

export interface Permissions {
  aws: readonly AwsPermission[];
  kubernetes: readonly KubernetesPermission[];
}

/** Knows how to do one thing. One file each; the only place a mutating call happens. */
export interface Action {
  name: string;
  /** What it does, for plans and docs. */
  describe: string;
  permissions: Permissions;
  risk: 'low' | 'medium' | 'high';
  reversible: boolean;
  /**
   * Respects every PodDisruptionBudget and can be undone or redone by the cluster itself: such a step may run
   * in mode `approve` on a node AWS is taking anyway.
   */
  gentle: boolean;
  /** Takes capacity or pods from the cluster: bound by the disruption budget unless AWS is taking the node. */
  disrupts?: true;
  /**
   * Only lets go what an earlier step of the incident took hold of (a hook, a mark of ours): authorised by that
   * step, so it asks nobody again and conflicts with no other controller.
   */
  concludes?: true;
  /** Only keeps things as they are while people or the cluster take their time: it asks nobody. */
  keeps?: true;
  /** Destroys on the ground that the node is lost: two independent signals must say so. */
  onLoss?: true;
  /** Binds the account to somebody outside the cluster: why a person is asked for it, whatever the mode. */
  asks?: string;
  /** Restarts what every node needs: while the trouble lasts only a person may say that it is done now. */
  needsCalm?: true;
  /** Half of it is worse than either end: once begun it goes on in mode `approve` without being asked about again. */
  mustEnd?: true;
  /** Monthly cost in US dollars of applying it, or why there is none. */
  cost: string;
  /** The same action on the same target is not begun again within this; 0: no such limit. */
  cooldownMs: number;
  /**
   * Does it: reads first, acts towards the absolute goal, is safe to repeat. Must return within its round
   * (`context.roundMs`), `again` when there is more to do.
   */
  apply(context: ActionContext, step: Step): Promise<ActionResult>;
  /** Reads back, from another call than the one that acted, whether the goal holds. */
  verify(context: ActionContext, step: Step): Promise<Verification>;
  /** Puts back what `apply` found (from the record's memory). Absent when not reversible. */
  undo?(context: ActionContext, step: Step): Promise<void>;
}

export interface ActionContext {
  ports: Ports;
  incident: Incident;
  /** The step's memory from earlier rounds; empty on the first. */
  memory: { [name: string]: Json };
  /** Upper bound of this call, in ms. */
  roundMs: number;
  /** Throws `Stopped` when the stop switch forbids this step. Call before every batch of mutations. */
  checkStop(): Promise<void>;
  /** Whether a signal or an answer came since the round began: end it soon, so that it is decided afresh. */
  hasNews(): Promise<boolean>;
}

export type ActionResult = {
  /** `again`: this round is over, there is more to do. */
  status: 'done' | 'again' | 'failed';
  summary: string;
  details?: string[];
  memory?: { [name: string]: Json };
  /** The stop switch ended it half way: `summary` and `memory` say what had been done. */
  stopped?: true;
  /** What the later steps were planned from has changed: decide again before the next one. */
  lookAgain?: boolean;
};

export type Verification = { holds: boolean; evidence: string };

/** The stop switch was engaged, or could not be read and the step is not one that may go on then. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}
