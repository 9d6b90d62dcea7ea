import { describe, expect, test } from 'vitest';
import { troubles } from '../../functions/index.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import { policyFor } from '../../shared/config/effective.ts';
import { loadConfig } from '../../shared/config/load.ts';
import { known } from '../../shared/fact.ts';
import { guards, judgeStep } from '../../shared/guard/index.ts';
import { setUp } from '../cli/fakes.ts';
import { guardInput, NOW, nothingRemembered } from './input.ts';

const text = `version: 1
global:
  mode: auto
  correlatedFailure: { nodes: 2 }
  quarantine:
    actions: 2
  disruptionBudget: { share: "20%" }
  capacityFloor: "90%"
`;

function policyOf(config: string) {
  const sections = Object.fromEntries(troubles.map(({ name, section }) => [name, section]));
  const loaded = loadConfig(config, 'paramedic.yaml', sections);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const cluster = { name: 'prod', account: '210987654321', region: 'eu-west-1' };
  return policyFor(loaded, cluster, 'node-interruption', NOW);
}

describe('guards in `paramedic why`', () => {
  test('each is shown with its verdict, its reason and the line of the config that sets its limit', async () => {
    const wentBad = known(
      [1, 2, 3].map((index) => ({ subject: `i-${index}`, at: NOW - index * MINUTE_MS })),
      'ledger',
      NOW,
    );
    const remembered = { ...nothingRemembered, wentBad };
    const verdict = judgeStep(guardInput({ policy: policyOf(text), remembered }));
    const { run, open } = setUp();
    const { id } = await open((incident) => ({ ...incident, verdicts: [verdict] }));
    const { stdout } = await run(`why ${id}`);
    const rows = stdout.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' '));
    for (const [index, { name }] of guards.entries())
      expect(rows.some((row) => row.startsWith(`${index + 1}. ${name} `))).toBe(true);
    for (const line of [
      'quarantine allow treated 0 of 2 within 24 h 00 m [paramedic.yaml:5 global.quarantine]',
      'correlated-failure refuse 3 went bad within 10 m 00 s, more than 2 [paramedic.yaml:4 global.correlatedFailure]',
      'disruption-budget allow holds a place [paramedic.yaml:7 global.disruptionBudget]',
      'capacity-floor allow 5 of 5 nodes of spot would be in service, 4 must be [paramedic.yaml:8 global.capacityFloor]',
    ])
      expect(rows.some((row) => row.endsWith(line))).toBe(true);
  });

  test('a limit that nobody set says so', () => {
    expect(policyOf('version: 1\n').limitRules?.quarantine).toBe('default');
  });
});
