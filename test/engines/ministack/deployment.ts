import { beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT, REGION } from './aws.ts';
import { element, readBack } from './resources.ts';
import { stackResources, stackStatuses } from './stack.ts';
import { FUNCTIONS, type Stage } from './stage.ts';

/** Resources of the template that the engine does not make, with what it does instead. One more, or one less, fails. */
const NOT_MADE: Readonly<Record<string, string>> = {};

/** A setting of a resource, and what its service says when it has it. */
interface Setting {
  resource: string;
  shows: string;
}

/** What the way of an event, and its safety nets, hang on. */
const SETTINGS: readonly Setting[] = [
  { resource: 'NodeInterruptionNoticeQueue', shows: 'maxReceiveCount\\":10' },
  { resource: 'NodeInterruptionNoticeQueue', shows: '"VisibilityTimeout":"30"' },
  { resource: 'NodeInterruptionNoticeRule', shows: '"MaximumEventAgeInSeconds":300' },
  { resource: 'NodeInterruptionNoticeRule', shows: 'node-interruption-notice-dlq' },
  { resource: mapping('Notice'), shows: 'ReportBatchItemFailures' },
  { resource: mapping('Notice'), shows: '"MaximumConcurrency":20' },
  { resource: mapping('Lifecycle'), shows: '"MaximumBatchingWindowInSeconds":5' },
  { resource: 'NodeInterruptionNoticeLambdaFunction', shows: '"Timeout":15' },
  { resource: 'NodeInterruptionRemediateDurableLambdaAlias', shows: '"FunctionVersion":"1"' },
  { resource: 'SweepLambdaEvConf', shows: '"MaximumRetryAttempts":0' },
  { resource: 'LedgerTable', shows: '"IndexName":"open"' },
];

const dropped = "the engine's CloudFormation does not pass it on";
/** Settings of the template that do not arrive there. One more, or one less, fails. */
const DROPPED: readonly (Setting & { dropped: string })[] = [
  { resource: 'LedgerTable', shows: '"TimeToLiveStatus":"ENABLED"', dropped },
  { resource: 'LedgerTable', shows: '"PointInTimeRecoveryStatus":"ENABLED"', dropped },
  { resource: 'NodeInterruptionRemediateLambdaFunction', shows: 'DeadLetterConfig', dropped },
  { resource: 'IncidentTopic', shows: 'KmsMasterKeyId', dropped },
];

function mapping(lane: 'Notice' | 'Lifecycle'): string {
  return `NodeInterruption${lane}EventSourceMappingSQSNodeInterruption${lane}Queue`;
}

/** What of the template is not there, and why. */
export function lacking(): string[] {
  return [
    `resources not made: ${Object.keys(NOT_MADE).length}`,
    ...Object.entries(NOT_MADE).map(([id, why]) => `${id}: ${why}`),
    ...DROPPED.map(({ resource, shows, dropped: why }) => `${resource} without ${shows}: ${why}`),
  ];
}

export function deploymentTests(stageOf: () => Stage): void {
  describe('the packaged template', () => {
    /** Logical id → what its own service says of it. */
    const read = new Map<string, string>();
    /** Logical id → why that is nothing. */
    const missing = new Map<string, string>();

    beforeAll(async () => {
      const { aws, template } = stageOf();
      const ids = await stackResources(aws);
      for (const [id, { Type, Properties }] of template.resources) {
        const deployed = { aws, properties: Properties, physicalId: ids.get(id) ?? '', ids };
        await readBack(Type, deployed).then(
          (text) => read.set(id, text),
          (error: unknown) => missing.set(id, `${Type}: ${String(error)}`),
        );
      }
    });

    test('comes up by the deploy tool: first its bucket, then everything', async () => {
      expect(await stackStatuses(stageOf().aws)).toEqual([
        'CREATE_IN_PROGRESS',
        'CREATE_COMPLETE',
        'UPDATE_IN_PROGRESS',
        'UPDATE_COMPLETE',
      ]);
    });

    test('becomes resources that their own services know, but for those listed', () => {
      expect([...missing].filter(([id]) => NOT_MADE[id] === undefined)).toEqual([]);
      expect(Object.keys(NOT_MADE).filter((id) => !missing.has(id))).toEqual([]);
      expect(read.size).toBeGreaterThan(50);
    });

    test.each(SETTINGS)('$resource has $shows', ({ resource, shows }) => {
      expect(read.get(resource)).toContain(shows);
    });

    test.each(DROPPED)('not by this engine: $resource has $shows ($dropped)', ({ resource, shows }) => {
      expect(read.has(resource)).toBe(true);
      expect(read.get(resource)).not.toContain(shows);
    });

    test("lets receive start runs by their alias only, by the engine's own IAM", async () => {
      const { aws } = stageOf();
      const remediate = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${FUNCTIONS.remediate}`;
      const decide = async (arn: string) => {
        const xml = await aws.query('iam', '2010-05-08', 'SimulatePrincipalPolicy', {
          PolicySourceArn: `arn:aws:iam::${ACCOUNT}:role/${FUNCTIONS.notice}`,
          'ActionNames.member.1': 'lambda:InvokeFunction',
          'ResourceArns.member.1': arn,
        });
        return element(xml, 'EvalDecision');
      };
      expect(await decide(`${remediate}:durable`)).toBe('allowed');
      expect(await decide(remediate)).toBe('implicitDeny');
    });
  });
}
