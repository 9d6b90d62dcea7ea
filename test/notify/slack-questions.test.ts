import { describe, expect, test } from 'vitest';
import { readChoice } from '../../shared/approval/choice.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import type { Incident, Question } from '../../shared/incident/incident.ts';
import { renderIncidentMessage } from '../../shared/notify/slack/incident.ts';
import { lintMessage } from '../../shared/notify/slack/lint.ts';
import type { IncidentView } from '../../shared/notify/slack/view.ts';
import type { SlackBlock } from '../../shared/ports/slack.ts';
import { buttonLabels, visibleLines } from '../slack/visible.ts';
import { type Played, playScene, viewOf } from './slack-incidents.ts';

const asked = await playScene('awaiting');

type Element = Record<string, unknown> & { options?: { value: string }[] };

function rendered({ incident, now }: Pick<Played, 'incident' | 'now'>, over: Partial<IncidentView> = {}) {
  return renderIncidentMessage(incident, { ...viewOf({ incident, now }), ...over });
}

function actions(blocks: readonly SlackBlock[]): Element[][] {
  return blocks.filter(({ type }) => type === 'actions').map(({ elements }) => elements as Element[]);
}

function withQuestion(change: (question: Question) => Question): Pick<Played, 'incident' | 'now'> {
  const [first, ...rest] = asked.incident.questions;
  if (first === undefined) throw new Error('nothing is asked');
  return { incident: { ...asked.incident, questions: [change(first), ...rest] }, now: asked.now };
}

describe('buttons', () => {
  test('carry the approval id and the choice, and nothing else', () => {
    const view = viewOf(asked);
    const [elements = []] = actions(rendered(asked).blocks);
    const id = view.approvals[asked.incident.questions[0]?.key ?? ''] ?? '';
    expect(elements.map((each) => each['action_id'])).toEqual(['approve', 'deny', 'snooze']);
    expect(readChoice('approve', String(elements[0]?.['value']))).toEqual({
      approvalId: id,
      choice: { do: 'approve' },
    });
    const snoozes = (elements[2]?.options ?? []).map(({ value }) => readChoice('snooze', value)?.choice);
    expect(snoozes).toEqual([15, 30, 60].map((minutes) => ({ do: 'snooze', forMs: minutes * MINUTE_MS })));
    const denials = (elements[1]?.options ?? []).map(({ value }) => readChoice('deny', value));
    expect(denials.map((each) => each?.choice.do)).toEqual(['deny', 'deny', 'deny', 'deny']);
    expect(denials.every((each) => each?.approvalId === id)).toBe(true);
  });

  test('get a new block id with each state, so that Slack forgets what was chosen before', () => {
    const idsOf = (incident: Incident) =>
      rendered({ incident, now: asked.now }).blocks.flatMap((block) => block.block_id ?? []);
    const before = idsOf(asked.incident);
    const after = idsOf({ ...asked.incident, revision: asked.incident.revision + 1 });
    expect(before).toHaveLength(3);
    expect(new Set([...before, ...after]).size).toBe(6);
  });

  test('stand beside the message and not in its bar, where a click would come from another container', () => {
    expect(rendered(asked).blocks.at(-1)?.type).toBe('context');
  });

  test('without an approval id the command line takes their place', () => {
    const message = rendered(asked, { approvals: {} });
    const key = asked.incident.questions[0]?.key;
    expect(buttonLabels(message.blocks)).toEqual([]);
    expect(visibleLines(message.blocks)).toContain(
      `To answer: paramedic approve ${asked.incident.id} --step ${key}`,
    );
  });

  test('vanish when the time is over, although nobody wrote that down yet', () => {
    const now = Math.max(...asked.incident.questions.map(({ expiresAt }) => expiresAt));
    expect(actions(rendered({ ...asked, now }).blocks)).toEqual([]);
  });
});

