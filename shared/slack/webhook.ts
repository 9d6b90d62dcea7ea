import { type FailureDetails, PortError } from '../errors.ts';
import type { Secrets, SlackWebhook } from '../ports/slack.ts';
import { codeIn, isUnsure, kindOf } from './codes.ts';
import { post, type SlackAnswer, TIMEOUT_MS } from './http.ts';
import { wireMessage } from './wire.ts';

export interface WebhookOptions {
  secrets: Secrets;
  /** Secret that holds the URL, which is all it takes to post. */
  urlArn: string;
  /** Where a webhook may be; a secret of another kind in its place is not sent anywhere. */
  origins?: readonly string[];
  timeoutMs?: number;
}

const OPERATION = 'slack:webhook';
const ORIGINS = ['https://hooks.slack.com', 'https://hooks.slack-gov.com'];

/** One attempt: nothing tells a message that came twice from two messages. */
export function slackWebhook({
  secrets,
  urlArn,
  origins = ORIGINS,
  timeoutMs = TIMEOUT_MS,
}: WebhookOptions): SlackWebhook {
  return {
    post: async (message) => {
      const { current } = await secrets.read(urlArn);
      const url = URL.canParse(current) ? new URL(current) : undefined;
      if (url === undefined || !origins.includes(url.origin)) {
        throw new PortError('invalid', 'the secret holds no URL of a Slack webhook', {
          operation: OPERATION,
        });
      }
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const body = JSON.stringify(wireMessage(message));
      const answer = await post({ operation: OPERATION, url: url.href, headers, body, timeoutMs });
      if (answer.status !== 200) throw failureOf(answer);
    },
  };
}

/** Webhooks answer with the bare code as text. */
function failureOf({ status, body, retryAfterMs }: SlackAnswer): PortError {
  const code = codeIn(body.trim());
  const details: FailureDetails = { operation: OPERATION, code: code ?? String(status) };
  if (retryAfterMs !== undefined) details.retryAfterMs = retryAfterMs;
  if (isUnsure(status, code)) details.mayHaveHappened = true;
  return new PortError(kindOf(status, code), 'Slack said no', details);
}
