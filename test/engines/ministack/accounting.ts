import { describe, expect, test } from 'vitest';
import { ACCOUNT } from './aws.ts';
import type { FakeCluster } from './cluster.ts';
import { lacking } from './deployment.ts';
import type { Call, RanOn } from './gateway.ts';
import type { Stage } from './stage.ts';

/** What our functions ask for that the engine does not do, or not in full; one more, or one less, fails. */
const NOT_THE_ENGINE: Readonly<Record<string, { ranOn: RanOn; why: string }>> = {
  'eks:DescribeCluster': {
    ranOn: 'both',
    why: "the cluster is the engine's; the endpoint and the authority, which it has none of, are our TLS server's",
  },
  'lambda:Invoke': {
    ranOn: 'our fake',
    why: 'its asynchronous invocations know no execution names and forget an execution that waits: ours starts the same function, once a name, by a synchronous one',
  },
};

/** Without these the way of an event was not walked. */
const EXPECTED = [
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  'ec2:DescribeInstances',
  'eks:DescribeCluster',
  'lambda:CheckpointDurableExecution',
  'lambda:Invoke',
  'sns:Publish',
  'sqs:SendMessage',
];

export function accountingTests(stageOf: () => Stage): void {
  describe('where it ran', () => {
    const ours = () => stageOf().gateway.calls.filter(({ signer }) => signer !== ACCOUNT);

    test('our functions made every kind of call that the way of an event takes', () => {
      const made = ours().map(({ operation }) => operation);
      expect(made).toEqual(expect.arrayContaining(EXPECTED));
      // A blank stands in what could not be named.
      expect(made.filter((operation) => operation.includes(' '))).toEqual([]);
    });

    test('the engine carried out all of them, but for those listed', () => {
      const elsewhere = ours().filter(({ ranOn }) => ranOn !== 'ministack');
      const found = Object.fromEntries(elsewhere.map(({ operation, ranOn }) => [operation, ranOn]));
      const listed = Object.entries(NOT_THE_ENGINE).map(([operation, { ranOn }]) => [operation, ranOn]);
      expect(found).toEqual(Object.fromEntries(listed));
    });

    test("the engine's IAM, asked with each function's own role, refused none", () => {
      expect(ours().filter(({ status }) => status === 401 || status === 403)).toEqual([]);
      const roles = new Set(ours().map(({ signer }) => signer));
      // Receive, remediate and the notifier, each with its own.
      expect(roles.size).toBe(3);
    });

    test('the bundles ran in Node 24', () => {
      const others = ours().filter(({ agent }) => !/ md\/nodejs#24\./.test(agent));
      expect(others).toEqual([]);
    });
  });
}

/** What ran where, counted from what happened, and what was changed or is lacking. */
export async function report(stage: Stage): Promise<string> {
  const { gateway, changes } = stage;
  const isOurs = ({ signer }: Call) => signer !== ACCOUNT;
  const ours = gateway.calls.filter(isOurs).map(lineOf);
  const others = gateway.calls.filter((call) => !isOurs(call)).map(lineOf);
  return [
    'changed for the engine:',
    ...changes,
    '\nnot by this engine:',
    ...lacking(),
    ...ALSO,
    ...Object.entries(NOT_THE_ENGINE).map(([name, { ranOn, why }]) => `${name} (${ranOn}): ${why}`),
    '\nwhat the engine delivered and started:',
    ...counted(deliveries(await stage.log())),
    '\ncalls of our functions:',
    ...counted([...ours, ...requestsTo(stage.cluster), ...synchronous(stage)]),
    '\ncalls of the deploy tool and of the test:',
    ...counted(others),
  ].join('\n');
}

const ALSO = [
  'ec2:RunInstances: the Spot market option is ignored, instances have no lifecycle',
  'policies of queues and topics: kept, but a rule delivers without them; roles are asked',
];
const COLUMN = 72;

function lineOf({ operation, ranOn }: Pick<Call, 'operation' | 'ranOn'>): string {
  return `${operation.padEnd(COLUMN)}${ranOn}`;
}

/** What stays inside the engine, in its own log's words. */
const DELIVERIES: readonly RegExp[] = [
  /EventBridge → SQS \S+/g,
  /ESM: Lambda \S+ processed/g,
  /Lambda worker spawned for \S+/g,
  /SNS fanout → SQS \S+/g,
];

function deliveries(log: string): string[] {
  return DELIVERIES.flatMap((pattern) => [...log.matchAll(pattern)]).map(([operation]) =>
    lineOf({ operation, ranOn: 'ministack' }),
  );
}

function requestsTo({ server }: FakeCluster): string[] {
  return server.requests.map(({ method, path }) => {
    const resource = path.replaceAll(/\b(nodes|namespaces|pods)\/[^/]+/g, '$1/*');
    return lineOf({ operation: `kubernetes:${method} ${resource}`, ranOn: 'our fake' });
  });
}

/** What our fake asked the engine for. */
function synchronous({ durable }: Stage): string[] {
  const operation = 'lambda:Invoke, synchronous, by our fake';
  return [...durable.starts].map(() => lineOf({ operation, ranOn: 'ministack' }));
}

function counted(lines: readonly string[]): string[] {
  const groups = Object.entries(Object.groupBy(lines, (line) => line));
  const rows = groups.map(([line, all]) => `${line.padEnd(COLUMN + 12)}${String(all?.length).padStart(4)}`);
  return rows.toSorted((left, right) => (left < right ? -1 : 1));
}
