import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Change, Condition, SetOptions, Value } from '../ports/table.ts';
import { toAttribute } from './attribute-value.ts';

/** The parts of an UpdateItem request that DynamoDB refuses when they are empty. */
export interface Compiled {
  UpdateExpression?: string;
  ConditionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, AttributeValue>;
}

/** Writes a change and its conditions in DynamoDB's language; every name and value is a placeholder. */
export function compileUpdate(change: Change, conditions: readonly Condition[]): Compiled {
  const words = new Placeholders();
  const update = updateClauses(change, words).join(' ');
  const condition = conditions.map((each) => conditionText(each, words)).join(' AND ');
  const compiled: Compiled = words.toRequest();
  if (update !== '') compiled.UpdateExpression = update;
  if (condition !== '') compiled.ConditionExpression = condition;
  return compiled;
}

/** Adds members to string sets, unless one of the sets has `bound` members already. */
export function compileAddToSet(
  sets: Readonly<Record<string, readonly string[]>>,
  { set = {}, bound }: SetOptions,
): Compiled {
  const words = new Placeholders();
  const limit = words.value(bound);
  const added = Object.entries(sets).map(([name, members]) => `${words.name(name)} ${words.set(members)}`);
  const update = [...updateClauses({ set }, words), clause('ADD', added)].join(' ');
  const condition = Object.keys(sets)
    .map((name) => `(attribute_not_exists(${words.name(name)}) OR size(${words.name(name)}) < ${limit})`)
    .join(' AND ');
  return { ...words.toRequest(), UpdateExpression: update, ConditionExpression: condition };
}

/** Attribute names may be reserved words or hold dots: only `#n` and `:v` ever stand in an expression. */
class Placeholders {
  readonly #names = new Map<string, string>();
  readonly #values: Record<string, AttributeValue> = {};

  name(attribute: string): string {
    const known = this.#names.get(attribute);
    if (known !== undefined) return known;
    const placeholder = `#n${this.#names.size}`;
    this.#names.set(attribute, placeholder);
    return placeholder;
  }

  value(value: Value): string {
    return this.#add(toAttribute(value));
  }

  /** DynamoDB refuses a set that names a member twice. */
  set(members: readonly string[]): string {
    return this.#add({ SS: [...new Set(members)] });
  }

  #add(attribute: AttributeValue): string {
    const placeholder = `:v${Object.keys(this.#values).length}`;
    this.#values[placeholder] = attribute;
    return placeholder;
  }

  toRequest(): Compiled {
    const names = Object.fromEntries([...this.#names].map(([attribute, name]) => [name, attribute]));
    return {
      ...(this.#names.size > 0 && { ExpressionAttributeNames: names }),
      ...(Object.keys(this.#values).length > 0 && { ExpressionAttributeValues: this.#values }),
    };
  }
}

function updateClauses(
  { set = {}, remove = [], add = {}, append = {} }: Change,
  words: Placeholders,
): string[] {
  const assignments = [
    ...Object.entries(set).map(([name, value]) => `${words.name(name)} = ${words.value(value)}`),
    ...Object.entries(append).map(([name, values]) => appendText(words.name(name), values, words)),
  ];
  return [
    clause('SET', assignments),
    clause(
      'REMOVE',
      remove.map((name) => words.name(name)),
    ),
    clause(
      'ADD',
      Object.entries(add).map(([name, value]) => `${words.name(name)} ${words.value(value)}`),
    ),
  ].filter((text) => text !== '');
}

function clause(verb: string, parts: readonly string[]): string {
  return parts.length === 0 ? '' : `${verb} ${parts.join(', ')}`;
}

function appendText(name: string, values: Value[], words: Placeholders): string {
  return `${name} = list_append(if_not_exists(${name}, ${words.value([])}), ${words.value(values)})`;
}

const COMPARATORS = { equal: '=', less: '<', greater: '>' } as const;

function conditionText(condition: Condition, words: Placeholders): string {
  const name = words.name(condition.attribute);
  if (!('value' in condition)) {
    return condition.is === 'missing' ? `attribute_not_exists(${name})` : `attribute_exists(${name})`;
  }
  const value = words.value(condition.value);
  if (condition.is === 'without') return `(attribute_not_exists(${name}) OR NOT contains(${name}, ${value}))`;
  // A missing attribute differs from every value.
  if (condition.is === 'different') return `(attribute_not_exists(${name}) OR ${name} <> ${value})`;
  return `${name} ${COMPARATORS[condition.is]} ${value}`;
}
