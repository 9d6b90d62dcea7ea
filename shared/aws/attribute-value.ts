import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PortError } from '../errors.ts';
import type { Item, Value } from '../ports/table.ts';

const OPERATION = 'dynamodb';

/** A plain value as DynamoDB writes it. Absent fields are left out; what JSON cannot hold is refused. */
export function toAttribute(value: Value): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'number') return { N: numberText(value) };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  if (typeof value === 'object') return { M: toAttributes(value) };
  throw new PortError('invalid', `a ${typeof value} cannot be stored`, { operation: OPERATION });
}

export function toAttributes(values: {
  readonly [name: string]: Value | undefined;
}): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) attributes[name] = toAttribute(value);
  }
  return attributes;
}

export function fromAttribute(attribute: AttributeValue): Value {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.NULL !== undefined) return null;
  if (attribute.L !== undefined) return attribute.L.map(fromAttribute);
  if (attribute.M !== undefined) return fromAttributes(attribute.M);
  // DynamoDB gives the members in any order.
  if (attribute.SS !== undefined) return attribute.SS.toSorted(inBytes);
  // Other sets and binary: the ledger writes none, so this item is not ours to read.
  throw new PortError('invalid', `unknown attribute type ${Object.keys(attribute)[0]}`, {
    operation: OPERATION,
  });
}

export function toItem(attributes: Record<string, AttributeValue>): Item {
  const { pk, sk, ...rest } = fromAttributes(attributes);
  if (typeof pk === 'string' && typeof sk === 'string') return { ...rest, pk, sk };
  throw new PortError('invalid', 'an item without pk and sk', { operation: OPERATION });
}

function fromAttributes(attributes: Record<string, AttributeValue>): { [name: string]: Value } {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [name, fromAttribute(attribute)]),
  );
}

function inBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'));
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  throw new PortError('invalid', `${value} cannot be stored`, { operation: OPERATION });
}
