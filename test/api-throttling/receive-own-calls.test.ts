import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { TROUBLE } from '../../functions/api-throttling/events.ts';
import { isoTime, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { asObject, type Tree } from '../contract/template-package.ts';
import { matches } from '../contract/template-pattern.ts';
import { calls, countedIn, delivered, found, type Run, sample, setUp, summary } from './support.ts';

const STAGE = 'dev';
const SAMPLE = sample('throttled-own-role.json');

/** As deployed, in the account of the samples. */
function fromTemplate(path: string): Tree {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
    .replaceAll(/\$\{AWS::Partition\}/g, 'aws')
    .replaceAll(/\$\{AWS::AccountId\}/g, '210987654321')
    .replaceAll(/\$\{sls:stage\}/g, STAGE);
  // An intrinsic function becomes the text in it.
  const reviver = (_: unknown, value: unknown): unknown =>
    value !== null && typeof value === 'object' && 'Fn::Sub' in value ? value['Fn::Sub'] : value;
  return parse(text, reviver);
}

type Rule = { Properties: { State: string; EventPattern: Tree; Targets: Tree } };

const { others, own } = rules();
function rules(): { others: Rule['Properties']; own: Rule['Properties'] } {
  const { Resources } = fromTemplate('deploy/template/rules.yml') as unknown as {
    Resources: { ApiThrottlingCallsRule: Rule; ApiThrottlingOwnCallsRule: Rule };
  };
  const { ApiThrottlingCallsRule, ApiThrottlingOwnCallsRule } = Resources;
  return { others: ApiThrottlingCallsRule.Properties, own: ApiThrottlingOwnCallsRule.Properties };
}

/** Which of the two rules let an event through. */
function through(body: string): string[] {
  const event = JSON.parse(body);
  return Object.entries({ others, own })
    .filter(([, { EventPattern }]) => matches(EventPattern, event))
    .map(([name]) => name);
}

/** Every role of ours: each function has one with its own name. */
const ROLES = Object.values(
  (fromTemplate('serverless.yml') as { custom: { name: Record<string, string> } }).custom.name,
);

/** One call a second for ten minutes, the last one a minute ago. */
function ownCalls({ world }: Run, role: string): string[] {
  const start = world.clock.now() - 11 * MINUTE_MS;
  return Array.from({ length: 600 }, (_, index) => {
    const body = JSON.parse(SAMPLE.replaceAll('paramedic-dev-sweep', role));
    const eventTime = isoTime(start + index * SECOND_MS);
    const own = { ...body.detail, eventTime, eventID: `${role}-${index}` };
    return JSON.stringify({ ...body, id: `${role}-${index}`, time: eventTime, detail: own });
  });
}

describe('T23: throttled calls of our own roles never open an incident', () => {
  test('the template has a role for every function, the sample is of one', () => {
    const functions = Object.keys(asObject(asObject(fromTemplate('serverless.yml'))['functions']));
    expect(ROLES).toHaveLength(functions.length);
    expect(ROLES).toContain('paramedic-dev-sweep');
    expect(JSON.parse(SAMPLE).detail.userIdentity.sessionContext.sessionIssuer.userName).toBe(
      'paramedic-dev-sweep',
    );
  });

  test.each(ROLES)('%s: the rule for others leaves its calls out, our own brings them', (role) => {
    expect(through(SAMPLE.replaceAll('paramedic-dev-sweep', role))).toEqual(['own']);
  });

  test('everybody else has the other rule alone: a role named a little like ours, one of another account', () => {
    for (const role of ['tool', 'paramedic-devops', 'team-paramedic-dev-sweep'])
      expect(through(SAMPLE.replaceAll('paramedic-dev-sweep', role))).toEqual(['others']);
    const elsewhere = SAMPLE.replaceAll('iam::210987654321', 'iam::123456789012');
    expect(through(elsewhere)).toEqual(['others']);
    expect(through(sample('throttled-no-session-context.json'))).toEqual(['others']);
  });

  test('what Lambda does with our role for its own network has neither', () => {
    expect(through(sample('ignored/throttled-own-role.json'))).toEqual([]);
  });

  test('both rules hear of reads, know the same services and codes, and feed one queue', () => {
    expect(own.State).toBe('ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
    expect(own.State).toBe(others.State);
    expect(own.Targets).toEqual(others.Targets);
    const ofBoth = [own, others].map(({ EventPattern }) => {
      const { source, detail } = asObject(EventPattern);
      return { source, errorCode: asObject(detail)['errorCode'] };
    });
    expect(ofBoth[0]).toEqual(ofBoth[1]);
  });

  test('receive alone counts none of ten minutes of all our roles, and everybody else as ever', async () => {
    const run = setUp();
    await run.world.clock.advance(20 * MINUTE_MS);
    const ours = ROLES.flatMap((role) => ownCalls(run, role));
    await delivered(run, ours, 3 * MINUTE_MS);
    expect(countedIn(run)).toBe(0);
    expect(await found(run)).toEqual([]);
    expect(run.simulation.metrics.total('Signals', { trouble: TROUBLE, disposition: 'own' })).toBe(
      ours.length,
    );
    // The ledger is all it asks: one row for each minute and API, whatever the number of calls.
    const { calls: made } = run.world.calls;
    expect(new Set(made.map(({ port }) => port))).toEqual(new Set(['table']));
    expect(run.world.table.items().filter(({ pk }) => pk === 'OWN-CALLS').length).toBeLessThanOrEqual(11);
    expect(made.filter(({ mutating }) => mutating).length).toBeLessThanOrEqual((ours.length / 500) * 11 + 11);
    expect(run.world.queue.parked).toEqual([]);
    await delivered(run, [...ours.slice(0, 100), ...calls(run, 20)]);
    expect(countedIn(run)).toBe(20);
    expect(summary(await found(run))).toEqual(['- other-tool:tool open']);
  });
});
