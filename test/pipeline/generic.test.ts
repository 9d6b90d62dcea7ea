import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import type { Action } from '../../shared/actions/action.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Plan, Step } from '../../shared/incident/plan.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import type { PlaybookInput, TriggerInput, Trouble } from '../../shared/pipeline/trouble.ts';
import { Simulation } from '../../simulator/simulation.ts';
import { worldOf } from '../../simulator/world.ts';
import { smallWorld } from '../support/simulate.ts';

/** A trouble of its own kind, to hold the pipeline against something it was not written for. */
interface Probe {
  applied: string[];
  undone: string[];
  gathered: number;
}

const step: Step = {
  action: 'poke',
  targets: [{ kind: 'instance', id: 'i-0123456789abcdef0', name: 'target' }],
  goal: { poked: true },
  reason: 'test',
  answerBy: Number.MAX_SAFE_INTEGER,
};

function poke(probe: Probe, over: Partial<Action> = {}): Action {
  return {
    name: 'poke',
    describe: 'pokes',
    permissions: { aws: [], kubernetes: [] },
    risk: 'low',
    reversible: true,
    gentle: false,
    cost: 'none',
    cooldownMs: 0,
    apply: async ({ incident }) => {
      probe.applied.push(incident.subject.id);
      return { status: 'done', summary: 'poked' };
    },
    verify: async () => ({ holds: true, evidence: 'it is poked' }),
    undo: async ({ incident }) => {
      probe.undone.push(incident.subject.id);
    },
    ...over,
  };
}

function plan({ incident, now }: PlaybookInput<unknown, unknown>): Plan {
  const [record] = incident.records;
  const isOver = record !== undefined && record.state !== 'running';
  const outcome = {
    kind: record?.state === 'done' ? 'fixed' : 'escalated',
    summary: record?.summary ?? '',
    details: [],
  } as const;
  return {
    headline: `probe on ${incident.subject.id}`,
    severity: 'info',
    findings: [],
    steps: isOver ? [] : [step],
    reasons: [],
    next: { do: 'close', outcome: { ...outcome, details: [] } },
    expiresAt: now + 60_000,
  };
}

function signalOf(id: string, eventId: string, occurredAt: number): Signal {
  const where = { account: '210987654321', region: 'eu-west-1' };
  return {
    kind: 'probe',
    subject: { kind: 'instance', id },
    occurredAt,
    eventId,
    ...where,
    meaning: 'probe',
    data: {},
  };
}

function probeTrouble(probe: Probe, over: Partial<Trouble> = {}): Trouble {
  return {
    name: 'probe',
    title: 'a probe',
    events: [{ source: 'test', detailType: 'Probe' }],
    toSignals: (event) => {
      const ids = (event.detail as { ids: string[] }).ids;
      const [first, ...rest] = ids.map((id) => signalOf(id, event.id, event.time));
      return first === undefined
        ? { kind: 'ignored', reason: 'no ids' }
        : { kind: 'signals', signals: [first, ...rest] };
    },
    gather: async () => {
      probe.gathered++;
      return {};
    },
    playbook: plan,
    guardFacts: () => ({
      owned: { is: 'yes', why: 'test' },
      standDown: { is: 'no', why: 'test' },
      taken: false,
      gentleRunsInApproveMode: false,
      freshUntil: Number.MAX_SAFE_INTEGER,
    }),
    actions: [poke(probe)],
    reads: { aws: ['ec2:DescribeInstances'], kubernetes: [] },
    section: v.strictObject({}),
    policyOf: () => ({}),
    ...over,
  };
}

function setUp(over: (probe: Probe) => Partial<Trouble> = () => ({})) {
  const probe: Probe = { applied: [], undone: [], gathered: 0 };
  const world = worldOf(smallWorld);
  const simulation = new Simulation({
    world,
    troubles: [probeTrouble(probe, over(probe))],
    policyFor: () => ({ mode: 'auto', modeRule: 'test', configHash: 't', standDownFor: [], section: {} }),
  });
  const ids = world.nodes().map((node) => node.id);
  const send = (eventId: string, ...about: string[]) => {
    const time = new Date(world.clock.now()).toISOString().replace(/\.\d+Z/, 'Z');
    const body = {
      id: eventId,
      source: 'test',
      'detail-type': 'Probe',
      account: '210987654321',
      region: 'eu-west-1',
      time,
    };
    simulation.send('probe', JSON.stringify({ ...body, detail: { ids: about } }));
  };
  return { probe, world, simulation, ids, send };
}

function outcomes(incidents: readonly Incident[]): (string | undefined)[] {
  return incidents.map((incident) => incident.outcome?.kind);
}

describe('the pipeline with any trouble', () => {
  test('one event with three signals opens three incidents, each with its own run', async () => {
    const { probe, simulation, ids, send } = setUp();
    send('e1', ...ids);
    await simulation.settle();
    expect(outcomes(await simulation.incidents())).toEqual(['fixed', 'fixed', 'fixed']);
    expect(probe.applied.toSorted((a, b) => a.localeCompare(b))).toEqual(
      ids.toSorted((a, b) => a.localeCompare(b)),
    );
  });

  test('a trigger that says nothing opens nothing', async () => {
    const { probe, simulation, ids, send } = setUp(() => ({
      trigger: () => ({ do: 'nothing', why: 'below' }),
    }));
    send('e1', ...ids);
    await simulation.settle();
    expect(await simulation.ledger.listOpen()).toEqual([]);
    expect(probe.gathered).toBe(0);
  });

  test('a trigger that says "look again then" is started by the sweep when its time has come, not before', async () => {
    const { probe, world, simulation, ids, send } = setUp(() => ({
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
    const { probe, world, simulation, ids, send } = setUp(() => ({
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
    const { probe, simulation, ids, send } = setUp((each) => ({
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
    const { simulation, ids, send } = setUp((each) => ({
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
    const { simulation, ids, send } = setUp(() => ({ actions: [] }));
    send('e1', ids[0] ?? '');
    await simulation.settle();
    expect((await simulation.incidents())[0]?.outcome?.kind).toBe('refused');
  });

  test('an action that needs several rounds keeps its memory between them', async () => {
    const seen: unknown[] = [];
    const { simulation, ids, send } = setUp((each) => ({
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
    const { simulation, ids, send } = setUp(() => ({
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
    const { world, simulation, ids, send } = setUp(() => ({
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
