import { afterEach } from 'vitest';
import { slackApi } from '../../shared/slack/api.ts';
import { type FakeOptions, type FakeSlack, fakeSlack } from './fake-slack.ts';

/** Must never come back out of the adapter. */
export const TOKEN = 'xoxb-canary-2718281828-TOKEN';
export const ARN = 'arn:aws:secretsmanager:eu-west-1:210987654321:secret:paramedic/slack-AbCdEf';
export const CHANNEL = 'C0INCIDENTS';
/** Stands in the body of a message. */
export const CANARY = 'body-canary-31415926';

export const MESSAGE = {
  text: `HIGH in prod: ${CANARY}.`,
  blocks: [
    { type: 'header', text: { type: 'plain_text', text: `HIGH ${CANARY}` } },
    { type: 'context', elements: [{ type: 'plain_text', text: 'seen 1×' }] },
  ],
};

export const holding = (value: string) => ({ read: async () => ({ current: value }) });

const open: FakeSlack[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((slack) => slack.close()));
});

/** A fake Slack that the test closes at its end. */
export async function startFake(options: Partial<FakeOptions> = {}): Promise<FakeSlack> {
  const fake = await fakeSlack({ token: TOKEN, ...options });
  open.push(fake);
  return fake;
}

/** The real adapter in front of it. */
export async function slackWith(options: Partial<FakeOptions> = {}, timeoutMs = 300) {
  const fake = await startFake(options);
  const secrets = holding(TOKEN);
  return { fake, slack: slackApi({ secrets, botTokenArn: ARN, baseUrl: fake.url, timeoutMs }) };
}
