/**
 * Who made the throttled calls, for which cluster, and with which part of the whole. Pure.
 *
 * - `attribute(call, context)` → `Attribution {controller {kind, name}, scope, by, confidence}`; never throws
 * - `roleMap(clusters)` → `RoleMap`, part of the context; `NO_ROLES` while nothing was read
 * - `sharesOf(counted, {windowMs, callCounts?})` → `Shares`, by bucket and caller; shares 0…1 of *throttled* calls
 * - `causeAndVictims(bucketShares)` → `Causes`; `topCallers(shares)` for an account that several contend for
 * - `shareLine`, `basisLine`, `limitsLine`: the same in words
 */
export { attribute } from './attribute.ts';
export { type Bucket, bucketOf, type Limits, tokensIn } from './buckets.ts';
export type { CallerHints } from './caller.ts';
export type { Caller, CountedCalls } from './callers.ts';
export { type Causes, causeAndVictims, type TopCaller, topCallers } from './causes.ts';
export { controllerOf } from './controller.ts';
export type { Known as AttributionContext } from './known.ts';
export { type ClusterRoles, NO_ROLES, type RoleEntry, type RoleMap, roleEntry, roleMap } from './role-map.ts';
export { scopeOf } from './scope.ts';
export { basisLine, limitsLine, shareLine } from './share-text.ts';
export { type BucketShares, type CallerShare, type Counted, type Shares, sharesOf } from './shares.ts';
export type { Attribution, Confidence, Controller, ControllerKind, Scope, Workload } from './types.ts';
export { workloadName } from './workloads.ts';
