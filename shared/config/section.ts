import type { ObjectEntries, StrictObjectSchema } from 'valibot';

/** A trouble's part of the config: a closed object whose every option has a default. */
export type Section = StrictObjectSchema<ObjectEntries, undefined>;

/** By trouble name. */
export type Sections = Readonly<Record<string, Section>>;
