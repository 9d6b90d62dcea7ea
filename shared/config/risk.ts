import type { Leaf } from './leaves.ts';
import { MODES, type Mode } from './policy.ts';

/** Of an option that nobody has judged yet: a new one must get a rule, or stand among those that need none. */
export const UNKNOWN_RISK = 'not known to be harmless';

/** Windows, people and clusters are judged by what they lead to, in `risk-scopes.ts`. */
const JUDGED_BY_EFFECT: readonly RegExp[] = [
  /^global\.timezone$/,
  /^approvers\./,
  /^(approvals|troubles\.[^.]+)\.approvers$/,
  /^clusters\[[^\]]*\]\./,
];

/** Whatever they say, nothing more is done and nobody more may say yes. A preset's values count as if written. */
const HARMLESS: readonly RegExp[] = [
  /^(version|extends|consoleUrl)$/,
  /^routes\[/,
  /^slack\.(webhook|charts)$/,
];

/** Why a change of one option lets Paramedic do more, or lets more people say yes; undefined when it does not. */
export function riskOf(path: string, before: Leaf | undefined, after: Leaf | undefined): string | undefined {
  if (/\.windows\[/.test(path)) return undefined;
  if (/(^|\.)mode$/.test(path)) return riskOfMode(before?.value, after?.value);
  if ([...JUDGED_BY_EFFECT, ...HARMLESS].some((each) => each.test(path))) return undefined;
  const rule = RULES.find(({ at }) => at.test(path));
  if (rule !== undefined) return rule.isRisky(before?.value, after?.value) ? rule.risk : undefined;
  return /^troubles\.[^.]+\./.test(path) ? riskOfOption(before, after) : UNKNOWN_RISK;
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

/** What cannot be compared counts as more, and as less. */
const isMore = (before: unknown, after: unknown) => !(Number(after) <= Number(before));
const isLess = (before: unknown, after: unknown) => !(Number(after) >= Number(before));
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
  { at: /^approvals\.maxSnooze$/, risk: 'more time for a yes', isRisky: isMore },
  { at: /^slack\.delivery$/, risk: 'answers are taken in Slack', isRisky: (_, after) => after === 'app' },
  {
    // The bot token reads who is in a user group.
    at: /^slack\.(team|appId|signingSecret|botToken)$/,
    risk: 'answers are taken from elsewhere',
    isRisky: (before, after) => after !== undefined && before !== after,
  },
];

/**
 * Of a trouble's own options nothing but their type is known here, so that whatever could mean more is taken to mean
 * more: switched on, a larger count, another time, another word, more in a list, one that appears or goes.
 */
export function riskOfOption(before: Leaf | undefined, after: Leaf | undefined): string | undefined {
  if (before?.text === after?.text) return undefined;
  if (before === undefined || after === undefined) return 'another reaction';
  switch (after.type) {
    case 'boolean':
      return after.value === true ? 'switched on' : undefined;
    case 'number':
    case 'percentage':
      return isMore(before.value, after.value) ? 'more at once' : undefined;
    case 'duration':
      // A deadline may be counted from its end: what begins earlier then is the longer one.
      return isMore(before.value, after.value) ? 'longer' : 'sooner';
    case 'list':
      return isShorter(after.value, before.value) ? 'wider selector' : undefined;
    default:
      return 'another reaction';
  }
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
