import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { PortError } from '../errors.ts';
import type { Item, Key, Table } from '../ports/table.ts';
import { toAttributes, toItem } from './attribute-value.ts';
import { awsCall } from './classify.ts';
import { compileAddToSet, compileUpdate } from './expression.ts';
import { allPages } from './paging.ts';

/** The sparse index of unfinished work, keys `openPk` and `openSk`, all attributes projected. */
const OPEN_INDEX = 'open';
const CONDITION_FAILED = 'ConditionalCheckFailedException';

type Cursor = Record<string, AttributeValue>;

export function dynamoTable(client: () => DynamoDBClient, tableName: () => string): Table {
  const query = (input: Omit<QueryCommandInput, 'TableName'>) =>
    queryAll(client(), { TableName: tableName(), ...input });
  const get = async (key: Key): Promise<Item | undefined> => {
    const command = new GetItemCommand({ TableName: tableName(), Key: keyOf(key), ConsistentRead: true });
    const { Item } = await awsCall('dynamodb:GetItem', () => client().send(command));
    return Item === undefined ? undefined : toItem(Item);
  };
  return {
    get,
    query: (pk, skPrefix) =>
      query({ ...keyCondition('pk', pk, 'sk', 'prefix', skPrefix), ConsistentRead: true }),
    queryOpen: async (openPk, upTo) => {
      // Nothing sorts up to the empty text, and DynamoDB refuses it in a key condition.
      if (upTo === '') return [];
      return query({ ...keyCondition('openPk', openPk, 'openSk', 'upTo', upTo), IndexName: OPEN_INDEX });
    },
    putNew: async (item) => {
      const command = new PutItemCommand({
        TableName: tableName(),
        Item: toAttributes(item),
        ConditionExpression: 'attribute_not_exists(#pk)',
        ExpressionAttributeNames: { '#pk': 'pk' },
      });
      return held(awsCall('dynamodb:PutItem', () => client().send(command)));
    },
    update: async (key, change, conditions) => {
      const command = new UpdateItemCommand({
        TableName: tableName(),
        Key: keyOf(key),
        ...compileUpdate(change, conditions),
      });
      return held(awsCall('dynamodb:UpdateItem', () => client().send(command)));
    },
    addToSet: async (key, sets, options) => {
      const command = new UpdateItemCommand({
        TableName: tableName(),
        Key: keyOf(key),
        ...compileAddToSet(sets, options),
        ReturnValues: 'ALL_NEW',
      });
      const added = await addedItem(awsCall('dynamodb:UpdateItem', () => client().send(command)));
      // A full set: it stays as it is.
      const item = added ?? (await get(key));
      if (item === undefined) throw new PortError('transient', 'the item is gone', { operation: 'dynamodb' });
      return item;
    },
  };
}

/** Undefined when the condition did not hold. */
async function addedItem(write: Promise<UpdateItemCommandOutput>): Promise<Item | undefined> {
  try {
    const { Attributes } = await write;
    return Attributes === undefined ? undefined : toItem(Attributes);
  } catch (error) {
    if (error instanceof PortError && error.code === CONDITION_FAILED) return undefined;
    throw error;
  }
}

function keyOf({ pk, sk }: Key): Record<string, AttributeValue> {
  return toAttributes({ pk, sk });
}

/** False when the condition did not hold: an answer, not a failure. */
async function held(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof PortError && error.code === CONDITION_FAILED) return false;
    throw error;
  }
}

type RangeRule = 'prefix' | 'upTo';

/** An empty prefix means every item, and DynamoDB refuses empty text in a key condition. */
function keyCondition(
  hash: string,
  hashValue: string,
  range: string,
  rule: RangeRule,
  bound: string | undefined,
): Pick<
  QueryCommandInput,
  'KeyConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> {
  const bounded = bound !== undefined && bound !== '';
  const rangeText = rule === 'prefix' ? 'begins_with(#range, :bound)' : '#range <= :bound';
  return {
    KeyConditionExpression: bounded ? `#hash = :hash AND ${rangeText}` : '#hash = :hash',
    ExpressionAttributeNames: { '#hash': hash, ...(bounded && { '#range': range }) },
    ExpressionAttributeValues: toAttributes({ ':hash': hashValue, ...(bounded && { ':bound': bound }) }),
  };
}

async function queryAll(client: DynamoDBClient, input: QueryCommandInput): Promise<Item[]> {
  const items = await allPages<Cursor, Cursor>(async (cursor) => {
    const command = new QueryCommand({ ...input, ExclusiveStartKey: cursor });
    const answer = await awsCall('dynamodb:Query', () => client.send(command));
    return { items: answer.Items ?? [], next: answer.LastEvaluatedKey };
  });
  return items.map(toItem);
}
