import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoTable } from '../../shared/aws/table.ts';
import { MemoryTable } from '../../simulator/table.ts';
import { type TableUnderTest, tableContract } from './table.contract.ts';

type Dynalite = (options: { createTableMs: number }) => Server;
const dynalite: Dynalite = createRequire(import.meta.url)('dynalite');

const TABLE_NAME = 'ledger';

/** DynamoDB's own rules in this process, in memory, on a free loopback port. */
async function onDynalite(): Promise<TableUnderTest> {
  const server = dynalite({ createTableMs: 0 }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await createTable(client);
  const close = async () => {
    client.destroy();
    server.close();
  };
  return {
    table: dynamoTable(
      () => client,
      () => TABLE_NAME,
    ),
    close,
  };
}

/** Keys and index as in `deploy/template/ledger.yml`. */
async function createTable(client: DynamoDBClient): Promise<void> {
  const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' as const });
  const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' as const });
  const command = new CreateTableCommand({
    TableName: TABLE_NAME,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk', 'openPk', 'openSk'].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S' as const,
    })),
    KeySchema: [hash('pk'), range('sk')],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'open',
        KeySchema: [hash('openPk'), range('openSk')],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  await client.send(command);
}

tableContract('dynalite', onDynalite);
tableContract('simulator', async () => ({ table: new MemoryTable(), close: async () => {} }));
