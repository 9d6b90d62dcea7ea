/**
 * VPC CNI advice, computed. Pure: nothing here reads or writes; time plays no part.
 *
 * - `readSettings({main, init, version})` → `{settings | null, problems, unknown, unread}`: what ipamd goes by.
 *   `cniEnvOf(daemonSet)` gives its input, `ownerOf(daemonSet, isAddon)` says who decides about it.
 * - `recommend(ClusterNumbers)` → `Advice`: `nothing-to-tune` and `unknown` with reasons; `keep` or `change` with
 *   the effect per group (EC2 calls per launch and per `CHURN_MINUTES` of churn, before and after), the burst's
 *   bottleneck in seconds, addresses per subnet, warnings, what was rejected and why, and prefix delegation as a
 *   proposal for new node groups. `change.env` holds absolute values as strings, `change.through` how it is made.
 * - `addonChange(configuration, schemaText, env)` → text for `UpdateAddon`, text for the rollback, diff for people;
 *   or why not. `settableEnv(schemaText)` gives `ClusterNumbers.settable`. The configuration is read by
 *   `readConfiguration` of `addon-text.ts`, which is not exported here because it loads a YAML parser.
 * - `daemonSetChange(daemonSet, env)` → strategic merge patch and its inverse for a self-managed aws-node, or why
 *   not. `notInEffect` verifies either way on the live DaemonSet, `liveValues` is its pre-image.
 */
export {
  type AddonChange,
  type AddonConfiguration,
  type AddonUpdate,
  addonChange,
  rollbackOf,
} from './addon.ts';
export type {
  Advice,
  Change,
  Considered,
  Env,
  GroupEffect,
  PrefixEffect,
  PrefixProposal,
  Rejection,
  SubnetCost,
} from './advice.ts';
export { type Bottleneck, BUCKETS, bottleneckOf, type CallCounts, type CniApi } from './apis.ts';
export { CHURN_MINUTES, callsOf, type NodeCalls, type NodeLoad } from './calls.ts';
export {
  cniEnvOf,
  conditionalOn,
  type DaemonSetChange,
  type DaemonSetPatch,
  daemonSetChange,
  liveValues,
  notInEffect,
} from './daemonset.ts';
export { type InstanceLimits, isNitro, maxPods, recommendedMaxPods } from './instances.ts';
export type { ClusterNumbers, NodeGroupNumbers, Owner, SubnetNumbers } from './numbers.ts';
export { ownerOf } from './owner.ts';
export { recommend } from './recommend.ts';
export { settableEnv } from './schema.ts';
export { type CniEnv, type CniSettings, type EnvVar, type ReadSettings, readSettings } from './settings.ts';
export { type CniVersion, parseVersion } from './variables.ts';
