import type { Leaf } from './leaves.ts';
import { MODES, type Mode } from './policy.ts';

/** Why a change of one option lets Paramedic do more, or lets more people say yes; undefined when it does not. */
export function riskOf(path: string, before: Leaf | undefined, after: Leaf | undefined): string | undefined {
  // Windows are judged as a whole, and options of clusters by what they lead to.
  if (/\.windows\[/.test(path) || /^clusters\[[^\]]*\]\.(approvers|troubles\..*\.approvers)$/.test(path))
    return undefined;
  if (/(^|\.)mode$/.test(path)) return riskOfMode(before?.value, after?.value);
  const rule = RULES.find(({ at }) => at.test(path));
  if (rule !== undefined && before !== undefined && after !== undefined)
    return rule.isRisky(before.value, after.value) ? rule.risk : undefined;
  const isGeneral = /^troubles\.[^.]+\./.test(path) && !path.endsWith('.approvers');
  return isGeneral ? riskOfOption(before, after) : undefined;
}

/** A level without a mode caps nothing. */
function riskOfMode(before: unknown, after: unknown): string | undefined {
  return rank(after) > rank(before) ? 'higher mode' : undefined;
}

export function rank(mode: unknown): number {
  return mode === undefined ? MODES.length - 1 : MODES.indexOf(mode as Mode);
}

interface Rule {
  at: RegExp;
  risk: string;
  isRisky(before: unknown, after: unknown): boolean;
}

const isMore = (before: unknown, after: unknown) => Number(after) > Number(before);
const isLess = (before: unknown, after: unknown) => Number(after) < Number(before);
const isShorter = (before: unknown, after: unknown) =>
  asList(before).some((each) => !asList(after).includes(each));

const RULES: readonly Rule[] = [
  { at: /^global\.disruptionBudget\./, risk: 'bigger budget', isRisky: isMore },
  { at: /^global\.correlatedFailure\.within$/, risk: 'shorter brake', isRisky: isLess },
  { at: /^global\.correlatedFailure\./, risk: 'weaker brake', isRisky: isMore },
  { at: /^global\.quarantine\.actions$/, risk: 'later quarantine', isRisky: isMore },
  { at: /^global\.quarantine\.within$/, risk: 'shorter cool-down', isRisky: isLess },
  { at: /^global\.capacityFloor$/, risk: 'lower floor', isRisky: isLess },
  { at: /^global\.standDownFor$/, risk: 'wider selector', isRisky: isShorter },
  { at: /^approvals\.required\./, risk: 'fewer approvers needed', isRisky: isLess },
  {
    at: /^approvals\.configNeedsTwo$/,
    risk: 'one person may change the config',
    isRisky: (_, after) => after === false,
  },
  {
    at: /^slack\.(team|appId|signingSecret)$/,
    risk: 'answers are taken from elsewhere',
    isRisky: (before, after) => before !== after,
  },
];

/**
 * Of a trouble's own options nothing but their type is known here, so that whatever could mean more is taken to mean
 * more: switched on, a larger count, a shorter time, another word, more in a list.
 */
export function riskOfOption(before: Leaf | undefined, after: Leaf | undefined): string | undefined {
  if (before === undefined || after === undefined || before.text === after.text) return undefined;
  switch (after.type) {
    case 'boolean':
      return after.value === true ? 'switched on' : undefined;
    case 'number':
    case 'percentage':
      return isMore(before.value, after.value) ? 'more at once' : undefined;
    case 'duration':
      return isLess(before.value, after.value) ? 'sooner' : undefined;
    case 'list':
      return isShorter(after.value, before.value) ? 'wider selector' : undefined;
    default:
      return 'another reaction';
  }
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
