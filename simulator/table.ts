import { PortError } from '../shared/errors.ts';
import type { Change, Condition, Item, Key, SetOptions, Table, Value } from '../shared/ports/table.ts';
import { copyOf } from './copy.ts';

const MAX_ITEM_BYTES = 400 * 1024;

/** The ledger's table in memory: single items, conditional writes, and DynamoDB's refusals. */
export class MemoryTable implements Table {
  readonly #partitions = new Map<string, Map<string, Item>>();
  /** Which attributes of an item are sets: read, they are lists like any other. */
  readonly #sets = new Map<string, Set<string>>();

  async get(key: Key): Promise<Item | undefined> {
    return copyOf(this.#find(key));
  }

  async query(pk: string, skPrefix = ''): Promise<Item[]> {
    const items = [...(this.#partitions.get(pk)?.values() ?? [])].filter((item) =>
      item.sk.startsWith(skPrefix),
    );
    return copyOf(items.toSorted((left, right) => inBytes(left.sk, right.sk)));
  }

  async queryOpen(openPk: string, upTo?: string): Promise<Item[]> {
    const items = this.#all().filter(
      (item) =>
        item.openPk === openPk &&
        item.openSk !== undefined &&
        (upTo === undefined || inBytes(item.openSk, upTo) <= 0),
    );
    return copyOf(items).toSorted((left, right) => inBytes(left.openSk ?? '', right.openSk ?? ''));
  }

  async putNew(item: Item): Promise<boolean> {
    if (this.#find(item) !== undefined) return false;
    this.#write(item);
    return true;
  }

  async update(key: Key, change: Change, conditions: readonly Condition[]): Promise<boolean> {
    refuseOverlap(change);
    const before = this.#find(key);
    if (!conditions.every((condition) => holds(before?.[condition.attribute], condition))) return false;
    const sets = this.#setsOf(key);
    const wrong = Object.keys(change.append ?? {}).find((name) => sets.has(name));
    if (wrong !== undefined) throw invalid(`cannot append to ${wrong}: it is not a list`);
    this.#write(changed(before ?? { pk: key.pk, sk: key.sk }, change));
    for (const name of [...Object.keys(change.set ?? {}), ...(change.remove ?? [])]) sets.delete(name);
    return true;
  }

  async addToSet(
    key: Key,
    added: Readonly<Record<string, readonly string[]>>,
    { set = {}, bound }: SetOptions,
  ): Promise<Item> {
    const names = Object.keys(added);
    refuseOverlap({ set, remove: names });
    const before = this.#find(key) ?? { pk: key.pk, sk: key.sk };
    const sets = this.#setsOf(key);
    const wrong = names.find((name) => before[name] !== undefined && !sets.has(name));
    const empty = names.length === 0 || names.some((name) => added[name]?.length === 0);
    if (empty) throw invalid('a set may not be empty');
    // DynamoDB looks at the condition first, and only then at what it is asked to write.
    if (names.some((name) => sizeOf(before[name]) >= bound)) return copyOf(before);
    if (wrong !== undefined) throw invalid(`cannot add members to ${wrong}: it is not a set`);
    const members = Object.entries(added).map(([name, more]) => [name, union(before[name], more)] as const);
    this.#write({ ...before, ...set, ...Object.fromEntries(members) });
    for (const name of Object.keys(set)) sets.delete(name);
    for (const name of names) sets.add(name);
    return copyOf(this.#find(key) ?? before);
  }

  /** Everything in the table, for tests and invariants. */
  items(): Item[] {
    return copyOf(this.#all());
  }

  #all(): Item[] {
    return [...this.#partitions.values()].flatMap((partition) => [...partition.values()]);
  }

  #setsOf({ pk, sk }: Key): Set<string> {
    const id = JSON.stringify([pk, sk]);
    const known = this.#sets.get(id) ?? new Set();
    this.#sets.set(id, known);
    return known;
  }

  #find(key: Key): Item | undefined {
    return this.#partitions.get(key.pk)?.get(key.sk);
  }

  #write(item: Item): void {
    const stored = stripped(item);
    refuseBadKeys(stored);
    if (Buffer.byteLength(JSON.stringify(stored), 'utf8') > MAX_ITEM_BYTES) {
      throw invalid('item size has exceeded the maximum allowed size');
    }
    const partition = this.#partitions.get(stored.pk) ?? new Map<string, Item>();
    partition.set(stored.sk, stored);
    this.#partitions.set(stored.pk, partition);
  }
}

function changed(before: Item, change: Change): Item {
  const after: Item = { ...before, ...change.set };
  for (const name of change.remove ?? []) delete after[name];
  for (const [name, amount] of Object.entries(change.add ?? {}))
    after[name] = numberAt(before, name) + amount;
  for (const [name, more] of Object.entries(change.append ?? {}))
    after[name] = [...listAt(before, name), ...more];
  return after;
}

/** As DynamoDB's `size`: characters of a text, elements of a list. */
function sizeOf(value: Value | undefined): number {
  return Array.isArray(value) || typeof value === 'string' ? value.length : 0;
}

function union(before: Value | undefined, more: readonly string[]): string[] {
  const members = Array.isArray(before) ? before.map(String) : [];
  return [...new Set([...members, ...more])].toSorted(inBytes);
}

function numberAt(item: Item, name: string): number {
  const value = item[name] ?? (item[name] === null ? null : 0);
  if (typeof value !== 'number') throw invalid(`cannot add to ${name}: it is not a number`);
  return value;
}

function listAt(item: Item, name: string): Value[] {
  const value = item[name] === undefined ? [] : item[name];
  if (!Array.isArray(value)) throw invalid(`cannot append to ${name}: it is not a list`);
  return value;
}

/** DynamoDB's rules: other types never compare, and a missing attribute differs from everything. */
function holds(value: Value | undefined, condition: Condition): boolean {
  switch (condition.is) {
    case 'missing':
      return value === undefined;
    case 'present':
      return value !== undefined;
    case 'equal':
      return value === condition.value;
    case 'different':
      return value !== condition.value;
    case 'without':
      return !contains(value, condition.value);
    default:
      return compares(value, condition.value, condition.is);
  }
}

function contains(value: Value | undefined, member: string): boolean {
  return (Array.isArray(value) || typeof value === 'string') && value.includes(member);
}

function compares(
  value: Value | undefined,
  bound: string | number | boolean,
  is: 'less' | 'greater',
): boolean {
  const order =
    typeof value === 'string' && typeof bound === 'string'
      ? inBytes(value, bound)
      : typeof value === 'number' && typeof bound === 'number'
        ? value - bound
        : 0;
  return is === 'less' ? order < 0 : order > 0;
}

/** DynamoDB sorts text by its UTF-8 bytes. */
function inBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'));
}

