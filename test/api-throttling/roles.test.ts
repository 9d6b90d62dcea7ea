import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_ROLES } from '../../functions/api-throttling/attribution/index.ts';
import { rolesOf } from '../../functions/api-throttling/roles.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { PortError } from '../../shared/errors.ts';
import type { EksRoles } from '../../shared/ports/eks.ts';
import type { Ports } from '../../shared/ports/index.ts';
import { MemoryTable } from '../../simulator/table.ts';

const HOME = { account: '210987654321', region: 'eu-west-1' };
const NOTHING: EksRoles = { nodeRoles: [], accessEntries: [], podIdentities: [], addons: [], unread: [] };
const outcome = fc.constantFrom('full', 'part', 'throws', 'foreign ARN');
type Outcome = 'full' | 'part' | 'throws' | 'foreign ARN';

/** Ports on which each cluster's roles are answered in its own way; one minute passes for each look. */
function portsOf(outcomes: ReadonlyMap<string, Outcome>): { ports: Ports; wait(ms: number): void } {
  let now = Date.UTC(2026, 10, 3, 14);
  const describeRoles = async (cluster: string): Promise<EksRoles> => {
    const is = outcomes.get(cluster);
    if (is === 'throws')
      throw new PortError('not-found', 'no such cluster', { operation: 'eks:DescribeCluster' });
    if (is === 'part') return { ...NOTHING, unread: ['add-ons: denied'] };
    if (is === 'foreign ARN') return { ...NOTHING, nodeRoles: ['no ARN'] };
    return { ...NOTHING, nodeRoles: [`arn:aws:iam::210987654321:role/${cluster}-node`] };
  };
  const clock = { now: () => now, sleep: async () => {} };
  const wait = (ms: number) => {
    now += ms;
  };
  const ports = { clock, table: new MemoryTable(), eks: { describeRoles } } as unknown as Ports;
  return { ports, wait };
}

describe('the map is for attribution only when it is complete', () => {
  property.prop([fc.array(outcome, { minLength: 1, maxLength: 5 }), fc.nat(8), fc.nat(30)], { numRuns: 200 })(
    'one cluster that is not read in full, or not within a day, and there is none at all',
    async (outcomes, looks, hours) => {
      const named = outcomes.map((is, index) => [`c${index}`, is] as const);
      const { ports, wait } = portsOf(new Map(named));
      const clusters = named.map(([name]) => ({ name, oidcIssuer: 'https://issuer' }));
      const input = { ports, place: HOME, clusters, throttled: [] };
      for (let look = 0; look < looks; look++) {
        await rolesOf({ ...input, isNeeded: true }, []);
        wait(MINUTE_MS);
      }
      wait(hours * HOUR_MS);
      const found = await rolesOf({ ...input, isNeeded: false }, []);
      const isYoung = hours * HOUR_MS + looks * MINUTE_MS < DAY_MS;
      const isFull = outcomes.every((is) => is === 'full') && looks >= outcomes.length && isYoung;
      expect(found.complete).toBe(isFull);
      if (!isFull) expect(found).toBe(NO_ROLES);
    },
  );

  test('names from the config, and a list that may be cut off, are not all clusters: nothing is asked', async () => {
    const { ports } = portsOf(new Map());
    const input = { ports, place: HOME, throttled: [], isNeeded: true };
    const many = Array.from({ length: 100 }, (_, index) => ({ name: `c${index}`, oidcIssuer: 'https://i' }));
    const unread: string[] = [];
    for (const clusters of [[], [{ name: 'c0' }], many]) {
      expect(await rolesOf({ ...input, clusters }, unread)).toBe(NO_ROLES);
    }
    expect([unread, (ports.table as MemoryTable).items()]).toEqual([[], []]);
  });

  test('while AWS throttles our own calls nothing is asked, and the log says of which and until when', async () => {
    const { ports } = portsOf(new Map([['c0', 'full' as const]]));
    const clusters = [{ name: 'c0', oidcIssuer: 'https://issuer' }];
    const at = ports.clock.now();
    const throttled = [{ operation: 'eks:DescribeCluster', since: at, until: at + MINUTE_MS, calls: 3 }];
    const input = { ports, place: HOME, clusters, isNeeded: true };
    const unread: string[] = [];
    expect(await rolesOf({ ...input, throttled }, unread)).toBe(NO_ROLES);
    expect(unread[0]).toContain(
      'not read: AWS throttles our own calls of eks:DescribeCluster since 2026-11-03',
    );
    expect((await rolesOf({ ...input, throttled: [] }, [])).complete).toBe(true);
    // What is remembered is used whatever is throttled.
    expect((await rolesOf({ ...input, throttled }, [])).complete).toBe(true);
  });

  test('the log says what is missing: the part with its reason, or that it was not read yet', async () => {
    const { ports, wait } = portsOf(new Map([['c0', 'part' as const]]));
    const clusters = ['c0', 'c1'].map((name) => ({ name, oidcIssuer: 'https://issuer' }));
    const input = { ports, place: HOME, clusters, throttled: [], isNeeded: true };
    const unread: string[] = [];
    await rolesOf(input, unread);
    wait(MINUTE_MS);
    await rolesOf({ ...input, clusters: clusters.toReversed() }, unread);
    await rolesOf({ ...input, clusters: [{ name: 'c2', oidcIssuer: 'https://issuer' }] }, unread);
    expect(unread).toEqual([
      'roles of c0: add-ons: denied',
      'roles of c0: add-ons: denied',
      'roles of c2: not read yet',
    ]);
  });
});
