import { refreshMembers } from '../approval/members.ts';
import { approvalFor, putApproval } from '../approval/rows.ts';
import { redact } from '../aws/redact.ts';
import type { ApproverGroup } from '../config/people.ts';
import type { Incident } from '../incident/incident.ts';
import type { SlackMessage } from '../ports/slack.ts';
import type { Delivery } from './delivery.ts';
import { plainText, section } from './slack/blocks.ts';
import { renderIncidentMessage } from './slack/incident.ts';
import { lintMessage } from './slack/lint.ts';
import { pendingQuestions } from './slack/state.ts';
import type { IncidentView, View } from './slack/view.ts';

const MAX_FALLBACK = 2_000;

/** The incident as it stands. Each question can be answered before anybody sees it. */
export async function incidentMessage(delivery: Delivery, incident: Incident): Promise<SlackMessage> {
  const { mode, modeRule, configHash, approvers } = await delivery.environment.policyFor(
    incident.cluster,
    incident.trouble,
  );
  const view: IncidentView = {
    ...viewOf(delivery),
    mode,
    modeRule,
    configHash,
    approvals: await approvalsOf(delivery, incident, approvers),
    risks: delivery.environment.risks,
    seen: incident.signals.length,
  };
  return guarded(delivery, renderIncidentMessage(incident, view));
}

export function viewOf({ environment, people }: Delivery): View {
  const { consoleUrl, timezone } = people;
  return { now: environment.clock.now(), timezone, consoleUrl };
}

/** An open question stays answerable for as long as it is asked, however little changes about it. */
export async function keepAnswerable(delivery: Delivery, incident: Incident): Promise<void> {
  const { approvers } = await delivery.environment.policyFor(incident.cluster, incident.trouble);
  await approvalsOf(delivery, incident, approvers);
}

/** Where nothing can be clicked, the message names the command instead. */
async function approvalsOf(
  delivery: Delivery,
  incident: Incident,
  approvers: readonly ApproverGroup[],
): Promise<Record<string, string>> {
  const { environment, channel, sender } = delivery;
  if (!sender.hasEdits) return {};
  const approvals: Record<string, string> = {};
  const pending = pendingQuestions(incident, environment.clock.now());
  if (pending.length > 0) await readApprovers(delivery, approvers);
  for (const question of pending) {
    const approval = approvalFor(incident, question, channel);
    await putApproval(environment.table, approval);
    approvals[question.key] = approval.id;
  }
  return approvals;
}

/** Who is in the approvers' user groups, for the endpoint that takes the clicks: it holds no token to ask Slack. */
async function readApprovers(
  { environment, people }: Delivery,
  approvers: readonly ApproverGroup[],
): Promise<void> {
  const { botTokenArn } = people.slack;
  if (botTokenArn === undefined) return;
  const { table, slack, clock, log } = environment;
  const problems = await refreshMembers(table, slack(botTokenArn), approvers, clock.now());
  for (const problem of problems) log.warn('approvers not read', { problem });
}

/** The last look before posting: nothing that looks like a credential, nothing Slack would refuse. */
export function guarded({ environment }: Pick<Delivery, 'environment'>, message: SlackMessage): SlackMessage {
  const clean = JSON.parse(JSON.stringify(message), redactText) as SlackMessage;
  const problems = lintMessage(clean);
  if (problems.length === 0) return clean;
  environment.log.error('message cut down to its text', { problems: problems.join('; ') });
  return fallbackOf(clean);
}

function redactText(_: string, value: unknown): unknown {
  return typeof value === 'string' ? redact(value) : value;
}

/** Its sentence alone, and where to read the rest, for a message that Slack does not take. */
export function fallbackOf({ text, metadata }: SlackMessage): SlackMessage {
  const id = metadata?.event_payload['incident'];
  const next = id === undefined ? 'paramedic why' : `paramedic why ${id}`;
  const sentence = `${text.slice(0, MAX_FALLBACK)} The rest: ${next}`;
  return { text: sentence, blocks: [section(plainText(sentence))] };
}
