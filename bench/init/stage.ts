import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parse } from 'yaml';
import { type ApiServer, apiServer, testCertificate } from '../../test/kubernetes/api-server.ts';
import { HOME } from '../setup.ts';
import { answersAbout } from './aws-answers.ts';
import { type AwsCall, AwsServer, CA_FILE } from './aws-server.ts';
import { demoCluster } from './demo-cluster.ts';

type Dynalite = (options: { createTableMs: number; ssl: true; cert: string; key: string }) => Server;
const dynalite: Dynalite = createRequire(import.meta.url)('dynalite');

const CREDENTIALS = { accessKeyId: 'offline', secretAccessKey: 'offline' };

/** Everything a function calls, on loopback: AWS, a DynamoDB with an empty ledger for each round, one API server. */
export class Stage {
  readonly #aws: AwsServer;
  readonly #kubernetes: ApiServer;
  readonly #dynamo: Server;
  readonly #client: DynamoDBClient;
  readonly #ledger: Omit<CreateTableCommandInput, 'TableName'>;
  #round = 0;

  private constructor(root: string, aws: AwsServer, kubernetes: ApiServer, dynamo: Server) {
    this.#aws = aws;
    this.#kubernetes = kubernetes;
    this.#dynamo = dynamo;
    this.#ledger = ledgerOf(root);
    this.#client = new DynamoDBClient({
      ...HOME,
      endpoint: urlOf(dynamo),
      credentials: CREDENTIALS,
      requestHandler: { httpsAgent: { ca: testCertificate('server').cert } },
    });
  }

  /** `root` is the repository, `instanceId` the machine that all answers are about. */
  static async start(root: string, instanceId: string): Promise<Stage> {
    const kubernetes = await apiServer(demoCluster(instanceId));
    const { cert: certificate } = testCertificate('server');
    const aws = await AwsServer.start(
      answersAbout({ ...HOME, instanceId, endpoint: kubernetes.url, certificate }),
    );
    const dynamo = dynalite({ createTableMs: 0, ssl: true, ...testCertificate('server') }).listen(
      0,
      '127.0.0.1',
    );
    await once(dynamo, 'listening');
    return new Stage(root, aws, kubernetes, dynamo);
  }

  /** Gives the functions of the next round an empty ledger. */
  async nextRound(): Promise<void> {
    this.#round += 1;
    this.#aws.calls.length = 0;
    await this.#client.send(new CreateTableCommand({ ...this.#ledger, TableName: this.tableName }));
  }

  get tableName(): string {
    return `ledger-${this.#round}`;
  }

  /** AWS calls of this round; the ledger's are not among them. */
  get calls(): readonly AwsCall[] {
    return this.#aws.calls;
  }

  /** Calls nobody had an answer for. */
  get unanswered(): readonly AwsCall[] {
    return this.#aws.unanswered;
  }

  /** What leads the SDK here instead of to AWS. */
  get variables(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.#aws.url,
      AWS_ENDPOINT_URL_DYNAMODB: urlOf(this.#dynamo),
      NODE_EXTRA_CA_CERTS: CA_FILE,
      TABLE_NAME: this.tableName,
    };
  }

  async close(): Promise<void> {
    this.#client.destroy();
    this.#dynamo.close();
    this.#dynamo.closeAllConnections();
    await Promise.all([this.#aws.close(), this.#kubernetes.close()]);
  }
}

/** Keys and index as they are deployed. */
function ledgerOf(root: string): Omit<CreateTableCommandInput, 'TableName'> {
  const text = readFileSync(join(root, 'deploy/template/ledger.yml'), 'utf8');
  const { Resources } = parse(text) as {
    Resources: { LedgerTable: { Properties: CreateTableCommandInput } };
  };
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } =
    Resources.LedgerTable.Properties;
  return { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode };
}

function urlOf(server: Server): string {
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