describe('approving asks again', () => {
  const confirmOf = (risk: 'low' | 'medium' | 'high', reversible: boolean) => {
    const risks = Object.fromEntries(
      asked.incident.questions.map(({ step }) => [step.action, { risk, reversible }]),
    );
    return actions(rendered(asked, { risks }).blocks)[0]?.[0]?.['confirm'];
  };

  test('before a step of high risk, or one that cannot be undone', () => {
    expect(JSON.stringify(confirmOf('high', true))).toContain('High risk.');
    expect(JSON.stringify(confirmOf('low', false))).toContain('This cannot be undone.');
    expect(confirmOf('medium', true)).toBeUndefined();
  });

  test('before a step nobody knows the risk of', () => {
    const [[approve] = []] = actions(rendered(asked, { risks: {} }).blocks);
    expect(approve).toHaveProperty('confirm');
  });
});

describe('answers', () => {
  test('take the place of their buttons, with who and when', () => {
    const answer = { decision: 'approved', by: 'slack:T0TEAM/U0ANA', at: asked.now } as const;
    const message = rendered(withQuestion((question) => ({ ...question, answer })));
    const lines = visibleLines(message.blocks);
    expect(lines).toContain('cordon approved by @U0ANA 14:01:02 UTC');
    expect(actions(message.blocks)).toHaveLength(2);
    expect(lines.join('\n')).not.toContain('Run cordon on');
    expect(lintMessage(message)).toEqual([]);
  });

  test('of several approvers, all are named; so is a principal of AWS, by role and session', () => {
    const arn = 'aws:arn:aws:sts::210987654321:assumed-role/operators/bo';
    const approvals = [
      { by: 'slack:T0TEAM/U0ANA', at: 1 },
      { by: arn, at: 2 },
    ];
    const answer = { decision: 'approved', by: arn, at: asked.now } as const;
    const message = rendered(withQuestion((question) => ({ ...question, approvals, answer })));
    expect(visibleLines(message.blocks)).toContain(
      'cordon approved by @U0ANA, assumed-role/operators/bo 14:01:02 UTC',
    );
  });

  test('that are not enough yet are counted beside the buttons', () => {
    const approvals = [{ by: 'slack:T0TEAM/U0ANA', at: asked.now }];
    const message = rendered(withQuestion((question) => ({ ...question, required: 2, approvals })));
    expect(visibleLines(message.blocks)).toContain('1 of 2 approvals: @U0ANA');
    expect(actions(message.blocks)).toHaveLength(3);
  });

  test('who put it off is told', () => {
    const snoozes = [{ by: 'slack:T0TEAM/U0BO', at: asked.now, until: asked.now + MINUTE_MS }];
    const message = rendered(withQuestion((question) => ({ ...question, snoozes })));
    expect(visibleLines(message.blocks)).toContain('put off by @U0BO at 14:01:02 UTC');
  });

  test.each(['slack:T0/<!channel>', 'slack:T0TEAM/U0ANA extra', 'U0ANA', '<@U0ANA>'])(
    '%j as a person mentions nobody',
    (by) => {
      const answer = { decision: 'denied', by, at: asked.now, reason: '`<!here>' } as const;
      const message = rendered(withQuestion((question) => ({ ...question, answer })));
      expect(JSON.stringify(message)).not.toMatch(/<@|<!(?!date)/);
    },
  );
});

test('more questions than fit with their buttons are counted, and where to find them', () => {
  const [first] = asked.incident.questions;
  if (first === undefined) throw new Error('nothing is asked');
  const questions = Array.from({ length: 7 }, (_, index) => ({ ...first, key: `key-${index}` }));
  const message = rendered({ incident: { ...asked.incident, questions }, now: asked.now });
  expect(actions(message.blocks)).toHaveLength(3);
  expect(visibleLines(message.blocks)).toContain(
    `4 more wait for an answer: paramedic why ${asked.incident.id}`,
  );
});
