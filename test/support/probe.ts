import * as v from 'valibot';
import type { Action } from '../../shared/actions/action.ts';
import type { Mode } from '../../shared/config/policy.ts';
import type { Plan, Step } from '../../shared/incident/plan.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import type { PlaybookInput, Trouble } from '../../shared/pipeline/trouble.ts';
import type { FaultPlan } from '../../simulator/faults.ts';
import { Simulation } from '../../simulator/simulation.ts';
import { worldOf } from '../../simulator/world.ts';
import { defaultRules } from './policy.ts';
import { smallWorld } from './simulate.ts';

/** A trouble of its own kind, to hold the pipeline against something it was not written for. */
export interface Probe {
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

export function poke(probe: Probe, over: Partial<Action> = {}): Action {
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

export function plan({ incident, now }: PlaybookInput<unknown, unknown>): Plan {
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

export function setUpProbe(
  over: (probe: Probe) => Partial<Trouble> = () => ({}),
  { mode = 'auto', faults }: { mode?: Mode; faults?: FaultPlan } = {},
) {
  const probe: Probe = { applied: [], undone: [], gathered: 0 };
  const world = worldOf(smallWorld);
  const simulation = new Simulation({
    world,
    troubles: [probeTrouble(probe, over(probe))],
    policyFor: () => ({
      mode,
      modeRule: 'test',
      configHash: 't',
      ...defaultRules,
      standDownFor: [],
      section: {},
    }),
    ...(faults && { faults }),
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
