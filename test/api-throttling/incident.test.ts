import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import { renderIncident } from '../../shared/notify/render.ts';
import { callBody, calls, delivered, found, setUp } from './support.ts';

describe('closing', () => {
  test('an incident closes by itself after 15 quiet minutes, and the same calls never open it again', async () => {
    const run = setUp();
    await run.world.clock.advance(10 * MINUTE_MS);
    const bodies = calls(run, 60);
    await delivered(run, bodies);
    await run.world.clock.advance(16 * MINUTE_MS);
    expect((await found(run))[0]?.status).toBe('open');
    await run.world.clock.advance(5 * MINUTE_MS);
    const [closed] = await found(run);
    expect(closed).toMatchObject({ status: 'closed', outcome: { kind: 'ignored' }, records: [] });
    expect(closed?.outcome?.summary).toContain('at most 60 throttled calls within 5 m 00 s');
    await delivered(run, bodies);
    expect((await found(run))[0]).toMatchObject({ status: 'closed', generation: 1 });
  });

  test('an incident of hours remembers its strongest window to the end', async () => {
    const run = setUp();
    await run.world.clock.advance(10 * MINUTE_MS);
    await delivered(run, calls(run, 90));
    for (let turn = 0; turn < 12; turn++) {
      await run.world.clock.advance(9 * MINUTE_MS);
      await delivered(
        run,
        calls(run, 10).map((body) => body.replace('event-', `event-${turn}-`)),
      );
    }
    await run.world.clock.advance(30 * MINUTE_MS);
    const [closed] = await found(run);
    expect(closed).toMatchObject({ status: 'closed', generation: 1 });
    expect((closed?.closedAt ?? 0) - (closed?.openedAt ?? 0)).toBeGreaterThan(100 * MINUTE_MS);
    expect(closed?.outcome?.summary).toContain('at most 90 throttled calls');
  });

  test('calls that come back after that open the next generation', async () => {
    const run = setUp();
    await run.world.clock.advance(10 * MINUTE_MS);
    await delivered(run, calls(run, 30));
    await run.world.clock.advance(25 * MINUTE_MS);
    const again = calls(run, 30).map((body) => body.replace('event-', 'event-again-'));
    await delivered(run, again);
    expect((await found(run))[0]).toMatchObject({ status: 'open', generation: 2 });
  });

  test('a burst that is heard of when it is over is told and closed', async () => {
    const run = setUp();
    await run.world.clock.advance(30 * MINUTE_MS);
    const at = run.world.clock.now() - 12 * MINUTE_MS;
    await delivered(
      run,
      Array.from({ length: 40 }, (_, index) => callBody({ id: `e${index}`, at })),
    );
    await run.world.clock.advance(15 * MINUTE_MS);
    expect((await found(run))[0]).toMatchObject({ status: 'closed', generation: 1 });
  });
});

describe('the finding', () => {
  test('tells the caller that fills the bucket from the one that only suffers, with the bucket and the shares', async () => {
    const run = setUp();
    await run.world.clock.advance(10 * MINUTE_MS);
    const api = 'CreateTags';
    await delivered(run, [
      ...calls(run, 96, { role: 'loud', api }),
      ...calls(run, 4, { role: 'quiet', api }),
    ]);
    const [incident] = await found(run);
    const text = JSON.stringify(incident?.plan?.findings);
    expect(incident?.subject.id).toBe('other-tool:loud');
    expect(text).toContain('Boto3 (role loud) fills the bucket of ec2:CreateTags');
    expect(text).toContain('documented burst 100, refill 10 a second');
    expect(text).toContain(
      '96 % of 100 throttled calls of ec2:CreateTags, these alone 3 % of what the bucket gives',
    );
    expect(text).toContain('suffer from it without causing it: Boto3 (role quiet) (4)');
  });
});

describe('an incident of the account', () => {
  test('names the account and region wherever a cluster would stand, never "-"', async () => {
    const run = setUp();
    await run.world.clock.advance(10 * MINUTE_MS);
    await delivered(run, calls(run, 30));
    const [incident] = await found(run);
    if (incident === undefined) throw new Error('no incident');
    const { subject, body } = renderIncident(incident, run.world.clock.now());
    expect(subject).toMatch(/^OPENED account 210987654321 in eu-west-1: AWS throttles/);
    expect(body).not.toMatch(/\B-\B: /);
    expect(body).toContain('Boto3 (tool) in account 210987654321 in eu-west-1');
  });
});
