import { isoTime, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { policyFor } from '../../shared/config/effective.ts';
import type { Config } from '../../shared/config/load.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import { parseEnvelope } from '../../shared/pipeline/envelope.ts';
import type { Trouble } from '../../shared/pipeline/trouble.ts';
import { EBS_QUOTAS } from '../../simulator/ebs-quotas.ts';
import { Simulation } from '../../simulator/simulation.ts';
import { World } from '../../simulator/world.ts';
import type { WorldSpec } from '../../simulator/world-file.ts';
import { AlarmLife } from './alarm-life.ts';
import { copiesOf, isCopyOf, leadTime, letAwsAct, worldFor } from './aws.ts';
import { whyNotOpened } from './not-opened.ts';
import { play } from './play.ts';
import { type FirstDecision, recorded, watchVerdicts } from './record.ts';
import { callLine, NOTHING, type SimulateReport, type TimelineEntry } from './report.ts';
import { ringingIn } from './ringing.ts';
import { ButtonsSeen, SIMULATED_PEOPLE, slackLines } from './slack.ts';
import { letVolumesFill } from './volumes.ts';

export interface SimulateInput {
  /** The event as it would stand in the queue, whatever it is. */
  body: string;
  world: WorldSpec;
  config: { config: Config; hash: string };
  troubles: readonly Trouble[];
  /** Tells it in a simulated Slack as well. */
  slack?: boolean;
  /** The event comes this often, each with ids of its own; 1 unless given. */
  times?: number;
  /** What holds in this run alone and must be said where volumes are made to fill. */
  assumed?: readonly string[];
}

/** The fleet runs this long before the event, so that it is at rest. */
const SETTLE_MS = MINUTE_MS;
/** EventBridge to queue. */
const DELIVERY_MS = SECOND_MS;

/** Takes one event through the pipeline that runs in Lambda, on a simulated fleet at the event's own time. */
export async function simulateEvent(input: SimulateInput): Promise<SimulateReport> {
  const read = readEvent(input.body, input.troubles);
  if (read.kind === 'nothing') return { ...NOTHING, reason: read.reason };
  const first: FirstDecision = {};
  const lead = Math.max(...read.signals.map((signal) => leadTime(signal, input.world)));
  const start = read.at - lead - SETTLE_MS;
  const world = new World({ ...worldFor(input.world, read.signals), start }, { quotas: EBS_QUOTAS });
  watchVerdicts(world, first);
  const simulation = new Simulation({
    world,
    troubles: [recorded(read.trouble, first)],
    policyFor: (cluster, trouble) => policyFor(input.config, cluster, trouble, world.clock.now()),
    loses: isCopyOf(input.body),
    ...(input.slack === true && { people: () => SIMULATED_PEOPLE }),
  });
  await world.clock.advance(SETTLE_MS);
  for (const signal of read.signals) letAwsAct(world, signal);
  const ringing = ringingIn(world, read.signals);
  const filled = letVolumesFill(world, ringing, read.at);
  const assumed = filled.length === 0 ? [] : [...filled, ...(input.assumed ?? [])];
  await world.clock.advance(lead + DELIVERY_MS);
  simulation.send(read.trouble.name, ...copiesOf(input.body, input.times ?? 1));
  const alarm = ringing.length === 0 ? undefined : new AlarmLife(world, input.body, ringing);
  const buttons = new ButtonsSeen(simulation);
  await play(simulation, alarm, () => buttons.look());
  const told = {
    ...(await report(simulation, read.signals, first)),
    ...(assumed.length > 0 && { assumed }),
  };
  return input.slack === true
    ? { ...told, slack: [...buttons.lines, ...(await slackLines(simulation))] }
    : told;
}

type Read =
  | { kind: 'signals'; trouble: Trouble; signals: Signal[]; at: number }
  | { kind: 'nothing'; reason: string };

function readEvent(body: string, troubles: readonly Trouble[]): Read {
  const parsed = parseEnvelope(body);
  if (!parsed.ok) return { kind: 'nothing', reason: `malformed: ${parsed.reason}` };
  const reasons: string[] = [];
  for (const trouble of troubles) {
    const result = trouble.toSignals(parsed.event);
    if (result.kind === 'signals') {
      return { kind: 'signals', trouble, signals: result.signals, at: parsed.event.time };
    }
    if (result.kind === 'malformed') return { kind: 'nothing', reason: `malformed: ${result.reason}` };
    reasons.push(`${trouble.name}: ${result.reason}`);
  }
  return { kind: 'nothing', reason: `ignored: ${reasons.join('; ')}` };
}

async function report(
  simulation: Simulation,
  signals: Signal[],
  first: FirstDecision,
): Promise<SimulateReport> {
  const { world } = simulation;
  const [incident, ...others] = await simulation.incidents();
  const parked = world.queue.parked.map((record) => record.reason);
  return {
    ...(incident === undefined ? { reason: parked[0] ?? whyNotOpened(simulation, signals, first) } : {}),
    signals,
    incident: incident ?? null,
    ...(others.length > 0 && { others }),
    facts: first.facts ?? null,
    findings: first.plan?.findings ?? [],
    plan: first.plan ?? null,
    guards: first.guards ?? [],
    outcome: incident?.outcome ?? null,
    calls: world.calls.calls.filter(({ process }) => process !== 'notifier').map(callLine),
    timeline: await timeline(simulation, incident),
  };
}

async function timeline(simulation: Simulation, incident: Incident | undefined): Promise<TimelineEntry[]> {
  if (incident === undefined) return [];
  const { world } = simulation;
  const history = await world.clock.run(simulation.ledger.history(incident.id));
  const endings = world
    .endings()
    .map(({ at, pod, how }) => ({ at, kind: 'pod', text: `${pod} ended: ${how}` }));
  const entries = [...history, ...endings].toSorted((left, right) => left.at - right.at);
  return entries.map(({ at, kind, text }) => ({ at: isoTime(at), kind, text }));
}
