import { describe, expect, test } from 'vitest';
import { addonChange, settableEnv } from '../../../functions/api-throttling/cni/index.ts';
import type { JsonObject } from '../../../functions/api-throttling/cni/json.ts';
import { SCHEMA, SCHEMA_VALUE } from './schemas.ts';

/** With one valid value of ours, so that only `values` can be against the schema. */
function verdict(values: JsonObject, schema: unknown = SCHEMA_VALUE): string {
  const configuration = { text: '', format: 'json' as const, values };
  const change = addonChange(configuration, JSON.stringify(schema), { WARM_IP_TARGET: '2' });
  return change.ok ? 'valid' : change.why;
}

describe("the add-on's schema", () => {
  test('what EKS itself would take is valid', () => {
    const subnets = { 'eu-west-1a': { id: 'subnet-0a1b2c3d', securityGroups: ['sg-1'] } };
    expect(
      verdict({
        env: { AWS_VPC_K8S_CNI_LOGLEVEL: 'DEBUG', ENABLE_PREFIX_DELEGATION: 'true' },
        eniConfig: { create: true, subnets },
        affinity: null,
        livenessProbeTimeoutSeconds: 60,
        mode: 'strict',
        prefix: 'eni',
        tolerations: [{ operator: 'Exists' }],
      }),
    ).toBe('valid');
  });

  test.each<[string, JsonObject, string]>([
    [
      'a variable this version lacks',
      { env: { IP_COOLDOWN_PERIOD: '10' } },
      'env.IP_COOLDOWN_PERIOD is not allowed',
    ],
    ['a value that is no string', { env: { WARM_ENI_TARGET: 1 } }, 'env.WARM_ENI_TARGET: type'],
    ['a string that is no number', { env: { WARM_ENI_TARGET: 'one' } }, 'env.WARM_ENI_TARGET: format'],
    ['an unknown key', { image: 'x' }, 'image is not allowed'],
    ['a wrong word', { mode: 'lax' }, 'mode: enum'],
    ['a pattern', { prefix: 'ENI' }, 'prefix: pattern'],
    ['a bound', { livenessProbeTimeoutSeconds: 0 }, 'livenessProbeTimeoutSeconds: minimum'],
    ['a missing key', { eniConfig: { create: true } }, 'eniConfig: required'],
    ['an empty mapping', { eniConfig: { create: true, subnets: {} } }, 'eniConfig.subnets: minProperties'],
    ['an item', { tolerations: ['all'] }, 'tolerations[0]: type'],
    ['a type of several', { affinity: 'none' }, 'affinity: type'],
    ['a name every object has', { constructor: 'x' }, 'constructor is not allowed'],
  ])('%s is against it', (_, values, why) => {
    expect(verdict(values)).toContain(`against the add-on's schema: ${why}`);
  });

  test.each<[string, object]>([
    ['oneOf', { oneOf: [{ type: 'object' }] }],
    ['patternProperties', { patternProperties: { '^x': {} } }],
    ['a reference elsewhere', { $ref: 'other.json#/definitions/Env' }],
    ['a reference to nothing', { $ref: '#/definitions/Nothing' }],
    ['a reference to itself', { $ref: '#/definitions/VpcCni' }],
    ['a pattern that is none', { properties: { env: { properties: { WARM_IP_TARGET: { pattern: '(' } } } } }],
    [
      'a format of another kind',
      { properties: { env: { properties: { WARM_IP_TARGET: { format: 'ipv4' } } } } },
    ],
  ])('%s is not understood, and so nothing is sent', (_, root) => {
    const schema = { $ref: '#/definitions/VpcCni', definitions: { VpcCni: root } };
    expect(verdict({}, schema)).toContain('not understood');
  });

  test('what is not understood does not matter where there is no value for it', () => {
    expect(verdict({}, { properties: { image: { oneOf: [] } } })).toBe('valid');
  });

  test.each(['', 'null', '[]', 'true', '{'])('%j is no schema', (text) => {
    const configuration = { text: '', format: 'json' as const, values: {} };
    expect(addonChange(configuration, text, { A: '1' })).toEqual({
      ok: false,
      why: "the add-on's schema is no JSON object",
    });
    expect(settableEnv(text)).toEqual([]);
  });

  test('the variables that may be set are those it names, or any', () => {
    expect(settableEnv(SCHEMA)).toEqual(Object.keys(SCHEMA_VALUE.definitions.Env.properties));
    expect(settableEnv('{"properties":{"env":{"type":"object"}}}')).toBeNull();
    expect(settableEnv('{"properties":{"other":{}}}')).toEqual([]);
  });
});
