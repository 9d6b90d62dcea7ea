import { type CallerHints, principalOf, serviceLinked } from './caller.ts';
import { safePrincipal } from './text.ts';
import type { Attribution } from './types.ts';

/** Throttled calls of one kind in the window, each counted once; `call` is one of them. */
export interface CountedCalls {
  call: CallerHints;
  attribution: Attribution;
  throttled: number;
  /** There were too many to count them all. */
  atLeast?: boolean;
}

/** Somebody who calls: one controller of one cluster, or one principal of the account. */
export interface Caller {
  key: string;
  attribution: Attribution;
  /** For people, e.g. `VPC CNI of cluster payments`, `Terraform (role ci-deploy)`: safe and bounded. */
  name: string;
  /** Its calls take tokens of the account's buckets; those of service-linked roles do not. */
  drains: boolean;
}

/**
 * A tool's name is its own choice, so it may not make many callers of one; the people behind one sign-on role are told
 * apart.
 */
export function keyOf({ call, attribution }: CountedCalls): string {
  const { controller, scope } = attribution;
  const person = controller.kind === 'person' ? controller.name : '';
  return JSON.stringify([
    call.principal,
    controller.kind,
    person,
    scope.kind === 'cluster' ? scope.name : null,
  ]);
}

/** Of counts with the same key; the largest speaks for all. */
export function callerOf(counts: readonly CountedCalls[]): Caller {
  const largest = counts.reduce((most, each) => (each.throttled > most.throttled ? each : most));
  const { call, attribution } = largest;
  const isLinked = serviceLinked(principalOf(call.principal)) !== undefined;
  return { key: keyOf(largest), attribution, name: nameOf(call, attribution), drains: !isLinked };
}

function nameOf({ principal }: CallerHints, { controller, scope }: Attribution): string {
  const of = scope.kind === 'cluster' ? ` of cluster ${safePrincipal(scope.name)}` : '';
  const found = principalOf(principal);
  const isRoleTelling = found.is === 'role' && (controller.kind === 'other-tool' || of === '');
  const role = isRoleTelling && controller.kind !== 'ours' ? ` (role ${safePrincipal(found.name)})` : '';
  return `${controller.name}${role}${of}`;
}
