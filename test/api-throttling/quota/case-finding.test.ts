import { describe, expect, test } from 'vitest';
import { quotaOfThrottle } from '../../../functions/api-throttling/quota/quota-map.ts';
import type { LimitFacts } from '../../../functions/api-throttling/reading/limit-facts.ts';
import { caseFinding, earlierCase } from '../../../functions/api-throttling/told/case-finding.ts';
import type { LimitAdvice } from '../../../functions/api-throttling/told/limit-advice.ts';
import { MINUTE_MS } from '../../../shared/clock.ts';
import { NOW, policy, quota, read, unread } from './input.ts';

const MINUTE = NOW - (NOW % MINUTE_MS) - 3 * MINUTE_MS;
const REQUEST = '5b4a3928-1706-4f5e-8d4c-0a1b2c3d4e01';

type Look = Parameters<typeof caseFinding>[1];

function adviceOf(service: string, api: string, over: Partial<LimitFacts> = {}, limits = true): LimitAdvice {
  const facts = { service, api, lookup: quotaOfThrottle(service, api), calls: unread, throttled: unread };
  const caller = { caller: { name: 'Boto3 (role loud)' }, ofBucket: 0.4 };
  const bucket = { id: `${service}:${api}`, limits: limits ? { burst: 5, refillPerSecond: 2 } : null };
  return {
    facts: { quota: unread, ...facts, ...over },
    decision: { decision: 'support-case', reasons: [] },
    shares: { bucket, callers: [caller] },
  } as unknown as LimitAdvice;
}

function lookOf(over: Partial<Look> = {}): Look {
  const row = (api: string, count: number) => ({
    minute: MINUTE,
    call: { service: 'ec2', api, requestId: REQUEST },
    counts: { prod: count },
  });
  return {
    incident: { cluster: { name: 'prod', account: '210987654321', region: 'eu-west-1' } },
    group: {
      calls: new Map([[MINUTE, 90]]),
      rows: [row('RunInstances', 60), row('CreateTags', 30)],
    } as unknown as Look['group'],
    useCase: ['EKS cluster prod: 40 nodes'],
    tuned: [],
    quotas: policy,
    now: NOW,
    ...over,
  };
}

function textOf(...advice: LimitAdvice[]): string {
  return caseFinding(advice, lookOf())?.evidence.join('\n') ?? '';
}

describe('the text for AWS Support, as people see it', () => {
  test('stands whole between two marks, with what was counted where CloudWatch has nothing', () => {
    const text = textOf(adviceOf('ec2', 'RunInstances'), adviceOf('ec2', 'CreateTags'));
    const copied = text.split('--- copy from here ---\n')[1]?.split('\n--- to here ---')[0] ?? '';
    expect(copied).toMatch(/^Use case\nAccount 210987654321/);
    expect(copied).toContain('RunInstances: 5|3\nCreateTags: 5|3');
    expect(copied).toContain('RunInstances throttled, at least: 60 (CloudTrail at');
    expect(copied).toContain('CreateTags throttled, at least: 30 (CloudTrail at');
    expect(copied).toContain('CreateTags by Boto3 (role loud): 40 % of them');
    expect(copied).toContain(REQUEST);
  });

  test('names an hour that is over', () => {
    const text = textOf(adviceOf('ec2', 'RunInstances'));
    expect(text).toContain('2026-11-18T10:06:40Z to 2026-11-18T11:06:40Z, 90 throttled calls');
  });

  test('asks for more than what Service Quotas says the account has, not than the documentation', () => {
    const name = 'RunInstances request bucket refill rate';
    const value = { ...quota, service: 'ec2', code: 'L-A2D70E6C', name, value: 4, adjustable: false };
    const text = textOf(adviceOf('ec2', 'RunInstances', { quota: read(value) }));
    expect(text).toContain('RunInstances: 5|6');
    expect(text).toContain('5|4 (Service Quotas L-A2D70E6C, burst from AWS documentation)');
    expect(text).not.toContain('first: look');
  });

  test('exists where AWS publishes no limits, and asks to state them', () => {
    const text = textOf(adviceOf('sts', 'AssumeRole', {}, false));
    expect(text).toContain('AssumeRole: 1.5 times the present limits');
    expect(text).toContain('AssumeRole: not published; please state them');
    expect(text).toContain('first: look in Service Quotas under sts');
  });

  test('is about one service at a time, and nothing where another decision was made', () => {
    expect(textOf(adviceOf('ec2', 'CreateTags'), adviceOf('sts', 'AssumeRole'))).not.toContain('AssumeRole');
    const wait = {
      ...adviceOf('ec2', 'CreateTags'),
      decision: { decision: 'wait', until: NOW, reasons: [] },
    };
    expect(textOf(wait as LimitAdvice)).toBe('');
  });

  test('is still there in the morning, when nothing is throttled any more', () => {
    const findings = [caseFinding([adviceOf('ec2', 'CreateTags')], lookOf())].flatMap((each) => each ?? []);
    const { incident } = lookOf();
    const later = { ...incident, plan: { findings: [...findings] } } as unknown as Look['incident'];
    expect(earlierCase(later)).toEqual(findings);
    expect(caseFinding([], lookOf({ incident: later }))).toEqual(findings[0]);
    expect(caseFinding([], lookOf())).toBeUndefined();
  });
});
