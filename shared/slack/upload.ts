import { PortError } from '../errors.ts';
import type { SlackImage } from '../ports/slack.ts';
import { callMethod, type SlackAccess } from './call.ts';
import { isUnsure, kindOf } from './codes.ts';
import { post } from './http.ts';

const FILE_NAME = 'chart.png';
const POST_BYTES = 'slack:upload';

/** Three calls, each tried once: an image is a nicety, and completing is not safe to repeat. */
export async function uploadImage(access: SlackAccess, image: SlackImage): Promise<void> {
  const { png, title, altText, channel, threadTs } = image;
  const about = { filename: FILE_NAME, length: png.length, alt_txt: altText };
  const place = await callMethod(access, 'files.getUploadURLExternal', about, 'form');
  const url = uploadUrl(place['upload_url'], access.baseUrl);
  const file = place['file_id'];
  if (url === undefined || typeof file !== 'string') {
    throw new PortError('invalid', 'Slack gave no place to upload to', { operation: POST_BYTES });
  }
  await postBytes(url, png, access.timeoutMs);
  const files = [{ id: file, title }];
  const share = { files, channel_id: channel, thread_ts: threadTs };
  await callMethod(access, 'files.completeUploadExternal', share, 'form');
}

/** The URL is a secret of its own and goes into no failure. */
async function postBytes(url: string, png: Uint8Array, timeoutMs: number): Promise<void> {
  const headers = { 'content-type': 'application/octet-stream' };
  const body = new Uint8Array(png);
  const { status, retryAfterMs } = await post({ operation: POST_BYTES, url, headers, body, timeoutMs });
  if (status === 200) return;
  throw new PortError(kindOf(status, undefined), 'Slack did not take the image', {
    operation: POST_BYTES,
    code: String(status),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(isUnsure(status, undefined) && { mayHaveHappened: true }),
  });
}

/** Slack's own hosts over TLS, or the host we talk to anyway. */
function uploadUrl(text: unknown, baseUrl: string): string | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isSlack = url.protocol === 'https:' && /(^|\.)slack(-gov)?\.com$/.test(url.hostname);
  return isSlack || url.origin === new URL(baseUrl).origin ? url.href : undefined;
}
