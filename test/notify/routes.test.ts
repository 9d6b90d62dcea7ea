import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readHint } from '../../shared/notify/hint.ts';
import { channelsFor, routeOf } from '../../shared/notify/routes.ts';
import { incident } from '../support/facts.ts';
import { ROUTE, slackApp, slackWebhook } from '../support/slack.ts';

const routes = [
  { ...ROUTE, match: { severity: ['critical' as const] }, channels: ['C0PAGE'] },
  { ...ROUTE, match: { cluster: ['prod-*'], trouble: ['node-interruption'] }, channels: ['C0PROD'] },
  { ...ROUTE, match: { cluster: ['test'] }, channels: [] },
  { ...ROUTE, match: {}, channels: ['C0ALL', 'C0ALL', 'C0MORE'] },
];

function about(cluster: string, severity?: 'info' | 'critical', trouble = 'node-interruption') {
  const { cluster: where, ...rest } = incident({ trouble });
  const plan = { headline: '', findings: [], steps: [], reasons: [], expiresAt: 0 };
  const next = { do: 'wait', at: 0, why: '' } as const;
  const judged = severity === undefined ? {} : { plan: { ...plan, next, severity } };
  return { ...rest, cluster: { ...where, name: cluster }, ...judged };
}

describe('routes', () => {
  test('the first that matches decides, and everything in a match must hold', () => {
    const channels = (...of: Parameters<typeof about>) => routeOf({ routes }, about(...of))?.channels;
    expect(channels('prod-1', 'critical')).toEqual(['C0PAGE']);
    expect(channels('prod-1', 'info')).toEqual(['C0PROD']);
    expect(channels('prod-1')).toEqual(['C0PROD']);
    expect(channels('prod-1', 'info', 'api-throttling')).toEqual(['C0ALL', 'C0ALL', 'C0MORE']);
    expect(channels('prod', 'info')).toEqual(['C0ALL', 'C0ALL', 'C0MORE']);
    expect(channels('test')).toEqual([]);
  });

  test('an app tells each channel of the route once, a webhook its one channel, and off nobody', () => {
    const [last] = routes.slice(-1);
    const route = last ?? ROUTE;
    expect(channelsFor(slackApp(), route)).toEqual(['C0ALL', 'C0MORE']);
    expect(channelsFor(slackWebhook(), { ...route, channels: [] })).toEqual(['webhook']);
    expect(channelsFor(slackApp({}, { slack: { delivery: 'off' } }), route)).toEqual([]);
  });
});

function record(body: string, incidentId?: string) {
  const attribute = { dataType: 'String', stringValue: incidentId ?? '' };
  return { body, messageAttributes: incidentId === undefined ? {} : { incident: attribute } };
}

describe('hints', () => {
  test('the topic names its incident, the notifier itself channels, the sweep both', () => {
    const id = 'inc-0123456789abcdef';
    expect(readHint(record('Spot reclaims …', id))).toEqual({ kind: 'incidents', incidents: [id] });
    expect(readHint(record(JSON.stringify({ incidents: [id, 'x', 7] })))).toEqual({
      kind: 'incidents',
      incidents: [id],
    });
    expect(readHint(record('{"channel":"C0OPS","seen":7}'))).toEqual({
      kind: 'channel',
      channel: 'C0OPS',
      seen: 7,
    });
    expect(readHint(record('{"channel":"webhook"}'))).toEqual({ kind: 'channel', channel: 'webhook' });
  });

  test('anything else is nothing, and never throws', () => {
    for (const body of [
      '',
      'null',
      '[]',
      '7',
      '{"channel":"../x"}',
      '{"channel":7}',
      '{"incidents":[]}',
      '{',
    ]) {
      expect(readHint(record(body))).toEqual({ kind: 'nothing' });
    }
    expect(readHint(record('{}', 'inc-1'))).toEqual({ kind: 'nothing' });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(['nothing', 'channel', 'incidents']).toContain(readHint(record(body)).kind);
      }),
    );
  });
});
