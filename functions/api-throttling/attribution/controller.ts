import {
  AWS_INTERNAL,
  type CallerHints,
  instanceOf,
  isOurs,
  isServiceHost,
  isSso,
  type Principal,
  principalOf,
  serviceLinked,
} from './caller.ts';
import { providerId } from './issuers.ts';
import type { Known } from './known.ts';
import { isConsole, markedAs, toolName } from './markers.ts';
import { type RoleMap, type RoleUse, roleEntry } from './role-map.ts';
import { isPodSession, isWhole } from './sessions.ts';
import { MAX_NAME, safeName, safePrincipal } from './text.ts';
import type { Controller, Verdict, Workload } from './types.ts';
import { isOnlyTheCnis, makesSuchCalls } from './verbs.ts';
import { displayName, isItsRole, isNamedAlike, WORKLOADS } from './workloads.ts';

type Context = Pick<Known, 'roles' | 'ownRolePrefix'>;

/**
 * Who made a call. What AWS writes (the principal, `invokedBy`) comes before what the caller writes: a userAgent makes
 * a controller `likely`; with its usual calls and a principal it can have, `certain`. Pure and total; a caller that
 * nothing tells is a tool by a safe name, never an error.
 */
export function controllerOf(call: CallerHints, context: Context): Verdict<Controller> {
  const principal = principalOf(call.principal);
  if (isOurs(principal, call.account, context.ownRolePrefix)) {
    return certain({ kind: 'ours', name: 'Paramedic' }, 'our own role');
  }
  return (
    person(call, principal) ??
    controlPlane(call, context) ??
    service(call, principal) ??
    marked(call, context) ??
    unmarked(call, principal, context) ??
    tool(call)
  );
}

function person(call: CallerHints, principal: Principal): Verdict<Controller> | undefined {
  if (principal.is === 'root') return certain({ kind: 'person', name: 'root' }, 'the account’s root');
  if (principal.is === 'user') return certain(named('user', principal.name), 'an IAM user');
  if (isSso(principal)) {
    return certain(named('sign-on', call.session ?? ''), 'a session of IAM Identity Center');
  }
  return principal.is === 'role' && mayBePerson(call) && isConsole(call.userAgent)
    ? likely(named('console', call.session ?? ''), 'userAgent of the console')
    : undefined;
}

/** Machines have sessions of their own kind, and cannot hide behind a browser's userAgent. */
function mayBePerson(call: CallerHints): boolean {
  const { invokedBy, session, federatedProvider } = call;
  if (invokedBy !== undefined || federatedProvider !== undefined) return false;
  return instanceOf(call) === undefined && !isPodSession(session);
}

function named(as: string, text: string): Controller {
  return { kind: 'person', name: `${as} ${safePrincipal(text)}`.trim().slice(0, MAX_NAME) };
}

/** Before the services: EKS signs these calls with the customer's own role, and they fill the account's buckets. */
function controlPlane(call: CallerHints, { roles }: Context): Verdict<Controller> | undefined {
  const isClusterRole = usesOf(roles, call).some((use) => use.as === 'control-plane');
  if (!isClusterRole || call.invokedBy !== 'eks.amazonaws.com') return undefined;
  const isUsual = makesSuchCalls('cloud-controller-manager', call);
  return isUsual ? certain(workload('cloud-controller-manager'), 'cluster role, invoked by EKS') : undefined;
}

function service({ invokedBy }: CallerHints, principal: Principal): Verdict<Controller> | undefined {
  const linked = serviceLinked(principal);
  if (linked !== undefined) return certain(serviceAt(linked), `${safeName(linked)} itself`);
  if (isServiceHost(invokedBy)) return certain(serviceAt(invokedBy), `invoked by ${safeName(invokedBy)}`);
  if (invokedBy !== AWS_INTERNAL) return undefined;
  return certain({ kind: 'other-aws-service', name: 'AWS' }, 'invoked by AWS');
}

function serviceAt(host: string): Controller {
  if (/^eks(?:[.-]|$)/.test(host)) return { kind: 'eks', name: 'Amazon EKS' };
  if (/^(?:ec2-?)?autoscaling\./.test(host)) return { kind: 'autoscaling', name: 'EC2 Auto Scaling' };
  return { kind: 'other-aws-service', name: safeName(host.replace(/\.amazonaws\.com(?:\.cn)?$/, '')) };
}

function marked(call: CallerHints, { roles }: Context): Verdict<Controller> | undefined {
  const found = markedAs(call.userAgent);
  if (found === undefined) return undefined;
  const isUsual = makesSuchCalls(found, call);
  const isPlausible = canBe(found, call, roles);
  if (isUsual && isPlausible)
    return certain(workload(found), 'userAgent, its usual calls, and its principal');
  const against = [
    ...(isUsual ? [] : ['not its usual call']),
    ...(isPlausible ? [] : ['not its usual principal']),
  ];
  return likely(workload(found), `userAgent alone: ${against.join(', ')}`);
}

/** An old or replaced userAgent: whose role it is, and what it calls. */
function unmarked(
  call: CallerHints,
  principal: Principal,
  { roles }: Context,
): Verdict<Controller> | undefined {
  if (principal.is !== 'role') return undefined;
  const usual = WORKLOADS.filter((each) => makesSuchCalls(each, call));
  const known = usual.filter((each) => usesOf(roles, call).some((use) => isItsRole(each, use)));
  const [only, ...others] = known;
  if (only !== undefined && others.length === 0)
    return likely(workload(only), 'its role, and its usual calls');
  if (instanceOf(call) !== undefined) {
    return isOnlyTheCnis(call) ? likely(workload('vpc-cni'), 'calls of the CNI alone, on a node') : undefined;
  }
  const [alike, ...more] = usual.filter((each) => isNamedAlike(each, principal.name));
  if (alike === undefined || more.length > 0) return undefined;
  return likely(workload(alike), 'the role’s name, and its usual calls');
}

function tool(call: CallerHints): Verdict<Controller> {
  return likely({ kind: 'other-tool', name: toolName(call.userAgent) }, 'no mark of a known controller');
}

/** A principal the controller can have: a node's, a role that is known to be its, else any that a pod can have. */
function canBe(each: Workload, call: CallerHints, roles: RoleMap): boolean {
  if (principalOf(call.principal).is !== 'role') return false;
  if (instanceOf(call) !== undefined) return call.viaInstanceRole;
  const uses = usesOf(roles, call).filter((use) => use.as !== 'node');
  if (uses.length > 0) return uses.some((use) => isItsRole(each, use));
  if (call.federatedProvider !== undefined) return providerId(call.federatedProvider) !== undefined;
  return isPodSession(call.session) && isWhole(call.session);
}

function usesOf(roles: RoleMap, { principal }: CallerHints): readonly RoleUse[] {
  const entry = roleEntry(roles, principal);
  return entry.is === 'absent' ? [] : entry.uses;
}

function workload(kind: Workload): Controller {
  return { kind, name: displayName(kind) };
}

function certain(value: Controller, by: string): Verdict<Controller> {
  return { value, by, confidence: 'certain' };
}

function likely(value: Controller, by: string): Verdict<Controller> {
  return { value, by, confidence: 'likely' };
}
