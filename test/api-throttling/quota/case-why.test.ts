import { expect, test } from 'vitest';
import { explain } from '../../../cli/explain.ts';
import { MINUTE_MS } from '../../../shared/clock.ts';
import { renderIncident } from '../../../shared/notify/render.ts';
import { calls, delivered, found, type Run, setUp } from '../support.ts';

async function why(run: Run): Promise<string> {
  const [incident] = await found(run);
  return incident === undefined ? '' : explain(incident, [], (_, text) => text).join('\n');
}

test('a storm that only AWS Support can help against ends with the whole text in `paramedic why`, to the end', async () => {
  const run = setUp();
  await run.world.clock.advance(10 * MINUTE_MS);
  const api = 'CreateNetworkInterface';
  await delivered(
    run,
    ['a', 'b', 'c'].flatMap((role) => calls(run, 15, { role, api })),
  );
  const [incident] = await found(run);
  if (incident === undefined) throw new Error('no incident');
  const message = renderIncident(incident, run.world.clock.now()).body;
  expect(message).toContain(`the text for AWS Support, to copy: paramedic why ${incident.id}`);
  const [copied] = /--- copy from here ---\n.*--- to here ---/s.exec(await why(run)) ?? [];
  expect(copied).toContain('CreateNetworkInterface: 100|8');
  expect(copied).toContain('CreateNetworkInterface throttled, at least: 45 (CloudTrail at');
  expect(copied).toContain('CreateNetworkInterface by Boto3 (role a): 33 % of them');
  await run.world.clock.advance(60 * MINUTE_MS);
  expect((await found(run))[0]?.status).toBe('closed');
  expect(await why(run)).toContain('CreateNetworkInterface: 100|8');
});
