import * as v from 'valibot';
import { type EpochMs, isoTime } from '../../shared/clock.ts';
import type { Envelope } from '../../shared/pipeline/envelope.ts';
import { classifyCode } from './codes.ts';
import { requestHints } from './request-hints.ts';

/** One call that AWS refused because calls came too fast. Every text in it is bounded and on one line. */
export interface ThrottledCall {
  /** CloudTrail's own id: copies of one call have the same. */
  eventId: string;
  /** When the call was made, not when we heard of it. */
  at: EpochMs;
  account: string;
  region: string;
  /** The first part of `eventSource`, e.g. `ec2`. */
  service: string;
  /** e.g. `AssignPrivateIpAddresses`. */
  api: string;
  readOnly: boolean;
  /** ARN of the role or user, or the AWS service that called by itself. */
  principal: string;
  /** Of an assumed role: an instance id, a Pod Identity session, or whatever the caller wrote. */
  session?: string;
  /** Written by the caller: it says something, it proves nothing. At most 256 characters; may be empty. */
  userAgent: string;
  /** e.g. `autoscaling.amazonaws.com`, where an AWS service called. */
  invokedBy?: string;
  /** The credentials came from an instance's metadata service. */
  viaInstanceRole: boolean;
  /** ARN of the OIDC provider, for IRSA. */
  federatedProvider?: string;
  /** CloudTrail's `requestID`, which AWS Support asks for. */
  requestId?: string;
  /** Cluster tags in the request's own filters: `kubernetes.io/cluster/<name>`, or `<tag key>=<name>`. */
  requestHints: string[];
}

export type ReadCall =
  /** `isOurs`: a client of ours made it; never an incident, but a reason to ask less. */
  | { is: 'throttled'; call: ThrottledCall; isOurs: boolean }
  | { is: 'ignored'; reason: string }
  | { is: 'malformed'; reason: string };

/** A field that is there must be text; how long it may be is said where it is used. */
const text = v.nullish(v.string());

const identity = v.object({
  type: text,
  principalId: text,
  arn: text,
  invokedBy: text,
  sessionContext: v.nullish(
    v.object({
      sessionIssuer: v.nullish(v.object({ arn: text, userName: text })),
      webIdFederationData: v.nullish(v.object({ federatedProvider: text })),
      ec2RoleDelivery: text,
    }),
  ),
});

const detail = v.object({
  eventID: v.pipe(v.string(), v.regex(/^[\w-]{8,64}$/)),
  eventTime: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/)),
  eventSource: v.pipe(v.string(), v.regex(/^[a-z0-9.-]{1,60}\.amazonaws\.com$/)),
  eventName: v.pipe(v.string(), v.regex(/^\w{1,128}$/)),
  errorCode: text,
  requestID: text,
  readOnly: v.nullish(v.boolean()),
  userAgent: text,
  userIdentity: v.nullish(identity),
  addendum: v.nullish(v.object({ originalEventID: v.nullish(v.pipe(v.string(), v.regex(/^[\w-]{8,64}$/))) })),
  requestParameters: v.optional(v.unknown()),
});

type Detail = v.InferOutput<typeof detail>;
type Identity = v.InferOutput<typeof identity>;

const MAX_ARN = 512;
const MAX_SESSION = 64;
const MAX_USER_AGENT = 256;
const MAX_REQUEST_ID = 64;

const SESSION_ARN = /^(arn:aws[a-z-]*):sts::(\d{12}):assumed-role\/([^/]+)\/.*$/;

/** Roles of a deployment of ours, whatever its stage: `paramedic-<stage>-<function>`. */
const OUR_ROLE =
  /:role\/paramedic-[\w-]+-(?:[a-z]+(?:[A-Z][a-z]+)*(?:Notice|Lifecycle|Remediate)|sweep|approval|notifier)$/;

