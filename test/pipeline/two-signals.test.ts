import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import { assertNoMutations } from '../../simulator/invariants.ts';
import { interrupt, onlyIncident, simulate } from '../support/simulate.ts';
import { statefulWorld } from '../support/worlds.ts';

describe('T16: one signal alone', () => {
  test('Nodes that read NotReady while EC2 says running are left alone, sweep after sweep', async () => {
    const run = simulate({ world: statefulWorld({ count: 10 }) });
    await run.world.clock.advance(MINUTE_MS);
    for (const index of [0, 1, 2])
      run.world.runtime('prod').machineDied(run.world.instance(`spot/${index}`).privateDnsName);
    for (let sweep = 0; sweep < 6; sweep++) {
      await run.world.clock.advance(5 * MINUTE_MS);
      await run.simulation.sweep();
      await run.simulation.settle();
    }
    expect(await run.simulation.incidents()).toEqual([]);
    assertNoMutations(run.world);
  });

  test('a ghost Node is removed by both: EC2 says terminated and the Node does not read Ready', async () => {
    const run = simulate({ world: statefulWorld({}, { cloudController: false }) });
    await run.world.clock.advance(MINUTE_MS);
    const said: string[] = [];
    run.world.calls.onCall((call) => {
      if (call.method === 'deleteNode') said.push(JSON.stringify(run.world.table.items()));
    });
    run.world.terminate('spot/0');
    await run.world.clock.advance(10 * MINUTE_MS);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('EC2 says terminated; the Node does not read Ready');
    expect((await onlyIncident(run.simulation)).status).toBe('closed');
  });

  test('an ordinary drain rests on neither', async () => {
    const { incident } = await interrupt();
    expect(incident.outcome?.kind).toBe('fixed');
  });
});
