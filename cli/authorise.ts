import { authorisePrincipal, type Refusal } from '../shared/approval/authorise.ts';
import { policyFor } from '../shared/config/effective.ts';
import { loadConfig } from '../shared/config/load.ts';
import type { TroublePolicy } from '../shared/config/policy.ts';
import { pushedName } from '../shared/config/stored-or-packaged.ts';
import type { Incident } from '../shared/incident/incident.ts';
import { sha256Hex } from '../shared/incident/step-key.ts';
import type { Deployment } from './deployment.ts';
import { SECTIONS } from './files.ts';
import { plain } from './output.ts';
import { targetOf } from './target.ts';
import type { VerbInput } from './verb.ts';

export type Person =
  | { may: true; by: string; policy: TroublePolicy }
  /** One line for whoever asked. */
  | { may: false; why: string };

const WHY: Partial<Record<Refusal, string>> = {
  'nobody-may': 'no approver of this cluster and trouble answers from the command line',
  'not-an-approver': 'no approver of this cluster and trouble is this AWS principal',
  proposer: 'a role of Paramedic itself does not answer its own questions',
};

/**
 * Whether whoever runs this command may answer: by what STS says of their credentials and the config that is pushed.
 * A no is kept in the incident's history.
 */
export async function authorise(
  { options, context }: Pick<VerbInput, 'options' | 'context'>,
  deployment: Deployment,
  incident: Incident,
  what: string,
): Promise<Person> {
  const policy = await pushedPolicy(deployment, incident, context.clock.now());
  if (typeof policy === 'string') return { may: false, why: policy };
  const arn = await deployment.identity();
  const ownRoles = `paramedic-${targetOf(options, context.env).stage}-`;
  const person = authorisePrincipal(arn, { approvers: policy.approvers, ownRoles });
  if (person.ok) return { may: true, by: person.by, policy };
  const { by, why } = person;
  const attempt = sha256Hex(`${by} ${context.clock.now()}`).slice(0, 32);
  await deployment.noteRefused(incident, { what, by, why, attempt });
  return { may: false, why: plain(`${arn} may not answer: ${WHY[why] ?? why}`) };
}

/** The packaged file lies in the functions, where this command cannot look: only what is pushed counts here. */
async function pushedPolicy(
  { config, name }: Deployment,
  { cluster, trouble }: Incident,
  now: number,
): Promise<TroublePolicy | string> {
  const head = await config.head();
  if (head === undefined)
    return `${name}: no config is pushed, so nobody may answer: see paramedic config push`;
  const loaded = loadConfig(head.text, pushedName(head.version), SECTIONS);
  if (!loaded.ok) return `${name}: version ${head.version} of the config is not valid to this program`;
  return policyFor(loaded, cluster, trouble, now);
}
