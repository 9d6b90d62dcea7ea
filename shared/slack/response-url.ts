import { SECOND_MS } from '../clock.ts';
import { PortError } from '../errors.ts';
import { post } from './http.ts';

const OPERATION = 'slack:response_url';
/** It stands between a click and its answer to Slack, which must come within three seconds. */
const TIMEOUT_MS = SECOND_MS;

/**
 * Shows a text to the person who clicked, and to nobody else. `responseUrl` came with a click: where it leads is for
 * the caller to check. Throws PortErrors that do not name it.
 */
export async function replyToClick(responseUrl: string, text: string): Promise<void> {
  const { status } = await post({
    operation: OPERATION,
    url: responseUrl,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text }),
    timeoutMs: TIMEOUT_MS,
  });
  if (status !== 200) {
    throw new PortError('transient', 'Slack said no', { operation: OPERATION, code: String(status) });
  }
}
