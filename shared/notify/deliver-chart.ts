import { redact } from '../aws/redact.ts';
import { describeFailure } from '../errors.ts';
import type { Chart } from '../incident/chart.ts';
import type { Incident } from '../incident/incident.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import type { Delivery } from './delivery.ts';
import type { ChartMoment, Message } from './outbox.ts';
import { clean } from './slack/text.ts';

/** One chart for one thread. */
export interface Picture {
  incidentId: string;
  cluster: ClusterRef;
  threadTs: string;
  chart: Chart;
}

const MAX_PICTURES = 2;
const MAX_TITLE = 150;
const MAX_ALT_TEXT = 900;

/** Whether it is time for pictures in the thread of a message that was told just now. */
export function chartMoment(
  { people, sender }: Pick<Delivery, 'people' | 'sender'>,
  { ts, charted = [] }: Pick<Message, 'ts' | 'charted'>,
  { plan, status, records }: Incident,
): ChartMoment | undefined {
  const isAsked = people.slack.charts === true && sender.hasEdits && ts !== undefined;
  if (!isAsked || (plan?.charts ?? []).length === 0) return undefined;
  const isChanged = records.some(({ state }) => state === 'done');
  const moment = status === 'closed' && isChanged ? 'closed' : 'opened';
  return charted.includes(moment) || charted.includes('closed') ? undefined : moment;
}

export function picturesOf({ ts }: Pick<Message, 'ts'>, { id, cluster, plan }: Incident): Picture[] {
  if (ts === undefined) return [];
  return (plan?.charts ?? [])
    .slice(0, MAX_PICTURES)
    .map((chart) => ({ incidentId: id, cluster, threadTs: ts, chart }));
}

/**
 * Draws and shows the next picture; false: there is none. Best effort: tried once, and whatever goes wrong is said in
 * the log and costs nothing but the picture.
 */
export async function tellPicture(delivery: Delivery): Promise<boolean> {
  const picture = delivery.pictures.shift();
  if (picture === undefined) return false;
  const { charts, metrics, log } = delivery.environment;
  const { incidentId, cluster, threadTs, chart } = picture;
  try {
    const png = await charts.draw(chart, cluster);
    if (!delivery.isOnTime()) {
      delivery.pictures.unshift(picture);
      return true;
    }
    const words = { title: wordsOf(chart.title, MAX_TITLE), altText: wordsOf(chart.altText, MAX_ALT_TEXT) };
    await delivery.sender.upload({ png, ...words }, threadTs);
    metrics.count('Charts', { result: 'drawn' });
  } catch (error) {
    metrics.count('Charts', { result: 'failed' });
    log.warn('chart not shown', { id: incidentId, why: describeFailure(error) });
  }
  return true;
}

/** There was no time for these, and nobody comes back for them. */
export function leaveOut({ pictures, environment: { metrics, log } }: Delivery): void {
  if (pictures.length === 0) return;
  metrics.count('Charts', { result: 'left-out' }, pictures.length);
  log.warn('no time for charts', { count: pictures.length });
}

function wordsOf(text: string, max: number): string {
  return clean(redact(text)).slice(0, max);
}
