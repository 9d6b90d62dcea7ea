import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { renderDigest, renderMissed, renderStorm } from '../../shared/notify/slack/boards.ts';
import { lintMessage } from '../../shared/notify/slack/lint.ts';
import { renderStepLog } from '../../shared/notify/slack/step-log.ts';
import type { View } from '../../shared/notify/slack/view.ts';
import type { SlackMessage } from '../../shared/ports/slack.ts';
import { visibleLines } from '../slack/visible.ts';
import { playScene } from './slack-incidents.ts';

const observing = await playScene('observing');
const awaiting = await playScene('awaiting');
const approved = await playScene('approved');
const escalated = await playScene('escalated');

const START = Date.parse('2026-11-03T14:01:00Z');
const view: View = {
  now: awaiting.now,
  timezone: 'Europe/Berlin',
  consoleUrl: 'https://console.example.com',
};

const many = (incident: Incident, count: number): Incident[] =>
  Array.from({ length: count }, (_, index) => ({ ...incident, id: `inc-${index}` }));

function linesOf(message: SlackMessage): string[] {
  expect(lintMessage(message)).toEqual([]);
  return visibleLines(message.blocks);
}

describe('a storm', () => {
  const storm = { cluster: 'prod', cause: 'Spot interruptions', since: START, paused: 'replacements' };

  test('is one message with counts, the ten that matter most, and what is held back', () => {
    const incidents = [...many(approved.incident, 40), awaiting.incident, escalated.incident];
    const message = renderStorm({ ...storm, incidents }, view);
    const lines = linesOf(message);
    expect(lines[0]).toBe('🌊 CRITICAL · answer needed · prod · 42 incidents: Spot interruptions');
    expect(lines[1]).toBe('Many at once, first 2026-11-03 14:01:00 UTC.');
    expect(lines).toContain('Held back: replacements');
    expect(lines).toContain('✅ Fixed and verified: 40');
    expect(lines).toContain('🟠 Waiting for approval: 1');
    const top = lines.slice(lines.indexOf('Most important first') + 1, -2);
    expect(top[0]).toContain('📟 Needs a person · prod');
    expect(top[1]).toContain('🟠 Waiting for approval · prod');
    expect(top).toHaveLength(11);
    expect(top.at(-1)).toBe('… and 32 more');
    expect(message.text).toMatch(
      /^CRITICAL in prod, answer needed: 42 incidents: .*, going on since 15:01 CET\.$/,
    );
  });

  test('that is over says since when', () => {
    const ended = { ...storm, incidents: many(approved.incident, 4), endedAt: START + MINUTE_MS };
    const lines = linesOf(renderStorm(ended, view));
    expect(lines[0]).toBe('✅ HIGH · no action needed · prod · 4 incidents: Spot interruptions');
    expect(lines[1]).toBe('Over since 14:02:00 UTC, first 2026-11-03 14:01:00 UTC.');
  });
});

describe('told together', () => {
  const period = { from: START, until: START + 60 * MINUTE_MS };

  test('what was only observed says that nothing was changed', () => {
    const message = renderDigest({ ...period, incidents: many(observing.incident, 2) }, view);
    const lines = linesOf(message);
    expect(lines[0]).toBe('👁 INFO · no action needed · 2 incidents observed only');
    expect(lines).toContain('👁 Observed only: 2');
    expect(message.text).toContain('between 15:01 CET and 16:01 CET; nothing was changed.');
  });

  test('what was missed says how it stands now, and who is needed', () => {
    const incidents = [approved.incident, escalated.incident];
    const message = renderMissed({ ...period, incidents }, view);
    const lines = linesOf(message);
    expect(lines[0]).toBe('📬 CRITICAL · person needed · 2 incidents not told in time');
    expect(lines[1]).toContain('Slack could not be reached from 2026-11-03 14:01:00 UTC to');
    expect(lines.join('\n')).toMatch(/📟 Needs a person · prod · Spot reclaims node .* \(inc-[0-9a-f]{16}\)/);
  });

  test('nothing at all is still a message Slack takes', () => {
    for (const render of [renderDigest, renderMissed]) linesOf(render({ ...period, incidents: [] }, view));
    linesOf(renderStorm({ cluster: '', cause: '', since: 0, incidents: [] }, { ...view, consoleUrl: '' }));
  });
});

describe('the step log', () => {
  test('tells who did what and when, in order, in one reply', () => {
    const replies = renderStepLog(approved.history);
    expect(replies).toHaveLength(1);
    const lines = replies.flatMap(linesOf);
    expect(lines).toHaveLength(approved.history.length);
    expect(lines).toContain('14:01:02 UTC answer drain approved: not now by @U0ANA');
    expect(lines.at(-1)).toMatch(/^14:01:18 UTC closed fixed: 4 of 4 pods Ready elsewhere/);
    expect(replies[0]?.text).toMatch(/^signal: spot-interruption.*, and \d+ more lines\.$/);
  });

  test('nothing new is no reply', () => {
    expect(renderStepLog([])).toEqual([]);
  });

  test('a stretch too long for one reply goes on in the next, and no line is told twice', () => {
    const entries = Array.from({ length: 40 }, (_, index) => ({
      at: START,
      kind: 'done',
      text: `line-${index}-`,
    }));
    const lines = renderStepLog(entries).flatMap(linesOf);
    expect(lines.map((line) => /line-\d+-/.exec(line)?.[0])).toEqual(entries.map(({ text }) => text));
  });
});
