import { failureKind } from '../errors.ts';
import type { Log } from '../log.ts';
import { answerClick, type ClickResult } from './click.ts';
import type { ApprovalEnvironment } from './environment.ts';
import { type Click, MAX_BODY_BYTES, parseClick } from './payload.ts';
import { useNonce } from './rows.ts';
import { verifySignature } from './signature.ts';

export interface ApprovalRequest {
  headers: readonly (readonly [name: string, value: string])[];
  body: string;
  /** The body is the base64 of the bytes. */
  isBase64: boolean;
}

/** The HTTP status; there is never a body. Slack shows the person a warning for anything but 200. */
export type Status = 200 | 400 | 401 | 404 | 413 | 503;

/** Why nothing was changed; the only words about a request that are ever logged. */
type Reason = ClickResult | 'too-large' | 'unsigned' | 'out-of-time' | 'forged' | 'malformed' | 'replayed';

/**
 * One click on one of our messages: verify → parse → authorise → one conditional write → wake. A request that is not
 * right changes nothing, what is not signed reads nothing, and neither body nor headers are ever logged.
 */
export function answerer(environment: ApprovalEnvironment) {
  return async (request: ApprovalRequest): Promise<Status> => {
    try {
      return await answerRequest(environment, request);
    } catch (error) {
      // Nothing of the error itself: what could not be read may be quoted in it.
      environment.log.error('answer failed', { kind: failureKind(error) });
      return 503;
    }
  };
}

async function answerRequest(environment: ApprovalEnvironment, request: ApprovalRequest): Promise<Status> {
  const { clock, table, secrets, log } = environment;
  const { slack } = await environment.people();
  if (slack.delivery !== 'app' || slack.signingSecretArn === undefined) return 404;
  const body = bytesOf(request);
  if (body === undefined) return refused(log, 'too-large', 413);
  const known = await secrets.read(slack.signingSecretArn);
  const verified = verifySignature({ headers: request.headers, body }, known, clock.now());
  if (!verified.ok) return refused(log, verified.why, 401);
  const click = parseClick(body);
  if (click === undefined) return refused(log, 'malformed', 400);
  if (!(await useNonce(table, verified.nonce, clock.now()))) return refused(log, 'replayed', 200);
  const result = await answerClick(environment, slack, click);
  if (result === 'recorded') return 200;
  await tell(environment, click, result);
  return refused(log, result, 200);
}

/** Undefined when it is larger than any click: told from the length of the text, before anything is decoded. */
function bytesOf({ body, isBase64 }: ApprovalRequest): Uint8Array | undefined {
  if (body.length > 2 * MAX_BODY_BYTES) return undefined;
  const bytes = Buffer.from(body, isBase64 ? 'base64' : 'utf8');
  return bytes.length > MAX_BODY_BYTES ? undefined : bytes;
}

function refused(log: Log, why: Reason, status: Status): Status {
  log.warn('answer not counted', { why, status });
  return status;
}

const MAY_NOT =
  'You may not answer this question. Who may is set in the configuration of Paramedic, under approvers.';
const OVER =
  'This question is not open any more: it was answered, its time ran out, or a newer plan took its place.';

/** Everything else is `MAY_NOT`: whoever may not answer learns nothing about why. */
const TOLD: Readonly<Partial<Record<ClickResult, string>>> = {
  'members-could-not-be-read':
    'Whether you may answer could not be read. Try again in some minutes, or use the command line.',
  'no-change': 'This changes nothing: you have said so already, or the time cannot be put off any further.',
  'unknown-approval': OVER,
  overtaken: OVER,
  late: OVER,
  unknown: OVER,
  'no-question': OVER,
};

/** After the write and best effort: the answer does not depend on it. */
async function tell(
  { reply, log }: Pick<ApprovalEnvironment, 'reply' | 'log'>,
  { responseUrl }: Click,
  result: ClickResult,
): Promise<void> {
  if (responseUrl === undefined || !isSlackReply(responseUrl)) return;
  try {
    await reply(responseUrl, TOLD[result] ?? MAY_NOT);
  } catch (error) {
    log.warn('reply failed', { kind: failureKind(error) });
  }
}

/** Where we send anything is not for a request to say, signed or not. */
function isSlackReply(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.origin === 'https://hooks.slack.com' && url.username === '' && url.password === '';
}
