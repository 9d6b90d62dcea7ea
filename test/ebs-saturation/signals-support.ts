import { readFileSync } from 'node:fs';
import { toSignals } from '../../functions/ebs-saturation/signals.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import { type Envelope, parseEnvelope } from '../../shared/pipeline/envelope.ts';

type Tree = { [name: string]: unknown };

export const VOLUME = 'vol-0a1b2c3d4e5f60718';
export const INSTANCE = 'i-0f3c9a1d2e4b56789';
export const CLUSTER = { name: 'payments', account: '210987654321', region: 'eu-west-1' };

export function sample(file: string): string {
  return readFileSync(new URL(`../../events/${file}`, import.meta.url), 'utf8');
}

/** A sample's envelope, with `changes` made first: path of names → value, undefined takes the field away. */
export function eventOf(file: string, changes: Record<string, unknown> = {}): Envelope {
  const event = JSON.parse(sample(file)) as Tree;
  for (const [path, value] of Object.entries(changes)) change(event, path.split('/'), value);
  const parsed = parseEnvelope(JSON.stringify(event));
  if (!parsed.ok) throw new Error(`${file}: ${parsed.reason}`);
  return parsed.event;
}

function change(tree: Tree, [name = '', ...rest]: string[], value: unknown): void {
  if (rest.length > 0) change(tree[name] as Tree, rest, value);
  else tree[name] = value;
}

export function signalsOf(file: string, changes: Record<string, unknown> = {}): Signal[] {
  const result = toSignals(eventOf(file, changes));
  if (result.kind !== 'signals') throw new Error(`${file}: ${result.kind}: ${result.reason}`);
  return result.signals;
}

export function signalOf(file: string, changes: Record<string, unknown> = {}): Signal {
  const [signal, ...others] = signalsOf(file, changes);
  if (signal === undefined || others.length > 0) throw new Error(`${file}: not one signal`);
  return signal;
}

/** Where the only metric of an alarm on one metric stands. */
export const METRIC = 'detail/configuration/metrics/0/metricStat/metric';
