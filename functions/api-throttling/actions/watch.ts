import type { ActionContext, ActionResult } from '../../../shared/actions/action.ts';
import { SECOND_MS } from '../../../shared/clock.ts';

const TICK_MS = 15 * SECOND_MS;

/** What one look found: an end, or how it stands. */
export type Look = { end: ActionResult } | { soFar: string };

/** Looks again and again until there is an end or the round is over; the memory of the step is kept. */
export async function watch(context: ActionContext, look: () => Promise<Look>): Promise<ActionResult> {
  const { clock } = context.ports;
  const roundEnds = clock.now() + context.roundMs - TICK_MS;
  for (;;) {
    const found = await look();
    if ('end' in found) return found.end;
    if (clock.now() >= roundEnds || (await context.hasNews())) {
      return { status: 'again', summary: found.soFar, memory: context.memory };
    }
    await clock.sleep(TICK_MS);
  }
}

export function failed(summary: string): ActionResult {
  return { status: 'failed', summary };
}

/** For `undo`, which says nothing but that it worked. */
export function assertBack({ status, summary, memory }: ActionResult): void {
  if (status === 'again') throw new Error(`not finished: ${summary}`);
  const undoing = memory?.['undoing'] as { isBack?: boolean } | undefined;
  if (undoing?.isBack !== true) throw new Error(summary);
}
