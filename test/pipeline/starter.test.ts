import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configOf, readWorld, shipped } from '../../cli/files.ts';
import { simulateEvent } from '../../cli/simulate/run.ts';
import { fittingWorld } from '../../cli/simulate/worlds.ts';
import { troubles } from '../../functions/index.ts';
import { planHash } from '../../shared/incident/step-key.ts';
import { INVENTED_PRICES } from '../../simulator/ebs-prices.ts';

const STARTER = readFileSync(shipped('cli', 'config', 'starter.yaml'), 'utf8');
const PRICES = { prices: { 'eu-west-1': INVENTED_PRICES } };
/** The very same but for the mode, and with what makes every sample lead somewhere. */
const REACTING = STARTER.replace('action: ignore', 'action: launch-then-drain')
  .replace('names: []', 'names: [drain]')
  .replace(/^troubles:$/m, `troubles:\n  ebs-saturation: { changes: ${JSON.stringify(PRICES)} }`);
/** What opens nothing even so: it joins what is open, is ours or of nobody here, or is one call again and again. */
const OPENS_NOTHING: Readonly<Record<string, string>> = {
  'ebs-alarm-deleted-volume.json': 'does not exist',
  'ebs-alarm-foreign-account.json': 'of account 123456789012',
  'ebs-alarm-no-data.json': 'opens nothing by itself',
  'ebs-alarm-ok.json': 'opens nothing by itself',
  'ebs-contributor-ok.json': 'opens nothing by itself',
  'ebs-modify-completed.json': 'opens nothing by itself',
  'ebs-modify-failed.json': 'opens nothing by itself',
  'ebs-modify-optimizing.json': 'opens nothing by itself',
  'throttled-corrected-copy.json': '1 of the 20 calls',
  'throttled-own-role.json': 'Paramedic itself made the call',
};
/** As many throttled calls as open an incident. */
const ENOUGH = 20;

const root = shipped('events');
const manifest = JSON.parse(readFileSync(`${root}/manifest.json`, 'utf8')) as {
  file: string;
  kind: string;
}[];
const opening = manifest.flatMap(({ file, kind }) =>
  kind === 'signal' && OPENS_NOTHING[file] === undefined ? [file] : [],
);
const samples = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json') && name !== 'manifest.json')
  .toSorted();

async function play(sample: string, text: string) {
  const body = readFileSync(`${root}/${sample}`, 'utf8');
  const world = await readWorld(root, fittingWorld(body));
  const times = sample.startsWith('throttled') ? ENOUGH : 1;
  return await simulateEvent({ body, world, config: configOf(text, 'starter.yaml'), troubles, times });
}

const inAuto = (text: string) => text.replace(/^ {2}mode: observe$/m, '  mode: auto');
const changes = ({ calls }: Awaited<ReturnType<typeof play>>) =>
  calls.filter((call) => call.changes).map(({ method, about }) => `${method} ${about}`);

describe('the starter config', () => {
  test('only observes until one line of it is changed', () => {
    expect(configOf(STARTER, 'starter.yaml').config.global.mode).toBe('observe');
    expect(configOf(inAuto(STARTER), 'starter.yaml').config.global.mode).toBe('auto');
  });

  test.each(samples)(
    '%s: nothing is changed, and the plan is the one of mode auto',
    async (sample) => {
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
    },
    60_000,
  );

  test.each(opening)(
    '%s: in observe, what is to be opened is opened',
    async (sample) => {
      expect((await play(sample, REACTING)).incident).toMatchObject({ status: 'closed' });
    },
    30_000,
  );

  test.each(Object.entries(OPENS_NOTHING))('%s opens nothing, and why is said: %s', async (sample, why) => {
    const { incident, reason } = await play(sample, REACTING);
    expect({ incident, reason }).toEqual({ incident: null, reason: expect.stringContaining(why) });
  });

  test('in mode auto the same samples do change something, so that the test above can fail', async () => {
    const all = await Promise.all(
      samples.map(async (sample) => changes(await play(sample, inAuto(REACTING)))),
    );
    expect(all.filter((each) => each.length > 0).length).toBeGreaterThan(4);
    expect(
      all.filter((each) => each.some((change) => change.startsWith('modifyVolume'))).length,
    ).toBeGreaterThan(10);
  }, 120_000);
});
