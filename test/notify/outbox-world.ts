import { HOUR_MS } from '../../shared/clock.ts';
import type { ApproverGroup, People } from '../../shared/config/people.ts';
import type { Incident, Question } from '../../shared/incident/incident.ts';
import type { OutcomeKind, Plan, Step } from '../../shared/incident/plan.ts';
import { announce } from '../../shared/notify/announce.ts';
import { nudgeNotifier } from '../../shared/notify/nudge.ts';
import { readOutbox } from '../../shared/notify/outbox.ts';
import type { FaultPlan } from '../../simulator/faults.ts';
import { Process } from '../../simulator/process.ts';
import { warning } from '../support/facts.ts';
import { type Simulated, simulate } from '../support/simulate.ts';
import { CHANNEL } from '../support/slack.ts';

/** The notifier alone, with incidents made up in the ledger: no run works on them. */
export interface OutboxWorld extends Simulated {
  /** Opens incidents number `from` to `to` at once, and announces them. */
  open(from: number, to?: number, over?: Partial<Incident>): Promise<string[]>;
  /** Something new in one incident, announced. */
  say(id: string, over: Partial<Incident>): Promise<void>;
  close(id: string, kind?: OutcomeKind): Promise<void>;
  /** The part of the sweep that looks after the notifier. */
  nudge(): Promise<void>;
  outbox(channel?: string): ReturnType<typeof readOutbox>;
}

const CLUSTER = { name: 'prod', account: '210987654321', region: 'eu-west-1' };

const step: Step = {
  action: 'drain',
  targets: [{ kind: 'node', id: 'uid-1', name: 'node-1' }],
  goal: { drained: true },
  reason: 'it is going',
  answerBy: Number.MAX_SAFE_INTEGER,
};

export function outboxWorld(
  people: People,
  faults?: FaultPlan,
  approvers: readonly ApproverGroup[] = [],
): OutboxWorld {
  const run = simulate({ people, approvers, ...(faults && { faults }) });
  const { world, simulation } = run;
  const environment = simulation.environment(new Process('author'));
  const { ledger } = simulation;
  const write = async (id: string, over: Partial<Incident>) => {
    await ledger.changeAny(id, (current) => ({ ...current, ...over, announce: current.announce + 1 }));
    await announce(environment, ledger, id);
  };
  const openOne = async (index: number, over: Partial<Incident>) => {
    const id = `i-${index.toString(16).padStart(17, '0')}`;
    const signal = warning({ subject: { kind: 'instance', id }, occurredAt: world.clock.now() });
    const about = { trouble: 'node-interruption', cluster: CLUSTER };
    const { incident } = await ledger.accept(signal, about);
    await write(incident.id, { plan: planOf(id), rounds: 1, ...over });
    return incident.id;
  };
  return {
    ...run,
    open: (from, to = from, over = {}) => {
      const indices = Array.from({ length: to - from + 1 }, (_, index) => from + index);
      return world.clock.run(Promise.all(indices.map((index) => openOne(index, over))));
    },
    say: (id, over) => world.clock.run(write(id, over)),
    close: (id, kind = 'fixed') => world.clock.run(write(id, ended(world.clock.now(), kind))),
    nudge: async () => {
      const hints = simulation.notifier?.hints(new Process('sweep'));
      const open = await world.clock.run(ledger.listOpen());
      if (hints !== undefined) await world.clock.run(nudgeNotifier(environment, hints, open));
    },
    outbox: (channel = CHANNEL) => world.clock.run(readOutbox(world.table, channel)),
  };
}

export function ended(now: number, kind: OutcomeKind): Partial<Incident> {
  return { status: 'closed', closedAt: now, outcome: { kind, summary: `It is ${kind}.`, details: [] } };
}

/** A question about the one step, pending for an hour. */
export function question(now: number): Question {
  return { key: 'k-1', step, askedAt: now, expiresAt: now + HOUR_MS };
}

function planOf(id: string): Plan {
  return {
    headline: `Spot reclaims ${id}`,
    severity: 'high',
    findings: [
      { cause: 'AWS takes the Spot capacity back', confidence: 'certain', evidence: ['EC2: running'] },
    ],
    steps: [step],
    reasons: [],
    next: { do: 'wait', at: Number.MAX_SAFE_INTEGER, why: 'test' },
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
}