/** Total: any detail gives a call, a reason why it is none of ours, or a reason why it cannot be read. */
export function readCall(event: Envelope): ReadCall {
  const parsed = v.safeParse(detail, event.detail);
  if (!parsed.success) return malformed(firstPath(parsed.issues));
  const at = timeOf(parsed.output.eventTime);
  if (at === undefined) return malformed('detail.eventTime');
  const ignored = whyIgnored(parsed.output);
  if (ignored !== undefined) return { is: 'ignored', reason: ignored };
  const principal = principalOf(parsed.output.userIdentity ?? {});
  if (principal === undefined) return malformed('detail.userIdentity');
  const call = callOf(event, parsed.output, at, principal);
  const isOurs = OUR_ROLE.test(principal) && principal.includes(`:iam::${event.account}:role/`);
  // Lambda makes a function's network interfaces with the function's role: no client of ours can ask for fewer.
  return isOurs && call.invokedBy !== undefined
    ? { is: 'ignored', reason: `made by Paramedic itself, through ${call.invokedBy}` }
    : { is: 'throttled', call, isOurs };
}

function whyIgnored({ errorCode }: Detail): string | undefined {
  if (errorCode === undefined || errorCode === null || errorCode === '') return 'the call did not fail';
  const found = classifyCode(errorCode);
  if (found.is === 'throttled') return undefined;
  const named = bounded(errorCode, 64);
  return found.is === 'other'
    ? `${named} is not throttling`
    : `${named} is not throttling: it belongs to ${found.belongs}`;
}

function callOf(event: Envelope, from: Detail, at: EpochMs, principal: string): ThrottledCall {
  const { userIdentity, addendum, requestParameters, requestID } = from;
  const { invokedBy, sessionContext } = userIdentity ?? {};
  const session = sessionOf(userIdentity ?? {});
  const provider = sessionContext?.webIdFederationData?.federatedProvider;
  return {
    // A copy that was corrected later is the same call.
    eventId: addendum?.originalEventID ?? from.eventID,
    at,
    account: event.account,
    region: event.region,
    service: from.eventSource.replace(/\.amazonaws\.com$/, ''),
    api: from.eventName,
    readOnly: from.readOnly === true,
    principal,
    userAgent: bounded(from.userAgent ?? '', MAX_USER_AGENT),
    viaInstanceRole: typeof sessionContext?.ec2RoleDelivery === 'string',
    requestHints: requestHints(requestParameters),
    ...(isText(requestID) && { requestId: bounded(requestID, MAX_REQUEST_ID) }),
    ...(session !== undefined && { session }),
    ...(isText(invokedBy) && { invokedBy: bounded(invokedBy, 128) }),
    ...(isText(provider) && { federatedProvider: bounded(provider, MAX_ARN) }),
  };
}

/**
 * The role rather than its session: a role is one caller, however many machines have it. A record may lack the session's
 * issuer; then the role's path is not known.
 */
function principalOf({ arn, sessionContext, invokedBy, principalId }: Identity): string | undefined {
  const issuer = sessionContext?.sessionIssuer?.arn;
  const named = [issuer, arn?.replace(SESSION_ARN, '$1:iam::$2:role/$3'), invokedBy, principalId].find(
    isText,
  );
  return named === undefined ? undefined : bounded(named, MAX_ARN);
}

function sessionOf({ type, arn, principalId }: Identity): string | undefined {
  if (type !== 'AssumedRole') return undefined;
  const ofArn = isText(arn) && arn.includes('/') ? arn.slice(arn.lastIndexOf('/') + 1) : '';
  const ofId = isText(principalId) && principalId.includes(':') ? principalId.split(':').at(-1) : '';
  const session = bounded(ofArn || ofId || '', MAX_SESSION);
  return session === '' ? undefined : session;
}

function isText(value: string | null | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

/** One line of printable characters, cut between characters and never inside one. */
function bounded(value: string, max: number): string {
  return value
    .slice(0, max)
    .replaceAll(/\p{Cc}+|\p{Cs}/gu, ' ')
    .trim();
}

function timeOf(given: string): EpochMs | undefined {
  const at = Date.parse(given);
  return Number.isFinite(at) && isoTime(at) === given ? at : undefined;
}

function malformed(what: string): ReadCall {
  return { is: 'malformed', reason: `missing or bad field: ${what}` };
}

function firstPath(issues: readonly v.BaseIssue<unknown>[]): string {
  const path = issues[0] === undefined ? null : v.getDotPath(issues[0]);
  return path === null ? 'detail' : `detail.${path}`;
}
