import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CniEnv, parseVersion, readSettings } from '../../../functions/api-throttling/cni/index.ts';
import { DEFAULTS } from './fixtures.ts';

function read(env: Record<string, string>, version = 'v1.19.4-eksbuild.1') {
  const main = Object.entries(env).map(([name, value]) => ({ name, value }));
  return readSettings({ main, init: [], version });
}

describe('the settings of aws-node', () => {
  test('nothing set: the defaults of the version', () => {
    expect(read({})).toEqual({
      settings: DEFAULTS,
      version: [1, 19, 4],
      problems: [],
      unknown: [],
      unread: [],
    });
  });

  test.each([
    ['1.17.1', false],
    ['1.18.0', true],
  ])('in %s subnet discovery is %s when nothing is said', (version, expected) => {
    expect(read({}, version).settings?.subnetDiscovery).toBe(expected);
  });

  test.each([
    ['ENABLE_PREFIX_DELEGATION', 'true', '1.8.0', { prefixDelegation: false }],
    ['MINIMUM_IP_TARGET', '12', '1.5.7', { minimumIpTarget: 0 }],
    ['IP_COOLDOWN_PERIOD', '10', '1.14.1', { ipCooldownSeconds: 30 }],
    ['CLUSTER_ENDPOINT', 'https://example', '1.12.0', { clusterEndpoint: '' }],
    ['ENABLE_IMDS_ONLY_MODE', 'true', '1.19.5', { provisioning: true }],
  ])('%s=%s counts for nothing in %s, and that is said', (name, value, version, expected) => {
    const { settings, unread } = read({ [name]: value }, version);
    expect(settings).toMatchObject(expected);
    expect(unread).toEqual([name]);
  });

  test('what is set counts, and values that ipamd takes are taken', () => {
    const { settings, problems } = read({
      WARM_ENI_TARGET: '2',
      WARM_IP_TARGET: '5',
      MINIMUM_IP_TARGET: '18',
      MAX_ENI: '4',
      IP_COOLDOWN_PERIOD: '0',
      ENABLE_PREFIX_DELEGATION: 'True',
      ENABLE_POD_ENI: '1',
      ENABLE_SUBNET_DISCOVERY: 'f',
    });
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({
      warmEniTarget: 2,
      warmIpTarget: 5,
      minimumIpTarget: 18,
      maxEni: 4,
      ipCooldownSeconds: 0,
      prefixDelegation: true,
      podEni: true,
      subnetDiscovery: false,
    });
  });

  test.each([
    ['WARM_IP_TARGET', 'two'],
    ['WARM_IP_TARGET', ''],
    ['WARM_ENI_TARGET', '-1'],
    ['MINIMUM_IP_TARGET', '1e3'],
    ['MINIMUM_IP_TARGET', '٣'],
    ['IP_COOLDOWN_PERIOD', '30s'],
    ['ENABLE_PREFIX_DELEGATION', 'yes'],
  ])('%s=%j is named, not guessed', (name, value) => {
    const { settings, problems } = read({ [name]: value });
    expect(settings).toBeNull();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(name);
  });

  test.each([
    [
      'given twice',
      [
        { name: 'WARM_IP_TARGET', value: '1' },
        { name: 'WARM_IP_TARGET', value: '2' },
      ],
    ],
    ['valueFrom', [{ name: 'WARM_IP_TARGET', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }]],
  ])('a target that is %s cannot be read', (why, main) => {
    const { settings, problems } = readSettings({ main, init: [], version: '1.19.4' });
    expect(settings).toBeNull();
    expect(problems[0]).toContain(why);
  });

  test('names we do not know are listed, of both containers, and nothing else is made of them', () => {
    const env: CniEnv = {
      main: [{ name: 'WARM_IP_TARGTE', value: '3' }],
      init: [
        { name: 'DISABLE_TCP_EARLY_DEMUX', value: 'true' },
        { name: 'OUR_OWN', value: 'x' },
      ],
      version: '1.19.4',
    };
    expect(readSettings(env)).toMatchObject({ settings: DEFAULTS, unknown: ['OUR_OWN', 'WARM_IP_TARGTE'] });
  });

  test.each([
    ['v1.19.4-eksbuild.1', [1, 19, 4]],
    ['1.23.1', [1, 23, 1]],
    ['latest', null],
    ['', null],
    ['1.19', null],
  ])('version %j is %j', (text, expected) => {
    expect(parseVersion(text)).toEqual(expected);
  });

  test('without a version there are no settings: defaults depend on it', () => {
    expect(read({}, 'latest').settings).toBeNull();
  });

  test('any variables give settings or named problems, in bounded text', () => {
    const name = fc.oneof(fc.constantFrom('WARM_IP_TARGET', 'MAX_ENI', 'ENABLE_IPv6'), fc.string());
    const entry = fc.record({ name, value: fc.oneof(fc.string(), fc.string({ minLength: 500 })) });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), fc.string(), (main, version) => {
        for (const given of [version, '1.19.4']) {
          const { settings, problems } = readSettings({ main, init: [], version: given });
          expect(settings === null).toBe(problems.length > 0);
          for (const problem of problems) expect(problem.length).toBeLessThan(400);
        }
      }),
    );
  });
});
