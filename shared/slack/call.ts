import { type FailureDetails, PortError } from '../errors.ts';
import type { Secrets } from '../ports/slack.ts';
import { codeIn, isUnsure, kindOf } from './codes.ts';
import { post, type SlackAnswer } from './http.ts';

/** Where the Web API is, and how to prove who we are. */
export interface SlackAccess {
  secrets: Secrets;
  botTokenArn: string;
  /** Without a slash at its end. */
  baseUrl: string;
  timeoutMs: number;
}

export type Arguments = Readonly<Record<string, unknown>>;
export type Result = Readonly<Record<string, unknown>>;

/** `json` for chat.*; `form` for the methods that read nothing else, where values that are no text become JSON. */
export type Encoding = 'json' | 'form';

const FORM_TYPE = 'application/x-www-form-urlencoded; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';

/** What a header can hold. Anything else would fail on its way, and look as if it might have arrived. */
const TOKEN = /^[\x21-\x7e]+$/;

/** One call of a Web API method. Gives Slack's answer if it says `ok`; throws PortError otherwise. */
export async function callMethod(
  { secrets, botTokenArn, baseUrl, timeoutMs }: SlackAccess,
  method: string,
  args: Arguments,
  encoding: Encoding = 'json',
): Promise<Result> {
  const operation = `slack:${method}`;
  const { current: token } = await secrets.read(botTokenArn);
  if (!TOKEN.test(token)) throw new PortError('unauthorised', 'the secret holds no bot token', { operation });
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': encoding === 'json' ? JSON_TYPE : FORM_TYPE,
  };
  const body = encoding === 'json' ? JSON.stringify(args) : formOf(args);
  const answer = await post({ operation, url: `${baseUrl}/${method}`, headers, body, timeoutMs });
  const result = objectOf(answer.body);
  if (result?.['ok'] === true && answer.status < 300) return result;
  throw failureOf(operation, answer, result ?? {});
}

function formOf(args: Arguments): string {
  const pairs = Object.entries(args).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return new URLSearchParams(pairs).toString();
}

function failureOf(operation: string, answer: SlackAnswer, result: Result): PortError {
  const code = codeIn(result['error']);
  // A success without Slack's `ok` comes from something in between, which may have passed the request on.
  const isStrange = code === undefined && answer.status < 300;
  const status = isStrange ? 502 : answer.status;
  const details: FailureDetails = { operation, code: code ?? String(answer.status) };
  if (answer.retryAfterMs !== undefined) details.retryAfterMs = answer.retryAfterMs;
  if (isUnsure(status, code)) details.mayHaveHappened = true;
  return new PortError(kindOf(status, code), `Slack said no${hint(code, result)}`, details);
}

const SCOPES = /^[a-z:._,-]{1,200}$/;
const POINTER = /json-pointer:(\/[\w/]{1,100})/;

/** Only what cannot hold anything of ours: names of scopes, and where in the blocks Slack stumbled. */
function hint(code: string | undefined, result: Result): string {
  const needed = result['needed'];
  if (code === 'missing_scope' && typeof needed === 'string' && SCOPES.test(needed)) {
    return `: the app needs the scope ${needed}`;
  }
  const metadata = result['response_metadata'];
  const messages: unknown = metadata instanceof Object ? Reflect.get(metadata, 'messages') : undefined;
  const [, pointer] = POINTER.exec(JSON.stringify(messages) ?? '') ?? [];
  return pointer === undefined ? '' : ` at ${pointer}`;
}

function objectOf(text: string): Result | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed instanceof Object && !Array.isArray(parsed) ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}
