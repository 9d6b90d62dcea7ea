import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { quotaSection } from '../../../functions/api-throttling/quota/policy.ts';
import { DAY_MS } from '../../../shared/clock.ts';

function problem(section: unknown): string | undefined {
  return v.safeParse(quotaSection, section).issues?.[0].message;
}

describe('the quotas section of the config', () => {
  test('without anything in it asks for half as much again, once a week', () => {
    expect(v.parse(quotaSection, {})).toEqual({
      factor: 1.5,
      ceilings: {},
      every: 7 * DAY_MS,
      minimumUse: 0.8,
      answerWithin: 14 * DAY_MS,
    });
  });

  test.each([1, 0.5, 3.01, Number.NaN, '2'])('takes no factor of %s', (factor) => {
    expect(problem({ factor })).toMatch(/^must be/);
  });

  test.each([1.01, 3])('takes a factor of %s', (factor) => {
    expect(problem({ factor })).toBeUndefined();
  });

  test.each([
    [{ 'L-1216C47A': 6 }, 'must be a quota such as ec2/L-1216C47A'],
    [{ 'ec2/L-1216': 6 }, 'must be a quota such as ec2/L-1216C47A'],
    [{ 'ec2/L-1216C47A': 0 }, 'must be more than 0'],
    [{ 'ec2/L-1216C47A': 1e11 }, 'must be more than 0'],
  ])('takes no ceilings such as %j', (ceilings, message) => {
    expect(problem({ ceilings })).toContain(message);
  });

  test('takes a ceiling by service and code, and no option it does not know', () => {
    expect(problem({ ceilings: { 'ec2/L-1216C47A': 256 } })).toBeUndefined();
    expect(problem({ ceiling: 256 })).toBeDefined();
  });
});
