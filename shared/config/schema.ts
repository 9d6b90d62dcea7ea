import * as v from 'valibot';
import { deepPartial } from './partial.ts';
import { STAND_DOWN_CONTROLLERS } from './policy.ts';
import type { Section, Sections } from './section.ts';
import { count, modeOf, oneOf, percentage } from './units.ts';

const mode = (of: string) => v.optional(modeOf(`Caps ${of}. The lowest mode that applies wins.`));

const globalSchema = v.strictObject({
  mode: v.optional(
    modeOf('What Paramedic may do anywhere: off < observe < approve < auto. The lowest that applies wins.'),
    'observe',
  ),
  timezone: v.optional(
    v.pipe(
      v.string('must be the name of a time zone, such as UTC or Europe/Berlin'),
      v.check(isTimeZone, 'is not a known time zone; use a name such as UTC or Europe/Berlin'),
      v.description('The time zone of times shown to people.'),
      v.metadata({ type: 'text', allowed: 'IANA name' }),
    ),
    'UTC',
  ),
  disruptionBudget: v.optional(
    v.strictObject({
      share: v.optional(
        percentage(
          { min: 1, max: 50 },
          'Share of the nodes of a cluster, and of a node group, that may be out at once. Nodes that are down for ' +
            'any reason use it up; it binds only what Paramedic does on purpose, never a node AWS is taking.',
        ),
        '10%',
      ),
      floor: v.optional(count({ min: 1, max: 20 }, 'At least this many, however small the cluster.'), 1),
      perHour: v.optional(
        count({ min: 1, max: 100 }, 'Nodes of one cluster that may be taken out on purpose within an hour.'),
        3,
      ),
    }),
    {},
  ),
  standDownFor: v.optional(
    v.pipe(
      v.array(
        oneOf(STAND_DOWN_CONTROLLERS, 'A controller.'),
        `must be a list of ${STAND_DOWN_CONTROLLERS.join(', ')}`,
      ),
      v.description('Controllers that handle interruptions themselves: their nodes are left to them.'),
      v.metadata({ type: 'list', allowed: STAND_DOWN_CONTROLLERS.join(', ') }),
    ),
    [...STAND_DOWN_CONTROLLERS],
  ),
});

function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

const clusterName = v.pipe(
  v.string('must be the name of an EKS cluster'),
  v.regex(
    /^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$/,
    'must be the name of an EKS cluster: letters, digits, - and _, at most 100',
  ),
  v.description('The name of the EKS cluster; each may stand here once.'),
  v.metadata({ type: 'text', allowed: 'cluster name' }),
);

const account = v.pipe(
  v.string('must be in quotes: a number would lose its leading zeros'),
  v.regex(/^\d{12}$/, 'must be 12 digits in quotes'),
  v.description('The entry applies only in this AWS account; absent means any.'),
  v.metadata({ type: 'text', allowed: '12 digits, in quotes' }),
);

const region = v.pipe(
  v.string('must be an AWS region, such as eu-west-1'),
  v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region, such as eu-west-1'),
  v.description('The entry applies only in this AWS region; absent means any.'),
  v.metadata({ type: 'text', allowed: 'region' }),
);

/** The whole config file, closed at every level, from the troubles' own sections. */
export function configSchema(sections: Sections) {
  return v.strictObject({
    version: v.pipe(
      v.literal(1, 'must be 1'),
      v.description('The version of this file format.'),
      v.metadata({ type: 'number', allowed: '1' }),
    ),
    global: v.optional(globalSchema, {}),
    troubles: v.optional(v.strictObject(troubleEntries(sections)), {}),
    clusters: v.optional(
      v.array(clusterSchema(sections), 'must be a list; write [] or remove it when there are none'),
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
    troubles: v.optional(v.strictObject(overrideEntries(sections))),
  });
}

function troubleEntries(sections: Sections) {
  return mapSections(sections, ({ entries }) =>
    v.optional(v.strictObject({ mode: mode('this trouble'), ...entries }), {}),
  );
}

function overrideEntries(sections: Sections) {
  return mapSections(sections, (section) =>
    v.optional(
      v.strictObject({ mode: mode('this trouble in this cluster'), ...deepPartial(section).entries }),
    ),
  );
}

function mapSections<T>(sections: Sections, map: (section: Section) => T): Record<string, T> {
  return Object.fromEntries(
    Object.entries(sections).map(([name, section]) => {
      if ('mode' in section.entries)
        throw new Error(`section ${name} must not define mode: every trouble has it`);
      return [name, map(section)];
    }),
  );
}

export type ConfigValues = v.InferOutput<ReturnType<typeof configSchema>>;
