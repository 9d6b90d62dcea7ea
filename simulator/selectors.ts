import type { LabelSelector, LabelSelectorRequirement } from 'kubernetes-types/meta/v1.d.ts';
import { PortError } from '../shared/errors.ts';

export type Labels = Readonly<Record<string, string>>;

/** Kubernetes' rule: an empty selector selects everything, a missing one nothing. */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  const exact = Object.entries(selector.matchLabels ?? {});
  return (
    exact.every(([name, value]) => labels[name] === value) &&
    (selector.matchExpressions ?? []).every((requirement) => holds(requirement, labels))
  );
}

function holds(requirement: LabelSelectorRequirement, labels: Labels): boolean {
  const value = labels[requirement.key];
  const values = requirement.values ?? [];
  if (requirement.operator === 'Exists') return value !== undefined;
  if (requirement.operator === 'DoesNotExist') return value === undefined;
  if (requirement.operator === 'In') return value !== undefined && values.includes(value);
  return value === undefined || !values.includes(value);
}

/** A list request's `labelSelector` text: `a=b,c!=d,e,!f,g in (h,i),j notin (k)`. */
export function labelFilter(text: string | undefined): (labels: Labels) => boolean {
  const requirements = requirementsOf(text);
  return (labels) => requirements.every((requirement) => holds(requirement, labels));
}

/** Throws `invalid` for text that is no selector. */
export function requirementsOf(text = ''): LabelSelectorRequirement[] {
  if (text.trim() === '') return [];
  return text.split(/,(?![^(]*\))/).map((part) => parseRequirement(part.trim()));
}

const KEY = '[A-Za-z0-9][A-Za-z0-9._/-]*';
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s+\\(([^()]*)\\)$`);
const EQUALS = new RegExp(`^(${KEY})\\s*(==?|!=)\\s*([A-Za-z0-9._-]*)$`);
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);

function parseRequirement(part: string): LabelSelectorRequirement {
  const set = SET.exec(part);
  if (set !== null) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    return { key: set[1] ?? '', operator: set[2] === 'in' ? 'In' : 'NotIn', values };
  }
  const equals = EQUALS.exec(part);
  if (equals !== null) {
    const operator = equals[2] === '!=' ? 'NotIn' : 'In';
    return { key: equals[1] ?? '', operator, values: [equals[3] ?? ''] };
  }
  const exists = EXISTS.exec(part);
  if (exists === null) {
    throw new PortError('invalid', `cannot parse label selector "${part}"`, {
      operation: 'list',
      code: '400',
    });
  }
  return { key: exists[2] ?? '', operator: exists[1] === '!' ? 'DoesNotExist' : 'Exists' };
}
