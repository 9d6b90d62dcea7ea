import { type Fact, known, unknown } from '../../../shared/fact.ts';
import type { Finding } from '../../../shared/incident/plan.ts';
import type { TemplateVersion } from '../../../shared/ports/volumes.ts';
import { formOf, patchName } from '../boot/forms.ts';
import { EPHEMERAL_MAXIMA } from '../boot/node-class.ts';
import { type Owner, ownersOf } from '../boot/owner.ts';
import { proposeTemplate } from '../boot/propose.ts';
import { secondVolume } from '../boot/second-volume.ts';
import type { TemplateInput, TemplateProposal } from '../boot/types.ts';
import { withLearned } from '../decide/learned.ts';
import type { Diagnosis } from '../diagnose/types.ts';
import type { Input } from '../input.ts';
import type { Gp3Maxima } from '../limits/table.ts';
import { diagnosisInput, performanceIn } from '../looks.ts';
import { costChange, costText } from '../price/cost.ts';
import { pricesIn } from '../price/list.ts';

/** What one line of a message in Slack holds; the rest of a patch goes on in the next. */
const MAX_PATCH_LINE = 250;

/**
 * For nodes whose own volume is short while they boot: what they would have to be made with, for whoever says so, as text
 * and as a patch to copy. Nothing is edited. Pure.
 */
export function templateFindings(input: Input, { causes, used }: Diagnosis): Finding[] {
  if (!causes.some(({ name, confidence }) => name === 'boot-burst' && confidence !== 'possible')) return [];
  const { facts, policy, now: at } = input;
  const now = performanceIn(facts);
  const own = facts.nodeVolume.known ? facts.nodeVolume.value : null;
  if (!now.known || own === null) return [];
  const most = (fact: Diagnosis['used']['iops'], otherwise: number) =>
    fact.known ? fact.value.max.value : otherwise;
  const template = facts.template ?? unknown('not read: no node booted lately', 'launch template', at);
  const { gp3 } = withLearned(policy.changes, facts.maxima, now.value);
  const about = {
    own,
    now: now.value,
    wanted: {
      iops: most(used.iops, now.value.iops) * policy.changes.step,
      throughputMib: most(used.throughput, now.value.throughputMib) * policy.changes.step,
    },
    mappings: template.known ? { ...template, value: template.value.mappings } : template,
    gp3,
  };
  const owners = ownersOf({ ...facts, template });
  return [...disputed(owners), ...owners.flatMap((owner) => findingsFor(owner, about, { input, template }))];
}

interface Context {
  input: Input;
  template: Fact<TemplateVersion>;
}

/** Their own volume with more, and where it helps the volume for container state instead. */
function findingsFor(owner: Owner, about: TemplateInput, context: Context): Finding[] {
  const auto = owner.by === 'auto-mode';
  if (auto && about.own.kind === 'root') return [none(AUTO_ROOT)];
  const { facts, policy } = context.input;
  const proposal = proposeTemplate(auto ? asNodeClass(about, policy.changes.gp3) : about);
  const found = [proposal.possible ? finding(owner, proposal, context) : none(proposal.why)];
  if (auto) return found;
  const { pods } = diagnosisInput(context.input);
  const state = policy.containerVolume;
  const second = secondVolume(proposal, state.device, { ...facts, pods, own: about.own });
  if (!second.helps) return [...found, ...(second.why === '' ? [] : [noSecond(second.why)])];
  const instead = proposeTemplate({ ...about, state });
  return [...found, instead.possible ? finding(owner, instead, context, second.why) : noSecond(instead.why)];
}

const AUTO_ROOT =
  'the root volume of a node of EKS Auto Mode has the system alone, and a NodeClass says nothing of it; its ephemeralStorage (size, iops, throughput) is the volume for containers';

function finding(
  owner: Owner,
  proposal: Extract<TemplateProposal, { possible: true }>,
  { input, template }: Context,
  instead?: string,
): Finding {
  const { what, lines, patch } = formOf(owner, proposal, template);
  const { facts, policy, incident } = input;
  const prices = pricesIn(incident.cluster.region, policy.changes.prices);
  const { volumes, text } = proposal;
  const from = volumes.flatMap((volume) => volume.from ?? []);
  const cost = costText(costChange({ from, to: volumes.map(({ to }) => to) }, prices));
  const evidence = [
    ...(instead === undefined ? [] : [instead]),
    ...text,
    `volumes of a node: ${cost}`,
    ...lines,
    ...(patch.possible
      ? patchLines(patchName(owner), JSON.stringify(patch.patch))
      : [`no patch: ${patch.why}`]),
    ...unread(facts.node),
  ];
  const cause =
    instead === undefined
      ? `${what} whose nodes would boot well`
      : `instead: ${what} with a volume of its own for container state`;
  return { cause, confidence: 'likely', evidence };
}

function unread(node: Input['facts']['node']): string[] {
  return node.known
    ? []
    : [`unknown: ${node.source}: ${node.why}: whose node it is was told by its tags alone`];
}

function patchLines(name: string, json: string): string[] {
  const parts = json.match(new RegExp(`.{1,${MAX_PATCH_LINE}}`, 'gs')) ?? [];
  if (parts.length < 2) return [`${name}: ${json}`];
  return parts.map((part, index) => `${name}, part ${index + 1} of ${parts.length}: ${part}`);
}

function disputed(owners: readonly Owner[]): Finding[] {
  if (owners.length < 2) return [];
  const evidence = [
    'signals disagree: its tags, labels and launch template name several; each is told below',
  ];
  return [{ cause: 'who makes these nodes cannot be told', confidence: 'possible', evidence }];
}

function none(why: string): Finding {
  return { cause: 'nothing is proposed for new nodes', confidence: 'possible', evidence: [why] };
}

function noSecond(why: string): Finding {
  return { cause: 'no second volume is proposed', confidence: 'possible', evidence: [why] };
}

/** It has no list of mappings that could lose one. */
function asNodeClass(about: TemplateInput, gp3: Gp3Maxima): TemplateInput {
  const { source, at } = about.mappings;
  const maxima = {
    maxIops: Math.min(EPHEMERAL_MAXIMA.maxIops, gp3.maxIops),
    maxThroughputMib: Math.min(EPHEMERAL_MAXIMA.maxThroughputMib, gp3.maxThroughputMib),
  };
  return { ...about, mappings: known([], source, at), gp3: maxima };
}
