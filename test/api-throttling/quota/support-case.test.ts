import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askForMore } from '../../../functions/api-throttling/quota/bucket-ask.ts';
import {
  type CaseInput,
  MAX_BODY,
  supportCase,
} from '../../../functions/api-throttling/quota/support-case.ts';
import { HOUR_MS } from '../../../shared/clock.ts';
import { known } from '../../../shared/fact.ts';
import { NOW, unread } from './input.ts';

const REQUEST = '5b4a3928-1706-4f5e-8d4c-3b2a19087f6e';

function bucket(api: string, burst: number, refill: number, burstToo = false) {
  const source = 'AWS documentation, not read from the account';
  return askForMore({ api, kind: 'request', burst, refill, source }, { factor: 1.5, burstToo });
}

const INPUT: CaseInput = {
  account: '210987654321',
  service: 'ec2',
  useCase: ['EKS cluster payments: 412 nodes, 30 pods per node'],
  regions: [
    {
      region: 'eu-west-1',
      buckets: [bucket('AssignPrivateIpAddresses', 100, 5), bucket('AttachNetworkInterface', 50, 5, true)],
      quotas: [],
      peak: { from: NOW, to: NOW + HOUR_MS, total: 9_990 },
      requestIds: [REQUEST, REQUEST],
      measured: [
        {
          what: 'AssignPrivateIpAddresses calls',
          value: known(41_000, 'CloudWatch AWS/Usage CallCount', NOW),
        },
        { what: 'AssignPrivateIpAddresses throttled', value: unread },
      ],
    },
  ],
  callers: [{ name: 'payments-node-role', share: 0.82 }],
  tuned: ['VPC CNI: MINIMUM_IP_TARGET 30, WARM_IP_TARGET 2'],
  writtenAt: NOW,
};

describe('the text for AWS Support', () => {
  test('is complete and can be copied as it stands', () => {
    const { subject, path, body, complete } = supportCase(INPUT);
    expect(subject).toBe('Request an increase in my Amazon EC2 API throttling limits');
    expect(path[1]).toBe('Account and billing');
    expect(complete).toBe(true);
    expect(body).toBe(
      `Use case
Account 210987654321; written at 2026-11-18T11:06:40Z.
The refill rate matters more than the burst. Limits hold per API and Region.
- EKS cluster payments: 412 nodes, 30 pods per node

Requested limits (action: burst|refill per second)
Region eu-west-1
AssignPrivateIpAddresses: 100|8
AttachNetworkInterface: 75|8

Present limits
- eu-west-1 AssignPrivateIpAddresses, request bucket: 100|5 (AWS documentation, not read from the account)
- eu-west-1 AttachNetworkInterface, request bucket: 50|5 (AWS documentation, not read from the account)

One-hour peak window (UTC)
- eu-west-1: 2026-11-18T11:06:40Z to 2026-11-18T12:06:40Z, 9990 throttled calls

Request ids of throttled calls
- eu-west-1: ${REQUEST}

Measured
- eu-west-1 AssignPrivateIpAddresses calls: 41000 (CloudWatch AWS/Usage CallCount at 2026-11-18T11:06:40Z)
- eu-west-1 AssignPrivateIpAddresses throttled: unknown, servicequotas:GetServiceQuota: throttled (test at 2026-11-18T11:06:40Z)

Who made the throttled calls
- payments-node-role: 82 % of them

Already tuned
- VPC CNI: MINIMUM_IP_TARGET 30, WARM_IP_TARGET 2`,
    );
  });

  test('says which bucket is meant where it is not the one for requests, and names fixed quotas', () => {
    const [region] = INPUT.regions;
    if (region === undefined) throw new Error('no region');
    const buckets = [{ ...bucket('RunInstances', 1_000, 2), kind: 'resource' as const }];
    const fixed = {
      service: 'eks',
      code: 'L-0',
      name: 'Access entries per cluster',
      current: 3_000,
      desired: 4_500,
    };
    const { body } = supportCase({ ...INPUT, regions: [{ ...region, buckets, quotas: [fixed] }] });
    expect(body).toContain('RunInstances (resource bucket): 1000|3');
    expect(body).toContain('Access entries per cluster (L-0): 3000 to 4500');
  });

  test('says so when one case cannot hold all that is to be asked for', () => {
    const [region] = INPUT.regions;
    if (region === undefined) throw new Error('no region');
    const buckets = Array.from({ length: 100 }, (_, index) => bucket(`SomeLongEnoughApiName${index}`, 50, 5));
    const { body, complete } = supportCase({ ...INPUT, regions: [{ ...region, buckets }] });
    expect(complete).toBe(false);
    const said = Number(/\(and (\d+) more\)/.exec(body)?.[1]);
    const shown = body.match(/^SomeLongEnoughApiName\d+: 50\|8$/gm)?.length;
    expect(said + (shown ?? 0)).toBe(100);
  });

  test('takes no more than ten request ids of a Region, and only what has the form of one', () => {
    const [region] = INPUT.regions;
    if (region === undefined) throw new Error('no region');
    const ids = Array.from({ length: 30 }, (_, index) => `${REQUEST.slice(0, -2)}${index + 10}`);
    const requestIds = ['short', 'no spaces here', `${REQUEST}\n${REQUEST}`, ...ids];
    const { body } = supportCase({ ...INPUT, regions: [{ ...region, requestIds }] });
    expect(body.match(/^- eu-west-1: 5b4a3928-.*$/gm)).toHaveLength(10);
    expect(body).not.toContain('spaces');
  });
});

