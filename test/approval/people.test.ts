import { describe, expect, test } from 'vitest';
import { readPeople } from '../../functions/approval/people.ts';
import { type ConfigSource, configSource } from '../../shared/config/source.ts';
import { PortError } from '../../shared/errors.ts';
import { setUpEndpoint } from './endpoint.ts';
import { APP, CHANNEL, slack, TEAM } from './fakes.ts';

const WITH_SLACK = `version: 1
slack:
  delivery: app
  team: ${TEAM}
  appId: ${APP}
  botToken: ${slack.signingSecretArn?.replace('signing', 'token')}
  signingSecret: ${slack.signingSecretArn}
routes: [{ match: {}, channels: [${CHANNEL}] }]
`;
const WITHOUT = 'version: 1\n';
const BAD = 'version: 99\n';

/** A config that reads as one text after the other; undefined: it cannot be read. */
function sourceOf(...texts: (string | undefined)[]): ConfigSource {
  const read = async () => {
    const text = texts.length > 1 ? texts.shift() : texts[0];
    if (text === undefined) throw new PortError('throttled', 'slow down', { operation: 'dynamodb:GetItem' });
    return { text, fileName: 'paramedic.yaml' };
  };
  return configSource({
    read,
    sections: {},
    clock: { now: () => 0, sleep: async () => undefined },
    maxAgeMs: 0,
  });
}

describe('who takes clicks', () => {
  test.each([
    ['cannot be read', undefined],
    ['is not valid', BAD],
  ])('a first config that %s is 503, not an address that does not exist', async (_, text) => {
    const source = sourceOf(text);
    const setup = await setUpEndpoint({ over: { people: () => readPeople(source) } });
    expect(await setup.answer(setup.click('approve'))).toBe(503);
    expect((await setup.current()).answer).toBeUndefined();
  });

  test('a config without Slack is 404', async () => {
    const source = sourceOf(WITHOUT);
    const setup = await setUpEndpoint({ over: { people: () => readPeople(source) } });
    expect(await setup.answer(setup.click('approve'))).toBe(404);
  });

  test('the last good config goes on taking clicks when a newer one cannot be read', async () => {
    const source = sourceOf(WITH_SLACK, undefined);
    await readPeople(source);
    const setup = await setUpEndpoint({ over: { people: () => readPeople(source) } });
    expect(await setup.answer(setup.click('approve'))).toBe(200);
    expect((await setup.current()).answer?.decision).toBe('approved');
  });
});
