import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configOf, readWorld, shipped } from '../../cli/files.ts';
import { simulateEvent } from '../../cli/simulate/run.ts';
import { troubles } from '../../functions/index.ts';
import { planHash } from '../../shared/incident/step-key.ts';

const STARTER = readFileSync(shipped('cli', 'config', 'starter.yaml'), 'utf8');
/** The very same but for the mode, and with what makes every sample lead somewhere. */
const REACTING = STARTER.replace('action: ignore', 'action: launch-then-drain').replace(
  'names: []',
  'names: [drain]',
);

const root = shipped('events');
const samples = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json') && name !== 'manifest.json')
  .toSorted();

async function play(sample: string, text: string) {
  const body = readFileSync(`${root}/${sample}`, 'utf8');
  const world = await readWorld(root, shipped('simulator', 'worlds', 'small.yaml'));
  return await simulateEvent({ body, world, config: configOf(text, 'starter.yaml'), troubles });
}

const inAuto = (text: string) => text.replace(/^ {2}mode: observe$/m, '  mode: auto');
const changes = ({ calls }: Awaited<ReturnType<typeof play>>) =>
  calls.filter((call) => call.changes).map(({ method, about }) => `${method} ${about}`);

describe('the starter config', () => {
  test('only observes until one line of it is changed', () => {
    expect(configOf(STARTER, 'starter.yaml').config.global.mode).toBe('observe');
    expect(configOf(inAuto(STARTER), 'starter.yaml').config.global.mode).toBe('auto');
  });

  test.each(samples)('%s: nothing is changed, and the plan is the one of mode auto', async (sample) => {
    for (const text of [STARTER, REACTING]) {
      const observed = await play(sample, text);
      const automatic = await play(sample, inAuto(text));
      expect(changes(observed)).toEqual([]);
      expect(observed.signals).toEqual(automatic.signals);
      expect(observed.findings).toEqual(automatic.findings);
      expect(observed.plan?.steps).toEqual(automatic.plan?.steps);
      if (observed.plan !== null && automatic.plan !== null)
        expect(planHash(observed.plan)).toBe(planHash(automatic.plan));
    }
  });

  test('in mode auto the same samples do change something, so that the test above can fail', async () => {
    const all = await Promise.all(
      samples.map(async (sample) => changes(await play(sample, inAuto(REACTING)))),
    );
    expect(all.filter((each) => each.length > 0).length).toBeGreaterThan(4);
  });
});