describe('whatever others have written into it', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.constantFrom('x'.repeat(1_000_000), '\n'.repeat(500), '<!channel>', '```\nrm', 'a: 9999|9999\nb: 1|1'),
    fc.constantFrom('https://evil.example/////x', '\u202etxt', '&lt;', '😀'.repeat(300), ''),
  );
  const few = <T>(each: fc.Arbitrary<T>, maxLength: number) => fc.array(each, { maxLength });
  const number = fc.oneof(fc.integer({ min: 0, max: 1e9 }), fc.double());
  const ask = fc.record({
    api: text,
    kind: fc.constantFrom('request', 'unfiltered request', 'resource'),
    burst: number,
    refill: number,
    source: text,
    desired: fc.record({ burst: number, refill: number }),
  });
  const value = fc.oneof(
    fc.tuple(number, text).map(([amount, source]) => known(amount, source, NOW)),
    text.map((why) => ({ ...unread, why })),
  );
  const region = fc.record({
    region: text,
    buckets: few(ask, 60),
    quotas: few(fc.record({ service: text, code: text, name: text, current: number, desired: number }), 5),
    requestIds: few(fc.oneof(text, fc.stringMatching(/^[a-z0-9-]{36,64}$/)), 40),
    measured: few(fc.record({ what: text, value }), 40),
  });
  const input = fc.record({
    account: text,
    service: text,
    useCase: few(text, 20),
    regions: few(region, 6),
    callers: few(fc.record({ name: text, share: number }), 20),
    tuned: few(text, 20),
    writtenAt: fc.constant(NOW),
  }) satisfies fc.Arbitrary<CaseInput>;

  test('it stays within 8,000 characters of harmless ASCII, and no line of ours can be made up', async () => {
    let longest = 0;
    await fc.assert(
      fc.property(input, (anything) => {
        const { subject, body } = supportCase(anything);
        longest = Math.max(longest, body.length);
        expect(body.length).toBeLessThanOrEqual(MAX_BODY);
        expect(subject.length).toBeLessThanOrEqual(120);
        expect(body).toMatch(/^[ -~\n]*$/);
        expect(`${subject}${body}`).not.toMatch(/[<>&`*~"'\\]|\/\//);
        const asks = body.match(/^[^-\n].*: \S+\|\S+$/gm)?.length ?? 0;
        expect(asks).toBeLessThanOrEqual(anything.regions.flatMap(({ buckets }) => buckets).length);
        expect(body.match(/\n\n/g)).toHaveLength(7);
      }),
      { numRuns: 500 },
    );
    expect(longest).toBeGreaterThan(MAX_BODY * 0.8);
  });
});
