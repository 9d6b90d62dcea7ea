import { describe, expect, test } from 'vitest';
import type { Incident } from '../../shared/incident/incident.ts';
import type { TriggerInput } from '../../shared/pipeline/trouble.ts';
import { plan, poke, setUpProbe } from '../support/probe.ts';

function outcomes(incidents: readonly Incident[]): (string | undefined)[] {
  return incidents.map((incident) => incident.outcome?.kind);
}

describe('the pipeline with any trouble', () => {
  test('one event with three signals opens three incidents, each with its own run', async () => {
    const { probe, simulation, ids, send } = setUpProbe();
    send('e1', ...ids);
    await simulation.settle();
    expect(outcomes(await simulation.incidents())).toEqual(['fixed', 'fixed', 'fixed']);
    expect(probe.applied.toSorted((a, b) => a.localeCompare(b))).toEqual(
      ids.toSorted((a, b) => a.localeCompare(b)),
    );
  });

  test('a trigger that says nothing opens nothing', async () => {
    const { probe, simulation, ids, send } = setUpProbe(() => ({
      trigger: () => ({ do: 'nothing', why: 'below' }),
    }));
    send('e1', ...ids);
    await simulation.settle();
    expect(await simulation.ledger.listOpen()).toEqual([]);
    expect(probe.gathered).toBe(0);
  });

  test('a trigger that says "look again then" is started by the sweep when its time has come, not before', async () => {
    const { probe, world, simulation, ids, send } = setUpProbe(() => ({
      trigger: ({ now }: TriggerInput<unknown>) => ({ do: 'look-again', at: now + 600_000, why: 'may pass' }),
    }));
    send('e1', ids[0] ?? '');
    await simulation.settle();
    await simulation.sweep();
    await simulation.settle();
    expect(probe.applied).toEqual([]);
    await world.clock.advance(700_000);
    await simulation.sweep();
    await simulation.settle();
    expect(probe.applied).toHaveLength(1);
  });

  test('a trigger sees the signals that came before: the second one opens', async () => {
    const { probe, world, simulation, ids, send } = setUpProbe(() => ({
      trigger: ({ signals, now }: TriggerInput<unknown>) =>
        signals.length >= 2
          ? { do: 'open' }
          : { do: 'look-again', at: now + 3_600_000, why: 'one is not enough' },
    }));
    send('e1', ids[0] ?? '');
    await world.clock.advance(5_000);
    expect(probe.applied).toEqual([]);
    send('e2', ids[0] ?? '');
    await simulation.settle();
    expect(probe.applied).toHaveLength(1);
  });

  test('T27: an action whose goal does not hold is undone once and escalated', async () => {
    const { probe, simulation, ids, send } = setUpProbe((each) => ({
      actions: [poke(each, { verify: async () => ({ holds: false, evidence: 'it is not poked' }) })],
    }));
    send('e1', ids[0] ?? '');
    await simulation.settle();
    const [incident] = await simulation.incidents();
    expect(incident?.outcome).toMatchObject({
      kind: 'escalated',
      summary: 'did not hold: it is not poked; undone',
    });
    expect(probe.undone).toHaveLength(1);
    expect(probe.applied).toHaveLength(1);
  });

  test('T28: an undo that fails is said, not repeated', async () => {
    const { simulation, ids, send } = setUpProbe((each) => ({
      actions: [
        poke(each, {
          verify: async () => ({ holds: false, evidence: 'no' }),
          undo: async () => {
            throw new Error('stuck');
          },
        }),
      ],
    }));
    send('e1', ids[0] ?? '');
    await simulation.settle();
    const [incident] = await simulation.incidents();
    expect(incident?.outcome?.summary).toContain('undo failed: Error: stuck');
  });

  test('a step that names no known action is refused', async () => {
    const { simulation, ids, send } = setUpProbe(() => ({ actions: [] }));
    send('e1', ids[0] ?? '');
    await simulation.settle();
    expect((await simulation.incidents())[0]?.outcome?.kind).toBe('refused');
  });

  test('an action that needs several rounds keeps its memory between them', async () => {
    const seen: unknown[] = [];
    const { simulation, ids, send } = setUpProbe((each) => ({
      actions: [
        poke(each, {
          apply: async ({ memory }) => {
            seen.push(memory['count']);
            const count = Number(memory['count'] ?? 0) + 1;
            return { status: count < 3 ? 'again' : 'done', summary: `${count}`, memory: { count } };
          },
        }),
      ],
    }));
    send('e1', ids[0] ?? '');
    await simulation.settle();
    expect(seen).toEqual([undefined, 1, 2]);
    expect((await simulation.incidents())[0]?.outcome?.kind).toBe('fixed');
  });

  test('a playbook that never ends is escalated after its rounds', async () => {
    const { simulation, ids, send } = setUpProbe(() => ({
      playbook: (input) => ({
        ...plan(input),
        steps: [],
        next: { do: 'wait', at: input.now + 1_000, why: 'for ever' },
      }),
    }));
    send('e1', ids[0] ?? '');
    await simulation.settle(3_600_000);
    expect((await simulation.incidents())[0]?.outcome).toMatchObject({
      kind: 'escalated',
      summary: expect.stringContaining('rounds'),
    });
  });

  test('a playbook that throws fails its run; the sweep tries it again and escalates in the end', async () => {
    const { world, simulation, ids, send } = setUpProbe(() => ({
      playbook: () => {
        throw new Error('a bug');
      },
    }));
    send('e1', ids[0] ?? '');
    await simulation.settle();
    for (let round = 0; round < 6; round++) {
      await world.clock.advance(600_000);
      await simulation.sweep();
      await simulation.settle();
    }
    expect((await simulation.incidents())[0]?.outcome?.kind).toBe('escalated');
    expect(world.topic.messages.at(-1)?.attributes['stage']).toMatch(/closed|sweep/);
  });
});