/** A deep copy without undefined values, as the marshaller leaves them out. */
function stripped(item: Item): Item {
  return storable('item', item as Value) as Item;
}

function storable(name: string, value: Value): Value {
  if (typeof value === 'number' && !Number.isFinite(value)) throw invalid(`${name} is not a finite number`);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => storable(name, each ?? null));
  const copy: Record<string, Value> = { ...value };
  for (const [inside, inner] of Object.entries(value)) {
    if (inner === undefined) delete copy[inside];
    else copy[inside] = storable(inside, inner);
  }
  return copy;
}

function refuseBadKeys(item: Item): void {
  for (const name of ['pk', 'sk', 'openPk', 'openSk']) {
    const value = item[name];
    const isOptional = name.startsWith('open');
    if (value === undefined && isOptional) continue;
    if (typeof value !== 'string' || value === '') throw invalid(`${name} must be a non-empty string`);
  }
}

function refuseOverlap(change: Change): void {
  const parts = [change.set, change.add, change.append].map((part) => Object.keys(part ?? {}));
  const names = [...parts.flat(), ...(change.remove ?? [])];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`two changes of one attribute: ${twice}`);
  const isKey = names.some((name) => name === 'pk' || name === 'sk');
  if (isKey) throw invalid('pk and sk cannot be changed');
}

function invalid(message: string): PortError {
  return new PortError('invalid', message, { operation: 'dynamodb', code: 'ValidationException' });
}
