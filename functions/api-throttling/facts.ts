import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { type Fact, readFact } from '../../shared/fact.ts';
import type { GatherInput } from '../../shared/pipeline/trouble.ts';
import { LOOK_BACK_MS } from './news.ts';
import type { ApiThrottlingPolicy } from './policy.ts';
import { readRows } from './rows.ts';
import type { RateRow } from './window.ts';

/** Everything the playbook may know; plain JSON, each part with its source and time. */
export interface ApiThrottlingFacts {
  /** Throttled calls of the account and region, all callers, by minute. */
  rows: Fact<RateRow[]>;
}

/** Rows are read back to where the trouble began, if that is not longer ago. */
const MAX_BACK_MS = HOUR_MS;

/** Reads the ledger alone: what is being throttled must not be asked more. */
export async function gather({
  ports,
  incident,
  policy,
}: GatherInput<ApiThrottlingPolicy>): Promise<ApiThrottlingFacts> {
  const now = ports.clock.now();
  const { account, region } = incident.cluster;
  const needed = now - policy.rate.quietFor - policy.rate.window - 2 * MINUTE_MS;
  const from = Math.min(needed, Math.max(now - MAX_BACK_MS, incident.openedAt - LOOK_BACK_MS));
  const rows = await readFact('CloudTrail, counted in the ledger', now, () =>
    readRows(ports.table, { account, region }, from, now + 5 * MINUTE_MS),
  );
  return { rows };
}
