import type { Finding } from '../../../shared/incident/plan.ts';
import { withLearned } from '../decide/learned.ts';
import type { Diagnosis } from '../diagnose/types.ts';
import type { Input } from '../input.ts';
import { proposeTemplate } from '../launch-template.ts';
import { performanceIn } from '../looks.ts';

/**
 * For root volumes that are short while their nodes boot: what the launch template would have to say, as text and as a
 * patch to copy. Nothing is edited. Pure.
 */
export function templateFindings({ facts, policy, now }: Input, { causes, used }: Diagnosis): Finding[] {
  if (!causes.some(({ name, confidence }) => name === 'boot-burst' && confidence !== 'possible')) return [];
  const root = performanceIn(facts);
  const rootDevice = facts.instance.known ? facts.instance.value?.rootDevice : undefined;
  if (!root.known || rootDevice === undefined) return [];
  const most = (fact: Diagnosis['used']['iops'], otherwise: number) =>
    fact.known ? fact.value.max.value : otherwise;
  const proposal = proposeTemplate({
    rootDevice,
    root: root.value,
    wanted: {
      iops: most(used.iops, root.value.iops) * policy.changes.step,
      throughputMib: most(used.throughput, root.value.throughputMib) * policy.changes.step,
    },
    mappings: { known: false, why: 'not read', source: 'launch template', at: now },
    gp3: withLearned(policy.changes, facts.maxima, root.value).gp3,
  });
  if (!proposal.possible) {
    return [{ cause: 'no launch template is proposed', confidence: 'possible', evidence: [proposal.why] }];
  }
  const evidence = [...proposal.text, `patch: ${JSON.stringify(proposal.patch)}`];
  return [{ cause: 'a launch template whose nodes would boot well', confidence: 'likely', evidence }];
}
