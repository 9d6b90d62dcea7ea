import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { slackApi } from '../../shared/slack/api.ts';
import { ARN, CHANNEL, holding, MESSAGE, startFake } from './setup.ts';

test.each(['xoxb-canary\nx-other: 1', 'xoxb-“canary”', 'xoxb canary', ''])(
  'a secret that no header can hold (%j) is sent nowhere, and what was to be posted was not',
  async (value) => {
    const fake = await startFake();
    const slack = slackApi({ secrets: holding(value), botTokenArn: ARN, baseUrl: fake.url });
    const failure = await slack.post({ ...MESSAGE, channel: CHANNEL }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'unauthorised', mayHaveHappened: false });
    expect(String(failure)).toContain('the secret holds no bot token');
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain('xoxb');
    expect(fake.requests).toEqual([]);
  },
);
