import * as v from 'valibot';
import { deepPartial } from './partial.ts';
import { PRESET_NAMES } from './presets.ts';
import { globalSchema, windows } from './schema-global.ts';
import {
  approvalsSchema,
  approverNames,
  approversSchema,
  consoleUrlSchema,
  slackSchema,
} from './schema-people.ts';
import { routesSchema } from './schema-routes.ts';
import type { Section, Sections } from './section.ts';
import { listOf, modeOf, oneOf, shaped } from './units.ts';

/** What every trouble has beside its own options. */
export const TROUBLE_OPTIONS = ['mode', 'approvers'] as const;

const MAX_CLUSTERS = 1000;

const mode = (of: string) => v.optional(modeOf(`Caps ${of}. The lowest mode that applies wins.`));
const approvers = (of: string) =>
  v.optional(approverNames(`Groups that may answer for ${of}; an empty list is nobody.`));

const clusterName = shaped(
  /^[0-9A-Za-z*][0-9A-Za-z_*-]{0,99}$/,
  'must be the name of an EKS cluster or a glob such as prod-*: letters, digits, - and _, at most 100',
  {
    allowed: 'cluster name or glob',
    description:
      'The name of the EKS cluster, or a glob in which `*` stands for any characters; each may stand here once.',
  },
);

const account = v.pipe(
  v.string('must be in quotes: a number would lose its leading zeros'),
  v.regex(/^\d{12}$/, 'must be 12 digits in quotes'),
  v.description('The entry applies only in this AWS account; absent means any.'),
  v.metadata({ type: 'text', allowed: '12 digits, in quotes' }),
);

const region = shaped(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region, such as eu-west-1', {
  allowed: 'region',
  description: 'The entry applies only in this AWS region; absent means any.',
});

/** The whole config file, closed at every level, from the troubles' own sections. */
export function configSchema(sections: Sections) {
  return v.strictObject({
    version: v.pipe(
      v.literal(1, 'must be 1'),
      v.description('The version of this file format.'),
      v.metadata({ type: 'number', allowed: '1' }),
    ),
    extends: v.optional(
      listOf(oneOf(PRESET_NAMES, 'A preset.'), {
        rule: `must be a list of ${PRESET_NAMES.join(', ')}`,
        allowed: PRESET_NAMES.join(', '),
        description:
          'Presets whose values stand below those of this file; the last one wins over those before it.',
      }),
      [],
    ),
    global: v.optional(globalSchema, {}),
    approvers: v.optional(approversSchema, {}),
    approvals: v.optional(approvalsSchema, {}),
    slack: v.optional(slackSchema, {}),
    routes: v.optional(routesSchema(Object.keys(sections)), []),
    consoleUrl: v.optional(consoleUrlSchema, ''),
    troubles: v.optional(v.strictObject(troubleEntries(sections)), {}),
    clusters: v.optional(
      v.pipe(
        v.array(clusterSchema(sections), 'must be a list; write [] or remove it when there are none'),
        v.maxLength(MAX_CLUSTERS, `must hold at most ${MAX_CLUSTERS} clusters; globs stand for many`),
      ),
      [],
    ),
  });
}

export function clusterSchema(sections: Sections) {
  return v.strictObject({
    name: clusterName,
    account: v.optional(account),
    region: v.optional(region),
    mode: mode('every trouble in this cluster'),
    approvers: approvers('this cluster'),
    windows: windows(),
    troubles: v.optional(v.strictObject(overrideEntries(sections))),
  });
}

function troubleEntries(sections: Sections) {
  return mapSections(sections, ({ entries }) =>
    v.optional(
      v.strictObject({ mode: mode('this trouble'), approvers: approvers('this trouble'), ...entries }),
      {},
    ),
  );
}

function overrideEntries(sections: Sections) {
  const here = 'this trouble in this cluster';
  return mapSections(sections, (section) =>
    v.optional(
      v.strictObject({ mode: mode(here), approvers: approvers(here), ...deepPartial(section).entries }),
    ),
  );
}

function mapSections<T>(sections: Sections, map: (section: Section) => T): Record<string, T> {
  return Object.fromEntries(
    Object.entries(sections).map(([name, section]) => {
      for (const option of TROUBLE_OPTIONS)
        if (option in section.entries)
          throw new Error(`section ${name} must not define ${option}: every trouble has it`);
      return [name, map(section)];
    }),
  );
}

export type ConfigValues = v.InferOutput<ReturnType<typeof configSchema>>;
