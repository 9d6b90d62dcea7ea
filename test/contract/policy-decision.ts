import { covers, type Statement } from './template-iam.ts';

/** One request as IAM sees it. */
export interface Call {
  /** e.g. `ec2:TerminateInstances` */
  action: string;
  /** The ARN it is about, `*` when the action takes none. */
  resource: string;
  /** Condition keys that the request carries. */
  context?: Readonly<Record<string, string>>;
}

export type Decision = 'allowed' | 'not allowed' | 'denied';

/**
 * What these statements of one role say of a call: a statement that denies beats every one that allows, and what
 * none allows is not allowed. Throws on a condition operator it does not know.
 */
export function decide(statements: readonly Statement[], call: Call): Decision {
  const effects = statements.filter((each) => isAbout(each, call)).map(({ effect }) => effect);
  if (effects.includes('Deny')) return 'denied';
  return effects.includes('Allow') ? 'allowed' : 'not allowed';
}

function isAbout(
  { actions, resources, tests }: Statement,
  { action, resource, context = {} }: Call,
): boolean {
  const isNamed = actions.includes(action) && resources.some((pattern) => covers(pattern, resource));
  return isNamed && tests.every(({ operator, key, values }) => holds(operator, values, context[key]));
}

/** A key that the request does not carry meets no operator, but for those that ask about all of its values. */
function holds(operator: string, values: readonly string[], value: string | undefined): boolean {
  const test = OPERATORS[operator];
  if (test === undefined) throw new Error(`unknown condition operator: ${operator}`);
  if (value === undefined && operator.startsWith('ForAllValues:')) return true;
  return value !== undefined && values.some((wanted) => test(wanted, value));
}

const OPERATORS: Readonly<Record<string, (wanted: string, value: string) => boolean>> = {
  StringEquals: (wanted, value) => wanted === value,
  StringLike: covers,
  ArnEquals: covers,
  'ForAllValues:StringLike': covers,
};
