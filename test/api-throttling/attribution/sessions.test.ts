import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import {
  type AttributionContext,
  roleMap,
  scopeOf,
} from '../../../functions/api-throttling/attribution/index.ts';
import { arn, association, assumedRole, call, known, roles, UUID } from './stage.ts';

/** EKS allows up to 100 characters; few letters, so that names begin alike often. */
const clusterName = fc
  .tuple(fc.constantFrom('a', 'b'), fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 40 }))
  .map(([first, rest]) => first + rest);
const clusterNames = fc.uniqueArray(clusterName, { minLength: 1, maxLength: 6 });
const podName = fc.string({ unit: fc.constantFrom('a', 'b', 'k', '-'), minLength: 1, maxLength: 40 });
const cut = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(60));

function context(names: readonly string[], users: readonly string[]): AttributionContext {
  const podIdentities = [association('web', 'web-role')];
  return known({
    clusters: names.map((name) => ({ name })),
    instances: new Map(),
    roles: roleMap(names.map((name) => roles(name, users.includes(name) ? { podIdentities } : {}))),
  });
}

/** The session's cluster, as far as it is there, begins the name or the name begins it. */
function isPrefixMatch(session: string, name: string): boolean {
  const rest = session.slice('eks-'.length);
  const [longer, shorter] = rest.length > name.length ? [rest, name] : [name, rest];
  return longer.startsWith(shorter) || rest.startsWith(`${name.slice(0, 10)}-`);
}

function scopeOfSession(session: string, from: AttributionContext) {
  return scopeOf({ ...call(assumedRole('web-role', 'x'), 'RunInstances'), session }, from);
}

describe('Pod Identity sessions, however they are cut', () => {
  property.prop([clusterNames, fc.tuple(fc.nat(7), clusterName), podName, cut, cut, fc.nat(3)], {
    numRuns: 2_000,
  })(
    'name only a cluster whose name they begin with, and none if several fit',
    (names, [pick, stranger], pod, partsAt, endAt, users) => {
      const of = names[pick] ?? stranger;
      const session = `eks-${of.slice(0, partsAt)}-${pod.slice(0, partsAt)}-${UUID}`.slice(
        0,
        Math.min(64, 4 + endAt),
      );
      const from = context(names, names.slice(0, users));
      const found = scopeOfSession(session, from);
      if (found.value.kind === 'account') {
        expect(found.confidence).toBe('unknown');
        return;
      }
      const { name } = found.value;
      expect(isPrefixMatch(session, name)).toBe(true);
      const eligible = names.filter((each) => users === 0 || names.slice(0, users).includes(each));
      // The dash before the UUID is no part of a name: `eks-a---<UUID>` is of `a-` or of `a`, and not of `a--`.
      const beforeUuid = session.endsWith(`-${UUID}`) ? session.slice(0, -UUID.length - 1) : session;
      const whole = eligible.filter((each) => beforeUuid.startsWith(`eks-${each}-`));
      expect(whole.filter((each) => each !== name)).toEqual([]);
    },
  );

  property.prop([clusterName, podName])(
    'of the only cluster there is are its own, as EKS cuts them',
    (name, pod) => {
      const session = `eks-${name.slice(0, 10)}-${pod.slice(0, 10)}-${UUID}`;
      expect(scopeOfSession(session, context([name], []))).toMatchObject({
        value: { kind: 'cluster', name },
        confidence: 'likely',
      });
      expect(scopeOfSession(session, context([name], [name])).confidence).toBe('certain');
    },
  );

  property.prop([clusterNames, fc.string({ maxLength: 64 }), fc.nat(5)])(
    'of any text give an answer, and never a cluster that is not known',
    (names, text, users) => {
      const { value } = scopeOfSession(`eks-${text}`, context(names, names.slice(0, users)));
      if (value.kind === 'cluster') expect(names).toContain(value.name);
    },
  );
});

test('a name that would end with the dash before the UUID does not fit, the shorter one does', () => {
  const scope = (names: readonly string[]) => scopeOfSession(`eks-a---${UUID}`, context(names, [])).value;
  expect(scope(['a--', 'a-'])).toEqual({ kind: 'cluster', name: 'a-' });
  expect(scope(['a--'])).toEqual({ kind: 'account' });
});

describe('a role map', () => {
  property.prop([clusterNames, fc.array(fc.nat(5), { maxLength: 12 })])(
    'gives a role to one cluster only if no other uses it',
    (names, picks) => {
      const users = new Set(picks.map((pick) => names[pick % names.length] ?? ''));
      const map = roleMap(
        names.map((name) => roles(name, users.has(name) ? { nodeRoles: [arn('node')] } : {})),
      );
      const made = call(assumedRole('node', 'x'), 'RunInstances');
      const { value, confidence } = scopeOf(made, known({ roles: map }));
      const [only] = users;
      expect(value).toEqual(users.size === 1 ? { kind: 'cluster', name: only } : { kind: 'account' });
      expect(confidence).toBe(users.size > 1 ? 'unknown' : 'likely');
    },
  );
});
