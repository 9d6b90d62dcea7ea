import { beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../shared/incident/plan.ts';
import { renderIncidentMessage } from '../../shared/notify/slack/incident.ts';
import { lintMessage } from '../../shared/notify/slack/lint.ts';
import { type State, stateOf } from '../../shared/notify/slack/state.ts';
import type { IncidentView } from '../../shared/notify/slack/view.ts';
import { buttonLabels, visibleLines } from '../slack/visible.ts';
import { type Played, playScene, SCENE_NAMES, type Scene, viewOf } from './slack-incidents.ts';

const NODE = 'ip-10-1-0-0.eu-west-1.compute.internal';
const scenes = new Map<Scene, Played>();
beforeAll(async () => {
  for (const name of SCENE_NAMES) scenes.set(name, await playScene(name));
});

function sceneOf(name: Scene): Played {
  const scene = scenes.get(name);
  if (scene === undefined) throw new Error(`${name} was not played`);
  return scene;
}

function rendered(name: Scene, over: Partial<IncidentView> = {}) {
  const scene = sceneOf(name);
  const message = renderIncidentMessage(scene.incident, { ...viewOf(scene), ...over });
  const lines = visibleLines(message.blocks);
  return { message, lines, all: lines.join('\n'), labels: buttonLabels(message.blocks) };
}

const EXPECTED: Readonly<Record<Scene, { state: State; first: string; level: string }>> = {
  opened: { state: 'opened', first: '🔵 INFO · no action needed', level: 'Opened 14:01:00 UTC.' },
  observing: { state: 'observing', first: '👁 HIGH · no action needed', level: 'Observed only' },
  awaiting: { state: 'awaiting', first: '🟠 HIGH · answer needed', level: 'Waiting for approval: cordon' },
  acting: { state: 'acting', first: '🔧 HIGH · no action needed', level: 'Acting: drain since' },
  fixed: { state: 'fixed', first: '✅ HIGH · no action needed', level: 'Fixed and verified' },
  approved: { state: 'fixed', first: '✅ HIGH · no action needed', level: 'Fixed and verified' },
  mitigated: { state: 'mitigated', first: '🟡 HIGH · no action needed', level: 'Mitigated, not fully' },
  undone: { state: 'undone', first: '↩️ WARNING · no action needed', level: 'Undone 15:01:00 UTC' },
  denied: { state: 'denied', first: '⛔ HIGH · no action needed', level: 'Denied 14:01:02 UTC' },
  expired: { state: 'expired', first: '⛔ HIGH · person needed', level: 'Expired without an answer' },
  escalated: { state: 'escalated', first: '📟 CRITICAL · person needed', level: 'Needs a person' },
  refused: { state: 'refused', first: '🚫 HIGH · no action needed', level: 'Refused by a guard' },
  ignored: { state: 'ignored', first: '🔕 INFO · no action needed', level: 'Nothing to do' },
};

describe('a message in every state', () => {
  test.each(SCENE_NAMES)('%s: icon, how bad, who is needed, where and what stand first', (name) => {
    const { incident, now } = sceneOf(name);
    const { lines, message } = rendered(name);
    const { state, first, level } = EXPECTED[name];
    expect(stateOf(incident, now)).toBe(state);
    expect(lines[0]?.startsWith(`${first} · prod · `)).toBe(true);
    expect(lines[1]?.startsWith(level)).toBe(true);
    expect(message.text).toMatch(
      /^(INFO|WARNING|HIGH|CRITICAL) in prod, (no action|answer|person) needed: .*\.$/,
    );
  });

  test.each(SCENE_NAMES)(
    '%s: Slack takes it, and there are buttons only while an answer is waited for',
    (name) => {
      const { message, labels } = rendered(name);
      expect(lintMessage(message)).toEqual([]);
      expect(labels.includes('Approve')).toBe(name === 'awaiting');
      expect(message.blocks.some(({ type }) => type === 'actions')).toBe(name === 'awaiting');
    },
  );

  test('an incident that no plan mends needs a person while it is open, and says so first', () => {
    const { incident, now } = sceneOf('opened');
    const plan: Plan = { ...(sceneOf('observing').incident.plan as Plan), steps: [], needsPerson: true };
    const stuck = { ...incident, plan };
    expect(stateOf(stuck, now)).toBe('stuck');
    const message = renderIncidentMessage(stuck, viewOf(sceneOf('opened')));
    expect(visibleLines(message.blocks)[0]).toMatch(/^🔴 HIGH · person needed · prod · /);
    const { outcome } = sceneOf('ignored').incident;
    expect(stateOf({ ...stuck, status: 'closed', ...(outcome !== undefined && { outcome }) }, now)).toBe(
      'ignored',
    );
  });

  test('colours tell apart what icon and words tell apart as well', () => {
    const looks = ['awaiting', 'acting', 'fixed', 'escalated'] as const;
    expect(new Set(looks.map((name) => rendered(name).message.colour)).size).toBe(looks.length);
    expect(new Set(looks.map((name) => rendered(name).lines[0]?.slice(0, 2))).size).toBe(looks.length);
  });

  test('the same incident and view give the same message', () => {
    for (const name of SCENE_NAMES) expect(rendered(name).message).toEqual(rendered(name).message);
  });
});

describe('what a message tells', () => {
  test('the end, with numbers, time and what was done', () => {
    const { all } = rendered('fixed');
    expect(all).toContain('Fixed and verified 14:01:16 UTC, 16 s after it opened.');
    expect(all).toContain('4 of 4 pods Ready elsewhere, drain took 11 s.');
    expect(all).toContain(`2. done in 11 s: drain ${NODE}: 4 pods asked to leave`);
    expect(all.match(/drain: done/g)).toBeNull();
  });

  test('evidence with its sources, mode with its rule, how often it was seen', () => {
    const { all } = rendered('mitigated');
    expect(all).toContain(' • EC2: m6i.large in eu-west-1a');
    expect(all).toContain('budget web/api allows no disruption now (certain)');
    expect(all).toContain('approve paramedic.yaml:9 global.mode');
    expect(all).toContain('config 4be2c0de · seen 3×');
    expect(all).toMatch(/Left over\nblocked web\/api-\S+: held by budget web\/api/);
  });

  test.each([
    { lines: 26, sections: 3, hidden: 0 },
    { lines: 34, sections: 3, hidden: 7 },
  ])('$lines long lines of evidence are in up to three sections, and $hidden are counted', (about) => {
    const scene = sceneOf('mitigated');
    const evidence = Array.from({ length: about.lines }, (_, index) => `${index} ${'x'.repeat(250)}`);
    const plan = {
      ...(scene.incident.plan as Plan),
      findings: [{ cause: 'c', confidence: 'certain', evidence }],
    };
    const { blocks } = renderIncidentMessage(
      { ...scene.incident, plan } as typeof scene.incident,
      viewOf(scene),
    );
    const text = visibleLines(blocks).join('\n');
    expect(lintMessage({ text: 'x', blocks })).toEqual([]);
    expect(text.match(/^(Evidence|More evidence)$/gm)).toHaveLength(about.sections);
    expect(text.match(/^ • \d+ x{250}$/gm)).toHaveLength(about.lines - about.hidden);
    expect(text.includes('… and ')).toBe(about.hidden > 0);
  });

  test('why a guard refused, and what would have been done in observe mode', () => {
    expect(rendered('refused').all).toContain(
      `1. refused: cordon ${NODE}: stand-down: Karpenter owns this node`,
    );
    expect(rendered('observing').message.text).toContain('Nothing was changed; would have: cordon, drain');
  });

  test('a step that never ran has no duration, and whoever denied it no bare id', () => {
    expect(rendered('denied').all).toContain(`1. denied: cordon ${NODE}: denied by somebody in Slack`);
    expect(rendered('denied').all).not.toContain('T0TEAM');
  });

  test('up to which step the plan can be taken back', () => {
    expect(rendered('awaiting').all).toContain('3 steps, reversible until step 2');
    expect(rendered('awaiting', { risks: {} }).all).toContain('3 steps, reversible until step 1');
  });
});

describe('who is called and where links lead', () => {
  test.each(SCENE_NAMES)('%s: nobody is mentioned but who decided', (name) => {
    const { message } = rendered(name);
    const called = JSON.stringify(message).match(/<@[^>]*>|<!(?!date)[^>]*>/g) ?? [];
    expect(called.filter((each) => each !== '<@U0ANA>')).toEqual([]);
  });

  test('the console is linked when there is one', () => {
    const text = JSON.stringify(rendered('fixed', { consoleUrl: 'https://c.example.com/p/' }).message);
    expect(text).toMatch(/<https:\/\/c\.example\.com\/p\/incidents\/inc-[0-9a-f]{16}\|Open in the console>/);
    for (const consoleUrl of ['', 'console', 'javascript:alert(1)']) {
      expect(rendered('fixed', { consoleUrl }).all).not.toContain('Open in the console');
    }
  });

  test('times are in the reader’s zone in Slack, and in the configured one on a phone', () => {
    const { message } = rendered('awaiting');
    expect(JSON.stringify(message.blocks)).toContain('<!date^1793714565^{time_secs}|14:02:45 UTC>');
    expect(message.text).toContain('until 15:02 CET; no answer means no.');
    expect(rendered('awaiting', { timezone: 'Nowhere/Else' }).message.text).toContain('until 14:02 UTC');
  });
});
