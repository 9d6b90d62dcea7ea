import * as v from 'valibot';
import type { Section } from './section.ts';

type AnySchema = v.ObjectEntries[string];

/** The same closed object with every option optional and no defaults: what a cluster may override. */
export function deepPartial(section: Section): Section {
  return v.strictObject(
    Object.fromEntries(
      Object.entries(section.entries).map(([name, entry]) => [name, v.optional(partialOf(unwrap(entry)))]),
    ),
  );
}

/** Without its default. */
export function unwrap(schema: AnySchema): AnySchema {
  return 'wrapped' in schema ? (schema.wrapped as AnySchema) : schema;
}

/** The closed object inside, or undefined when the schema is not one. */
export function sectionOf(schema: AnySchema): Section | undefined {
  return schema.type === 'strict_object' && 'entries' in schema ? (schema as unknown as Section) : undefined;
}

function partialOf(schema: AnySchema): AnySchema {
  const section = sectionOf(schema);
  return section === undefined ? schema : deepPartial(section);
}
