import { type ConversionConfig, toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { configSchema } from '../../shared/config/schema.ts';
import type { Sections } from '../../shared/config/section.ts';

type Json = { [name: string]: unknown };

/** What editors can check of our units; the bounds of durations and percentages stand in the description. */
const PATTERNS: Readonly<Record<string, string>> = {
  duration: '^\\d{1,6}[smhd]$',
  percentage: '^\\d{1,3}(\\.\\d{1,2})?%$',
};

/** By the type a person reads; everything else is text. */
const TYPES = {
  number: 'number',
  boolean: 'boolean',
  list: 'array',
  mapping: 'object',
  'group: word': 'object',
} as const satisfies Readonly<Record<string, string>>;

/** The JSON Schema of the config file as people write it, for editors. */
export function editorSchema(sections: Sections): Json {
  // Checks and transformations have no counterpart; what they ask for stands in our metadata.
  const schema = toJsonSchema(configSchema(sections), { errorMode: 'ignore', overrideAction: unitOf });
  return { ...schema, title: 'paramedic.yaml' };
}

const unitOf: NonNullable<ConversionConfig['overrideAction']> = ({ valibotAction, jsonSchema }) => {
  if (valibotAction.type !== 'metadata') return undefined;
  const { type, allowed, min, max } = (valibotAction as v.MetadataAction<unknown, Json>).metadata;
  // Our own metadata was copied into it as it is.
  const { allowed: _allowed, min: _min, max: _max, ...said } = jsonSchema as Json;
  const pattern = PATTERNS[String(type)];
  const isBounded = typeof min === 'number' && typeof max === 'number';
  return {
    ...said,
    type: typeOf(String(type)),
    description: `${said['description']} Allowed: ${String(allowed)}.`,
    ...(pattern !== undefined && { pattern }),
    ...(isBounded && { type: 'integer' as const, minimum: min, maximum: max }),
  };
};

function typeOf(type: string): 'number' | 'boolean' | 'array' | 'object' | 'string' {
  const known = Object.entries(TYPES).find(([name]) => name === type);
  return known === undefined ? 'string' : known[1];
}

const LINE_WIDTH = 110;

/** As the formatter of this repository writes it: short lists of words on one line. */
export function printed(schema: Json): string {
  const text = JSON.stringify(schema, undefined, 2);
  const list = /\[\n\s+("[^"\n]*"(?:,\n\s+"[^"\n]*")*)\n\s+\]/g;
  return `${text.replace(list, (long: string, words: string, offset: number) => {
    const before = offset - text.lastIndexOf('\n', offset) - 1;
    const short = `[${words.replace(/\n\s+/g, ' ')}]`;
    return before + short.length + 1 <= LINE_WIDTH ? short : long;
  })}\n`;
}
