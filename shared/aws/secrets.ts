import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Clock, DAY_MS, type EpochMs, MINUTE_MS } from '../clock.ts';
import { isFailure, PortError } from '../errors.ts';
import type { Secrets } from '../ports/slack.ts';
import { awsCall } from './classify.ts';

const OPERATION = 'secretsmanager:GetSecretValue';
const CACHE_MS = 5 * MINUTE_MS;
/** For so long after a rotation the value before is accepted as well. */
const PREVIOUS_MS = DAY_MS;
/** `…:secret:NAME-AbCdEf`; the six characters are Secrets Manager's own. */
const ARN = /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:([\w/+=.@-]+?)(?:-[A-Za-z0-9]{6})?$/;
/** Where the value stands in a secret that holds a JSON object. */
const FIELDS = ['token', 'secret', 'url', 'value'];

type Value = Awaited<ReturnType<Secrets['read']>>;
type Stage = 'AWSCURRENT' | 'AWSPREVIOUS';

/**
 * Secrets Manager, values kept in memory for five minutes. A secret is plain text, or a JSON object with one of the
 * fields `token`, `secret`, `url`, `value`. No failure says more than the secret's name.
 */
export function secretsManager(client: () => SecretsManagerClient, clock: Clock): Secrets {
  const kept = new Map<string, { value: Value; until: EpochMs }>();
  return {
    read: async (arn) => {
      const now = clock.now();
      const known = kept.get(arn);
      if (known !== undefined && now < known.until) return known.value;
      const { value, acceptPreviousUntil } = await readBoth(client, arn, now);
      const until = now + CACHE_MS;
      kept.set(arn, {
        value,
        until: value.previous === undefined ? until : Math.min(until, acceptPreviousUntil),
      });
      return value;
    },
  };
}

/** The newest value, and the one before while it is still accepted. */
async function readBoth(
  client: () => SecretsManagerClient,
  arn: string,
  now: EpochMs,
): Promise<{ value: Value; acceptPreviousUntil: EpochMs }> {
  const newest = await readStage(client, arn, 'AWSCURRENT');
  const acceptPreviousUntil = newest.createdAt + PREVIOUS_MS;
  if (now >= acceptPreviousUntil) return { value: { current: newest.text }, acceptPreviousUntil };
  const before = await readStage(client, arn, 'AWSPREVIOUS').catch((error: unknown) => {
    // A first value is often a placeholder; it says nothing against the one that stands now.
    if (isFailure(error, 'not-found') || isFailure(error, 'invalid')) return undefined;
    throw error;
  });
  const value = { current: newest.text, ...(before !== undefined && { previous: before.text }) };
  return { value, acceptPreviousUntil };
}

async function readStage(
  client: () => SecretsManagerClient,
  arn: string,
  stage: Stage,
): Promise<{ text: string; createdAt: EpochMs }> {
  const name = nameOf(arn);
  const command = new GetSecretValueCommand({ SecretId: arn, VersionStage: stage });
  const answer = await awsCall(OPERATION, () => client().send(command)).catch((error: unknown) => {
    throw withoutText(error, name);
  });
  const text = valueIn(answer.SecretString ?? new TextDecoder().decode(answer.SecretBinary));
  if (text === undefined) {
    const why = `secret ${name} is empty, or JSON without a field ${FIELDS.join(', ')}`;
    throw new PortError('invalid', why, { operation: OPERATION });
  }
  return { text, createdAt: answer.CreatedDate?.getTime() ?? 0 };
}

/** Of the ARN the name alone; anything else that was put in its place may be the secret itself. */
function nameOf(arn: string): string {
  const [, name] = ARN.exec(arn) ?? [];
  if (name !== undefined) return name;
  throw new PortError('invalid', 'this is not the ARN of a secret', { operation: OPERATION });
}

/** What AWS writes about a secret is not repeated. */
function withoutText(error: unknown, name: string): unknown {
  if (!(error instanceof PortError)) return error;
  const { kind, code, retryAfterMs } = error;
  const why = kind === 'unauthorised' ? `missing permission ${OPERATION}` : 'could not be read';
  return new PortError(kind, `secret ${name}: ${why}`, {
    operation: OPERATION,
    ...(code !== undefined && { code }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function valueIn(stored: string): string | undefined {
  const text = stored.trim();
  if (!text.startsWith('{')) return text === '' ? undefined : text;
  try {
    const fields = new Map<string, unknown>(Object.entries(JSON.parse(text) as object));
    const value = FIELDS.map((name) => fields.get(name)).find((field) => typeof field === 'string');
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  } catch {
    return undefined;
  }
}
