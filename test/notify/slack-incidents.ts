import { nodeInterruption } from '../../functions/node-interruption/index.ts';
import { approvalFor } from '../../shared/approval/rows.ts';
import { MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { answerQuestions } from '../../shared/incident/answers.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { HistoryEntry } from '../../shared/incident/ledger.ts';
import type { ActionRisk, IncidentView } from '../../shared/notify/slack/view.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { defaultPolicy } from '../support/policy.ts';
import {
  blockedWorld,
  onlyIncident,
  type Simulated,
  type SimulateOptions,
  simulate,
  TROUBLE,
  warningBody,
} from '../support/simulate.ts';
import { statefulWorld } from '../support/worlds.ts';

/** An incident as it stood at a moment of a simulated run. */
export interface Played {
  incident: Incident;
  now: number;
  history: HistoryEntry[];
}

export const CHANNEL = 'C0INCIDENTS';
export const RISKS: Readonly<Record<string, ActionRisk>> = Object.fromEntries(
  nodeInterruption.actions.map(({ name, risk, reversible }) => [name, { risk, reversible }]),
);

export function viewOf({ incident, now }: Pick<Played, 'incident' | 'now'>): IncidentView {
  const ids = incident.questions.map((question) => [
    question.key,
    approvalFor(incident, question, CHANNEL).id,
  ]);
  return {
    now,
    timezone: 'Europe/Berlin',
    consoleUrl: 'https://console.example.com/paramedic',
    mode: 'approve',
    modeRule: 'paramedic.yaml:9 global.mode',
    configHash: '4be2c0de',
    approvals: Object.fromEntries(ids),
    risks: RISKS,
    seen: incident.signals.length,
  };
}

type Options = SimulateOptions & {
  /** After a minute of rest; default: the first Spot node is interrupted. */
  happen?: (run: Simulated) => void | Promise<void>;
  /** When to look, after that; default: when all has come to rest. */
  after?: number;
  answer?: 'approved' | 'denied';
};

async function played({ happen = interruptFirst, after, answer, ...options }: Options): Promise<Played> {
  const run = simulate(options);
  const { simulation, world } = run;
  await world.clock.advance(MINUTE_MS);
  await happen(run);
  if (answer !== undefined) await answerAfter(run, 2 * SECOND_MS, answer);
  await (after === undefined ? simulation.settle() : world.clock.advance(after));
  const incident = await onlyIncident(simulation);
  return { incident, now: world.clock.now(), history: await simulation.ledger.history(incident.id) };
}

function interruptFirst({ world }: Simulated): void {
  world.interrupt('spot/0');
}

async function answerAfter({ simulation, world }: Simulated, ms: number, decision: 'approved' | 'denied') {
  await world.clock.advance(ms);
  const { id } = await onlyIncident(simulation);
  const answer = { decision, by: 'slack:T0TEAM/U0ANA', reason: 'not now' };
  const result = await answerQuestions(simulation.ledger, world.clock, id, answer);
  if (result.result === 'recorded' && result.callbackId !== undefined) {
    await simulation.workflows.wake(result.callbackId, 'answer');
  }
}

const ask = { ...defaultPolicy, drain: { ...defaultPolicy.drain, inApproveMode: 'ask' as const } };
const asking = { mode: 'approve', policy: ask } as const;
const cordoning = { ...defaultPolicy, rebalance: { ...defaultPolicy.rebalance, action: 'cordon' as const } };
const unreachable = () => new FaultPlan([{ port: 'kubernetes', fault: { kind: 'unreachable' } }]);

function recommendFirst({ world }: Simulated): void {
  world.rebalance('spot/0');
}

async function arriveLate({ simulation, world }: Simulated): Promise<void> {
  const body = warningBody(world, 'late');
  await world.clock.advance(10 * MINUTE_MS);
  simulation.send(TROUBLE, body);
}

/** How to get an incident into every state a message can show but the storm. */
const SCENES = {
  opened: () => ({ after: 60 }),
  observing: () => ({ mode: 'observe' }),
  awaiting: () => ({ ...asking, after: 2 * SECOND_MS }),
  acting: () => ({ after: 8 * SECOND_MS }),
  fixed: () => ({}),
  approved: () => ({ ...asking, answer: 'approved' }),
  mitigated: () => ({ world: blockedWorld }),
  undone: () => ({
    world: statefulWorld(),
    policy: cordoning,
    happen: recommendFirst,
    after: 70 * MINUTE_MS,
  }),
  denied: () => ({ ...asking, answer: 'denied' }),
  expired: () => asking,
  escalated: () => ({ faults: unreachable() }),
  refused: () => ({ world: statefulWorld({ kind: 'karpenter' }) }),
  ignored: () => ({ happen: arriveLate }),
} as const satisfies Readonly<Record<string, () => Options>>;

export type Scene = keyof typeof SCENES;
export const SCENE_NAMES = Object.keys(SCENES) as Scene[];

export async function playScene(scene: Scene): Promise<Played> {
  return await played(SCENES[scene]());
}
