import { describe, expect, test } from 'vitest';
import { failureKind } from '../../shared/errors.ts';
import { slackApi } from '../../shared/slack/api.ts';
import { ARN, CHANNEL, MESSAGE, slackWith, TOKEN } from './setup.ts';

const here = { channel: CHANNEL };

describe('posting and editing', () => {
  test('a message is posted, edited in place and answered in its thread', async () => {
    const { fake, slack } = await slackWith();
    const { ts } = await slack.post({ ...MESSAGE, ...here });
    await slack.post({ ...MESSAGE, ...here, threadTs: ts });
    const header = { type: 'header', text: { type: 'plain_text', text: 'FIXED' } };
    await slack.update({ text: 'Fixed.', blocks: [header], ...here, ts });
    expect(fake.workspace.seen(CHANNEL)).toEqual([['FIXED']]);
    expect(fake.workspace.seen(CHANNEL, ts)).toHaveLength(1);
    expect(fake.requests[0]?.args).toMatchObject({ unfurl_links: false, unfurl_media: false });
  });

  test('the bar stands beside the last block alone, and goes with an edit that has none', async () => {
    const { fake, slack } = await slackWith();
    const { ts } = await slack.post({ ...MESSAGE, ...here, colour: '#c62828' });
    const [before] = fake.workspace.messages;
    expect(before?.blocks.map(({ type }) => type)).toEqual(['header']);
    expect(before?.attachments).toMatchObject([{ color: '#c62828', blocks: [{ type: 'context' }] }]);
    await slack.update({ ...MESSAGE, ...here, ts });
    const [after] = fake.workspace.messages;
    expect(after?.blocks.map(({ type }) => type)).toEqual(['header', 'context']);
    expect(after?.attachments).toEqual([]);
  });

  test('the token is read at each call, so that a new one counts without a new adapter', async () => {
    const { fake } = await slackWith();
    let token = 'xoxb-old';
    const secrets = { read: async () => ({ current: token }) };
    const slack = slackApi({ secrets, botTokenArn: ARN, baseUrl: fake.url });
    expect(await slack.post({ ...MESSAGE, ...here }).catch(failureKind)).toBe('unauthorised');
    token = TOKEN;
    expect(await slack.post({ ...MESSAGE, ...here })).toHaveProperty('ts');
  });
});

test('a connection serves one call, so that none that died meanwhile leaves a post in doubt', async () => {
  const { fake, slack } = await slackWith();
  await slack.post({ ...MESSAGE, ...here });
  await slack.post({ ...MESSAGE, ...here });
  expect(fake.connections()).toBe(2);
});

describe('user groups and images', () => {
  test('gives the members of a user group, and that there is none', async () => {
    const { fake, slack } = await slackWith();
    fake.workspace.groups.set('S0ONCALL', ['U1', 'U2']);
    expect(await slack.groupMembers('S0ONCALL')).toEqual(['U1', 'U2']);
    expect(await slack.groupMembers('S0OTHER').catch(failureKind)).toBe('not-found');
  });

  const image = { channel: CHANNEL, threadTs: '1.000001', title: 'CPU & more', altText: 'CPU over an hour' };
  const png = Uint8Array.from([137, 80, 78, 71]);

  test('an image arrives byte by byte in its thread, with its description', async () => {
    const { fake, slack } = await slackWith();
    await slack.uploadImage({ ...image, png });
    const { bytes, ...file } = fake.workspace.files[0] ?? {};
    expect([...(bytes ?? [])]).toEqual([...png]);
    expect(file).toMatchObject({ channel: CHANNEL, threadTs: '1.000001', title: 'CPU & more' });
    expect(file).toMatchObject({ altText: 'CPU over an hour' });
    const upload = fake.requests.find(({ method }) => method === 'upload');
    expect(upload?.authorization).toBeUndefined();
  });

  test('bytes go to Slack and to no other place an answer names', async () => {
    const { fake, slack } = await slackWith();
    const elsewhere = { error: '', ok: true, upload_url: 'http://198.51.100.7/x', file_id: 'F0' };
    fake.next('files.getUploadURLExternal', elsewhere);
    expect(await slack.uploadImage({ ...image, png }).catch(failureKind)).toBe('invalid');
    expect(fake.requests.map(({ method }) => method)).toEqual(['files.getUploadURLExternal']);
  });

  test('completing an upload is not tried twice', async () => {
    const { fake, slack } = await slackWith();
    fake.next('files.completeUploadExternal', 'accepted-then-500');
    const failed = await slack.uploadImage({ ...image, png }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ kind: 'transient', mayHaveHappened: true });
    expect(fake.requests).toHaveLength(3);
  });
});

test('a token that cannot be read is a failure of the secret, and nothing is sent', async () => {
  const { fake } = await slackWith();
  const secrets = { read: () => Promise.reject(new Error('no secret')) };
  const slack = slackApi({ secrets, botTokenArn: ARN, baseUrl: fake.url });
  await expect(slack.post({ ...MESSAGE, ...here })).rejects.toThrow('no secret');
  expect(fake.requests).toEqual([]);
});
