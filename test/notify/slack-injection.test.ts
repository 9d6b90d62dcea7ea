import { fc } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import type { Incident } from '../../shared/incident/incident.ts';
import { renderDigest, renderMissed, renderStorm } from '../../shared/notify/slack/boards.ts';
import { renderIncidentMessage } from '../../shared/notify/slack/incident.ts';
import { lintMessage } from '../../shared/notify/slack/lint.ts';
import { renderStepLog } from '../../shared/notify/slack/step-log.ts';
import type { SlackMessage } from '../../shared/ports/slack.ts';
import { buttonLabels, visibleLines } from '../slack/visible.ts';
import { anyText, HOSTILE, outsideCode, poisoned, strangers, textsOf } from './slack-hostile.ts';
import { type Played, playScene, viewOf } from './slack-incidents.ts';

const SCENES = ['awaiting', 'acting', 'mitigated', 'denied'] as const;
const awaiting = await playScene('awaiting');
const played: Readonly<Record<(typeof SCENES)[number], Played>> = {
  awaiting,
  acting: await playScene('acting'),
  mitigated: await playScene('mitigated'),
  denied: await playScene('denied'),
};
const BUTTONS = ['Approve', 'Deny …', 'Snooze …'];
const ICONS = /^(\S+)/u;
/** Invisible or able to move other text; the line break between our own lines is none. */
const INVISIBLE = /[\p{Cf}\u2028\u2029]|(?!\n)\p{Cc}/u;

/** Everything a message about it could be. */
function messagesAbout({ incident, now, history }: Played, text: string): SlackMessage[] {
  const about = poisoned(incident, text);
  const view = { ...viewOf({ incident: about, now }), modeRule: text, configHash: text };
  const period = { from: now - 1, until: now, incidents: [about, about] };
  const entries = history.map((entry) => ({ ...entry, kind: text, text, by: text }));
  return [
    renderIncidentMessage(about, view),
    renderIncidentMessage(about, { ...view, approvals: {} }),
    renderStorm({ cluster: text, cause: text, since: now, incidents: [about], paused: text }, view),
    renderDigest(period, view),
    renderMissed(period, view),
    ...renderStepLog(entries),
  ];
}

function assertInert(message: SlackMessage): void {
  expect(lintMessage(message)).toEqual([]);
  expect(strangers(message)).toEqual([]);
  expect(textsOf(message).filter(({ text }) => INVISIBLE.test(text))).toEqual([]);
}

describe('T44: text written by others', () => {
  test.each(Object.entries(HOSTILE))('%s is inert in every message', (_name, text) => {
    for (const each of Object.values(played)) {
      for (const message of messagesAbout(each, text)) {
        assertInert(message);
        expect(outsideCode(message)).not.toContain('EVIL');
      }
    }
  });

  test('a node named like a mention or a link is shown by exactly that name', () => {
    for (const name of ['<!channel>', '<https://evil.example|console>', '&lt;', '*x*']) {
      const [message] = messagesAbout(awaiting, name);
      const lines = visibleLines(message?.blocks ?? []);
      expect(lines[0]?.replace(ICONS, '')).toBe(` HIGH · answer needed · ${name} · ${name}`);
      expect(lines.join('\n')).toContain(`1. asks first: ${name}: ${name}`);
    }
  });

  test('4,000 characters are cut and never cost the question or its buttons', () => {
    const [message] = messagesAbout(awaiting, 'x'.repeat(4_000));
    const { blocks = [] } = message ?? {};
    expect(buttonLabels(blocks)).toEqual([...BUTTONS, ...BUTTONS, ...BUTTONS]);
    expect(visibleLines(blocks)[0]).toMatch(/x…$/);
  });

  test('any text in any place is inert, within every limit', async () => {
    await fc.assert(
      fc.property(anyText, fc.constantFrom(...SCENES), (text, scene) => {
        for (const message of messagesAbout(played[scene], text)) assertInert(message);
      }),
      { numRuns: 80 },
    );
  });
});

describe('size', () => {
  const times = <T>(list: readonly T[], count: number): T[] =>
    Array.from({ length: count }, () => list).flat();

  /** Far more of everything than ever happens, with distinct keys. */
  function swollen({ incident }: Played, text: string, count: number): Incident {
    const { plan, records, questions, verdicts = [], ...rest } = poisoned(incident, text);
    const keyed = <T extends { key: string }>(list: readonly T[]) =>
      times(list, count).map((each, index) => ({ ...each, key: `${index}-${each.key}` }));
    const findings = times(plan?.findings ?? [], count);
    const steps = times(plan?.steps ?? [], count);
    const approvals = times([{ by: text, at: 1 }], count);
    return {
      ...rest,
      ...(plan !== undefined && { plan: { ...plan, findings, steps, reasons: times([text], count) } }),
      records: keyed(records),
      verdicts: keyed(verdicts),
      questions: keyed(questions).map((each) => ({ ...each, approvals, required: 2 })),
    };
  }

  test('however much there is to tell, Slack takes the message, and the buttons are in it', async () => {
    await fc.assert(
      fc.property(anyText, fc.constantFrom(...SCENES), fc.nat(40), (text, scene, count) => {
        const about = swollen(played[scene], text, count);
        const message = renderIncidentMessage(about, viewOf({ incident: about, now: played[scene].now }));
        assertInert(message);
        const isAsked = scene === 'awaiting' && count > 0;
        expect(buttonLabels(message.blocks)).toEqual(isAsked ? [...BUTTONS, ...BUTTONS, ...BUTTONS] : []);
      }),
      { numRuns: 80 },
    );
  });

  test('evidence goes first, then the steps, then fields', () => {
    const sizes = [1, 4, 12].map((count) => {
      const about = swollen(awaiting, 'x'.repeat(250), count);
      const { blocks } = renderIncidentMessage(about, viewOf({ incident: about, now: awaiting.now }));
      const lines = visibleLines(blocks);
      return {
        evidence: lines.some((line) => line.startsWith(' • ')),
        steps: lines.some((line) => line.includes('asks first')),
        fields: blocks.some((block) => 'fields' in block),
      };
    });
    expect(sizes[0]).toEqual({ evidence: true, steps: true, fields: true });
    for (const { evidence, steps, fields } of sizes) {
      expect(steps || !evidence).toBe(true);
      expect(fields || !steps).toBe(true);
    }
    expect(sizes.some(({ evidence, fields }) => !evidence && fields)).toBe(true);
  });

  test('a storm of 500 and a log of 1,000 lines are as bounded as one incident', () => {
    const incidents = times([poisoned(awaiting.incident, HOSTILE.long)], 500);
    const view = viewOf(awaiting);
    assertInert(renderStorm({ cluster: 'prod', cause: 'spot', since: 0, incidents }, view));
    const log = renderStepLog(times([{ at: 0, kind: 'done', text: '"'.repeat(4_000) }], 1_000));
    expect(log.length).toBeLessThanOrEqual(5);
    log.forEach(assertInert);
    expect(visibleLines(log[0]?.blocks ?? [])[0]).toMatch(/^\d+ earlier lines stand in the ledger only/);
  });
});
