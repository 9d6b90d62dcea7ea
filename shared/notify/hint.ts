import type { SQSRecord } from 'aws-lambda';
import { WEBHOOK_CHANNEL } from './routes.ts';

export type ReadHint =
  | { kind: 'incidents'; incidents: string[] }
  | { kind: 'channel'; channel: string; seen?: number }
  | { kind: 'nothing' };

const INCIDENT = /^inc-[0-9a-f]{16}$/;
const CHANNEL = /^[CG][0-9A-Z]{2,20}$/;
const NOTHING: ReadHint = { kind: 'nothing' };

/** A message of the topic names its incident in an attribute; one of our own is a hint as JSON. Anything in. */
export function readHint({
  body,
  messageAttributes,
}: Pick<SQSRecord, 'body' | 'messageAttributes'>): ReadHint {
  const incident = messageAttributes['incident']?.stringValue;
  if (incident !== undefined) return incidents([incident]);
  const hint = parsed(body);
  if (Array.isArray(hint['incidents'])) return incidents(hint['incidents']);
  const { channel, seen } = hint;
  const isChannel = typeof channel === 'string' && (channel === WEBHOOK_CHANNEL || CHANNEL.test(channel));
  if (!isChannel) return NOTHING;
  return { kind: 'channel', channel, ...(typeof seen === 'number' && { seen }) };
}

function incidents(ids: readonly unknown[]): ReadHint {
  const known = ids.filter((id) => typeof id === 'string' && INCIDENT.test(id));
  return known.length === 0 ? NOTHING : { kind: 'incidents', incidents: known as string[] };
}

function parsed(body: string): { [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(body);
    return value !== null && typeof value === 'object' ? { ...value } : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
