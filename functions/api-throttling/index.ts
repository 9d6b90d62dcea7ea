import type { Trouble } from '../../shared/pipeline/trouble.ts';
import { patchDaemonSet } from './actions/patch-daemonset.ts';
import { requestQuota } from './actions/request-quota.ts';
import { updateAddon } from './actions/update-addon.ts';
import { aggregate } from './aggregate.ts';
import { events, TROUBLE } from './events.ts';
import { type ApiThrottlingFacts, gather } from './facts.ts';
import { guardFacts } from './guard-facts.ts';
import { reads } from './permissions.ts';
import { playbook } from './playbook.ts';
import { type ApiThrottlingPolicy, apiThrottlingSection } from './policy.ts';
import { toSignals } from './signals.ts';

/** AWS refuses API calls because they come too fast: find out whose they are, and for whom they are missing. */
export const apiThrottling: Trouble<ApiThrottlingFacts, ApiThrottlingPolicy> = {
  name: TROUBLE,
  title: 'AWS throttles API calls',
  events,
  toSignals,
  aggregate,
  gather,
  playbook,
  guardFacts,
  actions: [updateAddon, patchDaemonSet, requestQuota],
  reads,
  section: apiThrottlingSection,
  // The section was validated against this trouble's schema when the file was loaded.
  policyOf: (policy) => policy.section as unknown as ApiThrottlingPolicy,
};
