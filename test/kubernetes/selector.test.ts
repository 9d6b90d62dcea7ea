import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import { expect, test } from 'vitest';
import { matchesSelector } from '../../shared/kubernetes/selector.ts';

const LABELS = { app: 'web', tier: 'front', empty: '' };

function expression(key: string, operator: string, values?: string[]): LabelSelector {
  return { matchExpressions: [{ key, operator, ...(values && { values }) }] };
}

const cases: [string, LabelSelector, boolean][] = [
  ['an empty selector selects all', {}, true],
  ['empty parts select all', { matchLabels: {}, matchExpressions: [] }, true],
  ['equal label', { matchLabels: { app: 'web' } }, true],
  ['every label must be equal', { matchLabels: { app: 'web', tier: 'back' } }, false],
  ['a missing label is not an empty one', { matchLabels: { absent: '' } }, false],
  ['an empty label is equal to empty', { matchLabels: { empty: '' } }, true],
  ['In, among', expression('app', 'In', ['api', 'web']), true],
  ['In, not among', expression('app', 'In', ['api']), false],
  ['In, missing', expression('absent', 'In', ['web']), false],
  ['NotIn, among', expression('app', 'NotIn', ['web']), false],
  ['NotIn, not among', expression('app', 'NotIn', ['api']), true],
  ['NotIn, missing', expression('absent', 'NotIn', ['api']), true],
  ['Exists, present though empty', expression('empty', 'Exists'), true],
  ['Exists, missing', expression('absent', 'Exists'), false],
  ['Exists, only on the prototype', expression('constructor', 'Exists'), false],
  ['DoesNotExist, present', expression('app', 'DoesNotExist'), false],
  ['DoesNotExist, missing', expression('absent', 'DoesNotExist'), true],
  ['an operator of the future counts as selecting', expression('app', 'Near', ['x']), true],
  [
    'labels and expressions together',
    { matchLabels: { app: 'web' }, ...expression('tier', 'In', ['back']) },
    false,
  ],
];

test.each(cases)('%s', (_name, selector, expected) => {
  expect(matchesSelector(selector, LABELS)).toBe(expected);
});
