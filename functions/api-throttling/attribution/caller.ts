/**
 * What attribution needs of one throttled call: a structural part of the trouble's own call value. `userAgent`,
 * `session` and `requestHints` are chosen by whoever calls; `principal`, `invokedBy`, `viaInstanceRole` and
 * `federatedProvider` are written by AWS.
 */
export interface CallerHints {
  account: string;
  region: string;
  /** `ec2.amazonaws.com`, or `ec2`. */
  service: string;
  /** e.g. `AssignPrivateIpAddresses` */
  api: string;
  /** ARN of the session's issuer, else of the user or the root, else the service that called. */
  principal: string;
  session?: string | undefined;
  userAgent: string;
  invokedBy?: string | undefined;
  /** The credentials came from an instance's metadata (`ec2RoleDelivery`). */
  viaInstanceRole: boolean;
  federatedProvider?: string | undefined;
  /** Cluster tags in request filters: `kubernetes.io/cluster/<name>`, or `<tag key>=<name>`; `tag:` before it or not. */
  requestHints: readonly string[];
}

export type Principal =
  | { is: 'root'; account: string }
  | { is: 'user'; account: string; name: string }
  | { is: 'role'; account: string; path: string; name: string }
  | { is: 'service'; host: string }
  | { is: 'other' };

const MAX_PRINCIPAL = 2048;
const ARN = /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):([^\s]+)$/;
const SERVICE_HOST = /^[a-z0-9.-]{1,100}\.amazonaws\.com(?:\.cn)?$/;

/** Total: what is no ARN of a principal and no AWS service is `other`. */
export function principalOf(text: string): Principal {
  if (text.length > MAX_PRINCIPAL) return { is: 'other' };
  if (isServiceHost(text)) return { is: 'service', host: text };
  const [, account, resource] = ARN.exec(text) ?? [];
  if (account === undefined || resource === undefined) return { is: 'other' };
  if (resource === 'root') return { is: 'root', account };
  return namedPrincipal(account, resource.split('/'));
}

function namedPrincipal(account: string, [kind, ...rest]: readonly string[]): Principal {
  const last = rest.at(-1) ?? '';
  if (kind === 'user' || kind === 'federated-user') return { is: 'user', account, name: last };
  if (kind === 'assumed-role') return { is: 'role', account, path: '/', name: rest[0] ?? '' };
  if (kind !== 'role') return { is: 'other' };
  return { is: 'role', account, path: `/${rest.slice(0, -1).join('/')}`, name: last };
}

/** CloudTrail's `invokedBy` of a service that it does not name. */
export const AWS_INTERNAL = 'AWS Internal';

export function isServiceHost(text: string | undefined): text is string {
  return text !== undefined && SERVICE_HOST.test(text);
}

/** `ec2` for `ec2.amazonaws.com`. */
export function serviceOf({ service }: Pick<CallerHints, 'service'>): string {
  return service.replace(/\.amazonaws\.com(\.cn)?$/, '').toLowerCase();
}

const INSTANCE_SESSION = /^i-[0-9a-f]{8,17}$/;

/**
 * The instance whose role signed the call. A federated session may be named like an instance by its pod: it is none.
 */
export function instanceOf({ session, federatedProvider }: CallerHints): string | undefined {
  if (session === undefined || federatedProvider !== undefined) return undefined;
  return INSTANCE_SESSION.test(session) ? session : undefined;
}

const SSO_PATH = '/aws-reserved/sso.amazonaws.com';
const SSO_NAME = 'AWSReservedSSO_';

/** A person through IAM Identity Center: only AWS creates roles in this path. */
export function isSso(principal: Principal): boolean {
  if (principal.is !== 'role') return false;
  return principal.path.startsWith(SSO_PATH) || principal.name.startsWith(SSO_NAME);
}

/** The service whose own role called; only AWS creates roles in this path. Their calls fill no bucket of the account. */
export function serviceLinked(principal: Principal): string | undefined {
  if (principal.is === 'service') return principal.host;
  if (principal.is !== 'role') return undefined;
  const [, host] = /^\/aws-service-role\/([^/]+)/.exec(principal.path) ?? [];
  return isServiceHost(host) ? host : undefined;
}

/** Our own roles share a name prefix; a role of another account that is named so is not ours. */
export function isOurs(principal: Principal, account: string, ownRolePrefix: string): boolean {
  if (principal.is !== 'role' || ownRolePrefix === '') return false;
  return principal.account === account && principal.name.startsWith(ownRolePrefix);
}
