import { describe, expect, test } from 'vitest';
import type { Input } from '../../functions/ebs-saturation/input.ts';
import { askedBefore } from '../../functions/ebs-saturation/plans/asked.ts';
import { changeSteps } from '../../functions/ebs-saturation/plans/change-step.ts';
import { costChange } from '../../functions/ebs-saturation/price/cost.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import type { Step } from '../../shared/incident/plan.ts';
import { NOW, policyOf, read, shortOf, volumeOf } from './decide-support.ts';
import { alarm, answer, changes, ebsRun, pass, theIncident } from './ebs-world.ts';

describe('a question about a volume', () => {
  test('stands while what it used moves from look to look', async () => {
    const run = ebsRun({ mode: 'approve' });
    const { world, volumeId } = run;
    world.ebs.shape(volumeId, { type: 'gp2', sizeGib: 100, iops: 300, throughputMib: 128 });
    await world.clock.advance(MINUTE_MS);
    const start = world.clock.now();
    const rising = (minute: number) => ({
      iops: 1_500 + 25 * ((minute - start) / MINUTE_MS),
      throughputMib: 20,
    });
    world.ebsLoad.set(volumeId, rising, start);
    await world.clock.advance(80 * MINUTE_MS);
    alarm(run, volumeId, 'ALARM');
    await pass(run, 10 * MINUTE_MS);
    const [asked, ...more] = (await theIncident(run)).questions;
    expect(asked).toBeDefined();
    expect(more).toEqual([]);
    await pass(run, 60 * MINUTE_MS);
    const later = (await theIncident(run)).questions;
    expect(later).toEqual([asked]);
    await answer(run, 'approved');
    await pass(run, 5 * MINUTE_MS);
    expect(changes(run)).toEqual(['modifyVolume']);
  });
});

const FROM = volumeOf('gp3', 100, 4_500, 125);

function stepOf(iops: number, { id = 'vol-1', from = FROM } = {}): Step {
  return {
    action: 'modify-volume',
    targets: [{ kind: 'volume', id, name: id }],
    goal: { from: { ...from }, to: { ...FROM, iops } },
    reason: '',
    answerBy: 0,
  };
}

describe('a question is taken up again', () => {
  const again = (asked: Step, wanted: Step, isFine = true, ceiling = 16_000) => {
    const policy = { changes: policyOf({ ceiling: { iops: ceiling } }) };
    const input = { incident: { questions: [{ step: asked }] }, policy } as unknown as Input;
    return askedBefore(input, wanted, () => isFine);
  };

  test('when its goal is about what is needed', () => {
    expect(again(stepOf(6_750), stepOf(6_700))).toEqual(stepOf(6_750));
    expect(again(stepOf(6_750), stepOf(9_100))).toBeUndefined();
  });

  test('never of another volume, from other figures, one that lowers, beyond the ceiling or the budget', () => {
    expect(again(stepOf(6_750, { id: 'vol-2' }), stepOf(6_700))).toBeUndefined();
    const from = volumeOf('gp3', 100, 3_000, 125);
    expect(again(stepOf(6_750, { from }), stepOf(6_700))).toBeUndefined();
    expect(again(stepOf(4_000), stepOf(4_600))).toBeUndefined();
    expect(again(stepOf(6_750), stepOf(6_700), false)).toBeUndefined();
    expect(again(stepOf(6_750), stepOf(6_700), true, 6_700)).toBeUndefined();
  });
});

test('what EC2 refused for being too much is not asked for again because somebody said yes to it', () => {
  const refused = stepOf(6_750);
  const memory = { maximum: { of: 'iops', value: 6_000 } };
  const incident = {
    records: [{ step: refused, state: 'failed', memory }],
    questions: [{ step: refused, answer: { decision: 'approved' } }],
  };
  const about = shortOf(FROM, 'iops');
  const volume = { id: 'vol-1', tags: { 'ebs.csi.aws.com/cluster': 'true' } };
  const input = { incident, facts: { volume: read(volume) }, policy: { changes: about.policy }, now: NOW };
  const [from, to] = [FROM, { ...FROM, iops: 5_900 }];
  const cost = costChange({ from, to }, about.prices);
  const change = { from, to, cost, reasons: [], wouldNotHelp: [] };
  // The maximum could not be read: nothing but the record of this incident knows it.
  const { steps } = changeSteps(
    input as unknown as Input,
    { decision: 'modify', via: 'volume', ...change },
    about,
  );
  expect(steps).toMatchObject([{ goal: { to: { iops: 5_900 } } }]);
});
