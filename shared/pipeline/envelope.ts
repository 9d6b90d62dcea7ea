import type { EpochMs } from '../clock.ts';

/** An EventBridge envelope whose outer fields were checked; `detail` is still anything. */
export interface Envelope {
  id: string;
  source: string;
  detailType: string;
  account: string;
  region: string;
  time: EpochMs;
  resources: string[];
  detail: unknown;
}

export type ParsedEnvelope = { ok: true; event: Envelope } | { ok: false; reason: string };

/** EventBridge allows 1 MB; the events we read are under 10 KB. Larger ones are parked unread. */
export const MAX_EVENT_BYTES = 64 * 1024;
const MAX_DEPTH = 32;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses one SQS body. Total: whatever the text is, the answer is an envelope or a reason, never a throw.
 * Everything in an event is written by somebody else, so oversize, deep, NUL-bearing and prototype-keyed
 * input is refused before anything reads it.
 */
export function parseEnvelope(body: string): ParsedEnvelope {
  if (Buffer.byteLength(body, 'utf8') > MAX_EVENT_BYTES)
    return refuse(`larger than ${MAX_EVENT_BYTES} bytes`);
  const json = parseJson(body);
  if (!json.ok) return json;
  const hazard = findHazard(json.value, 0);
  if (hazard !== undefined) return refuse(hazard);
  return readEnvelope(json.value);
}

function refuse(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}

function parseJson(body: string): { ok: true; value: unknown } | { ok: false; reason: string } {
  try {
    return { ok: true, value: JSON.parse(body) };
  } catch (error) {
    // A RangeError is the parser's stack: depth beyond anything AWS sends.
    return refuse(error instanceof SyntaxError ? 'not JSON' : 'JSON nested too deeply');
  }
}

function findHazard(value: unknown, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return 'JSON nested too deeply';
  if (typeof value === 'string') return hasNul(value);
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'number out of range';
  if (value === null || typeof value !== 'object') return undefined;
  for (const [name, entry] of Object.entries(value)) {
    const hazard = findKeyHazard(name) ?? findHazard(entry, depth + 1);
    if (hazard !== undefined) return hazard;
  }
  return undefined;
}

function findKeyHazard(name: string): string | undefined {
  return FORBIDDEN_KEYS.has(name) ? 'prototype key in event' : hasNul(name);
}

function hasNul(text: string): string | undefined {
  return text.includes('\u0000') ? 'NUL byte in text' : undefined;
}

function readEnvelope(value: unknown): ParsedEnvelope {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return refuse('not a JSON object');
  const record = value as Record<string, unknown>;
  const id = shortText(record['id'], 128);
  const source = shortText(record['source'], 128);
  const detailType = shortText(record['detail-type'], 128);
  const account = shortText(record['account'], 12);
  const region = shortText(record['region'], 32);
  const time = isoTimestamp(record['time']);
  if (id === undefined) return refuse('missing or bad field: id');
  if (source === undefined) return refuse('missing or bad field: source');
  if (detailType === undefined) return refuse('missing or bad field: detail-type');
  if (account === undefined || !/^\d{12}$/.test(account)) return refuse('missing or bad field: account');
  if (region === undefined || !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    return refuse('missing or bad field: region');
  if (time === undefined) return refuse('missing or bad field: time');
  const event = {
    id,
    source,
    detailType,
    account,
    region,
    time,
    resources: resourceList(record['resources']),
  };
  return { ok: true, event: { ...event, detail: record['detail'] } };
}

function shortText(value: unknown, max: number): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= max ? value : undefined;
}

function isoTimestamp(value: unknown): EpochMs | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(value))
    return undefined;
  const at = Date.parse(value);
  return Number.isFinite(at) ? at : undefined;
}

/** AWS sends a list; some senders a single string. */
function resourceList(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}
