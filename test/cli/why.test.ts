import { describe, expect, test } from 'vitest';
import type { Incident } from '../../shared/incident/incident.ts';
import { stepKey } from '../../shared/incident/step-key.ts';
import { interrupt } from '../support/simulate.ts';
import { ask, cordon, detach, NOW, setUp } from './fakes.ts';

const judged = (incident: Incident): Incident => ({
  ...incident,
  plan: {
    headline: 'Node ip-10-0-1-7 goes in 90 s',
    severity: 'high',
    findings: [{ cause: 'Spot interruption', confidence: 'certain', evidence: ['warning at 14:09:30'] }],
    steps: [cordon, detach],
    reasons: ['the group has room'],
    next: { do: 'wait', at: NOW + 60_000, why: 'answers' },
    expiresAt: NOW + 60_000,
  },
  verdicts: [
    {
      key: stepKey(cordon),
      action: 'cordon',
      verdict: 'allow',
      reason: 'gentle',
      guards: [
        { guard: 'owned', verdict: 'allow', reason: 'Node confirms' },
        { guard: 'mode', verdict: 'allow', reason: 'approve', rule: 'paramedic.yaml:11 global.mode' },
      ],
    },
    {
      key: stepKey(detach),
      action: 'detach',
      verdict: 'ask',
      reason: 'mode approve',
      guards: [{ guard: 'mode', verdict: 'ask', reason: 'approve', rule: 'paramedic.yaml:11 global.mode' }],
    },
  ],
  records: [
    {
      key: stepKey(cordon),
      step: cordon,
      state: 'done',
      decision: 'gentle on a node AWS takes',
      startedAt: NOW - 5_000,
      endedAt: NOW - 3_000,
      summary: 'unschedulable',
      details: ['was schedulable'],
    },
  ],
  questions: [ask(detach)],
  waiting: { callbackId: 'c', until: NOW + 60_000, why: 'answer to detach', revision: 1 },
});

describe('why', () => {
  test('lists every gate in order with its verdict, reason and config line', async () => {
    const { run, open } = setUp();
    const { id } = await open(judged);
    const { code, stdout } = await run(`why ${id}`);
    const gates = stdout.slice(stdout.indexOf('GATES'), stdout.indexOf('QUESTIONS'));
    expect(code).toBe(0);
    expect(
      gates
        .split('\n')
        .map((line) => line.trim().replace(/ {2,}/g, ' '))
        .filter(Boolean),
    ).toEqual([
      'GATES',
      'cordon node ip-10-0-1-7: allow, gentle',
      '1. owned allow Node confirms',
      '2. mode allow approve [paramedic.yaml:11 global.mode]',
      'detach instance i-0f3c9a1d2e4b56789: ask, mode approve',
      '1. mode ask approve [paramedic.yaml:11 global.mode]',
    ]);
  });

  test('shows findings, what was done and why, what is asked and how to answer', async () => {
    const { run, open, ledger } = setUp();
    const { id } = await open(judged);
    await ledger.append(id, 'x', { kind: 'answer', text: 'later', by: 'lee' });
    const { stdout } = await run(`why ${id}`);
    for (const part of [
      'Node ip-10-0-1-7 goes in 90 s',
      'Spot interruption (certain)',
      'cordon node ip-10-0-1-7: done in 2 s',
      'because gentle on a node AWS takes',
      'no answer by 2026-11-03T14:11:00Z means no',
      `paramedic approve ${id} --step ${stepKey(detach)}`,
      'later (lee)',
    ])
      expect(stdout).toContain(part);
  });

  test('text from events and clusters cannot reach the terminal as commands', async () => {
    const { run, open } = setUp();
    const hostile = '\u001b]0;owned\u0007\u001b[2Jgone\nFAKE LINE';
    const { id } = await open((incident) => ({
      ...judged(incident),
      outcome: { kind: 'refused', summary: hostile, details: [hostile] },
      subject: { kind: 'instance', id: hostile },
    }));
    const { stdout } = await run(`why ${id}`);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(stdout).not.toMatch(/^FAKE LINE/m);
  });

  test('--json is the incident and its history', async () => {
    const { run, open } = setUp();
    const incident = await open(judged);
    const { stdout } = await run(`why ${incident.id} --json`);
    expect(JSON.parse(stdout)).toEqual({ incident, history: [] });
  });

  test('without an incident lists the open ones', async () => {
    const { run, open } = setUp();
    const { id } = await open(judged);
    const { stdout, stderr } = await run('why');
    expect(stdout).toContain(
      `${id}  node-interruption  prod  instance i-0f3c9a1d2e4b56789  answer to detach`,
    );
    expect(stderr).toContain('1 open');
  });

  test('an unknown incident is an error', async () => {
    expect(await setUp().run('why inc-nowhere')).toMatchObject({ code: 1, stdout: '' });
  });

  test('explains what a whole run of the pipeline left behind', async () => {
    const { incident } = await interrupt({ mode: 'observe' });
    const { run, open } = setUp();
    const { id } = await open(({ id: own }) => ({ ...incident, id: own }));
    const { stdout } = await run(`why ${id}`);
    expect(stdout).toContain('observed');
    expect(stdout).toMatch(/\d+\. +mode +refuse .*\[test\]/);
  });
});
