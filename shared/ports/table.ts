/**
 * One DynamoDB table, seen through the few operations the ledger needs: single items, conditional writes,
 * no transactions. The ledger's rules are written once above this port, so the in-memory table and DynamoDB
 * cannot drift apart. Adapter: `shared/aws/table.ts`; fake: `simulator/table.ts`.
 */
export interface Table {
  /** Strongly consistent. */
  get(key: Key): Promise<Item | undefined>;
  /** Strongly consistent, every page, ascending by `sk`. */
  query(pk: string, skPrefix?: string): Promise<Item[]>;
  /** The sparse index of unfinished work: items with `openPk`, ascending by `openSk`. Eventually consistent. */
  queryOpen(openPk: string, upTo?: string): Promise<Item[]>;
  /** Creates; false when the key is taken already. */
  putNew(item: Item): Promise<boolean>;
  /** Changes one item if every condition holds; false when one does not. Creates the item if it is missing. */
  update(key: Key, change: Change, conditions: readonly Condition[]): Promise<boolean>;
  /**
   * Adds texts to sets, which hold each of them once however often it is added, and gives the item as it is then.
   * Creates the item and the sets if they are missing. Where a set named here has `bound` members already it changes
   * nothing: a set never has `bound` members and those of one more call. `get` and `query` read a set as a list,
   * ascending by its bytes; `update` may not append to one. `sets` and the texts in each must not be empty.
   */
  addToSet(key: Key, sets: Readonly<Record<string, readonly string[]>>, options: SetOptions): Promise<Item>;
}

export interface SetOptions {
  /** Written along with the members. */
  set?: Record<string, Value>;
  bound: number;
}

export interface Key {
  pk: string;
  sk: string;
}

export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };

export interface Item extends Key {
  /** Present while the item is unfinished work for the sweep. */
  openPk?: string;
  openSk?: string;
  /** Epoch **seconds** after which DynamoDB may delete the item. */
  expiresAt?: number;
  [attribute: string]: Value | undefined;
}

export interface Change {
  set?: Record<string, Value>;
  remove?: readonly string[];
  /** Adds numbers, starting from 0. */
  add?: Record<string, number>;
  /** Appends to lists, starting from []. */
  append?: Record<string, Value[]>;
}

export type Condition =
  | { attribute: string; is: 'missing' | 'present' }
  | { attribute: string; is: 'equal' | 'different' | 'less' | 'greater'; value: string | number | boolean }
  /** True when the list attribute is missing or does not hold the value. */
  | { attribute: string; is: 'without'; value: string };
