import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { TROUBLE } from '../../functions/api-throttling/events.ts';
import { apiThrottling } from '../../functions/api-throttling/index.ts';
import { type ApiThrottlingPolicy, apiThrottlingSection } from '../../functions/api-throttling/policy.ts';
import { type RateRow, rowOf, totalOf } from '../../functions/api-throttling/window.ts';
import { nodeInterruption } from '../../functions/node-interruption/index.ts';
import { type EpochMs, isoTime, SECOND_MS } from '../../shared/clock.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { type Envelope, parseEnvelope } from '../../shared/pipeline/envelope.ts';
import type { Trouble } from '../../shared/pipeline/trouble.ts';
import type { FaultPlan } from '../../simulator/faults.ts';
import { Simulation } from '../../simulator/simulation.ts';
import { type World, worldOf } from '../../simulator/world.ts';
import { defaultPolicy, defaultRules } from '../support/policy.ts';
import { smallWorld } from '../support/simulate.ts';

export const defaults: ApiThrottlingPolicy = v.parse(apiThrottlingSection, {});

type Detail = Record<string, unknown>;

export function sample(file: string): string {
  return readFileSync(new URL(`../../events/${file}`, import.meta.url), 'utf8');
}

/** A sample's envelope with other fields in its detail. */
export function eventOf(file: string, change: Detail = {}): Envelope {
  const parsed = parseEnvelope(sample(file));
  if (!parsed.ok) throw new Error(parsed.reason);
  return { ...parsed.event, detail: { ...(parsed.event.detail as Detail), ...change } };
}

export interface CallOptions {
  id: string;
  at: EpochMs;
  api?: string;
  /** Ends the role's name; callers with different ones are different. */
  role?: string;
  session?: string;
  userAgent?: string;
}

const ROLE = 'arn:aws:iam::210987654321:role';

/** The body of a throttled EC2 call of an assumed role. */
export function callBody({
  id,
  at,
  api = 'DescribeInstances',
  role = 'tool',
  session,
  userAgent,
}: CallOptions): string {
  const event = JSON.parse(sample('throttled-node-role.json')) as { detail: Detail };
  const userIdentity = {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLE:${session ?? 'run'}`,
    arn: `arn:aws:sts::210987654321:assumed-role/${role}/${session ?? 'run'}`,
    sessionContext: {
      sessionIssuer: { type: 'Role', arn: `${ROLE}/${role}`, userName: role },
      ...(session?.startsWith('i-') === true && { ec2RoleDelivery: '2.0' }),
    },
  };
  const detail = { ...event.detail, userIdentity, eventName: api, eventID: `event-${id.padStart(8, '0')}` };
  const own = { ...detail, eventTime: isoTime(at), userAgent: userAgent ?? 'Boto3/1.40.1' };
  return JSON.stringify({ ...event, id: `envelope-${id}`, time: isoTime(at), detail: own });
}

export interface Run {
  world: World;
  simulation: Simulation;
}

/** Both troubles over the small world with so many nodes, in mode auto. */
export function setUp(faults?: FaultPlan, policy: ApiThrottlingPolicy = defaults, nodes = 3): Run {
  const [cluster] = smallWorld.clusters;
  if (cluster === undefined) throw new Error('the small world has no cluster');
  const groups = cluster.groups.map((group) => ({ ...group, count: nodes }));
  const world = worldOf({ clusters: [{ ...cluster, groups }] });
  const simulation = new Simulation({
    world,
    troubles: [nodeInterruption, apiThrottling] as unknown as readonly Trouble[],
    policyFor: (_cluster, trouble) => ({
      mode: 'auto',
      modeRule: 'test',
      configHash: 'test',
      ...defaultRules,
      section: { ...(trouble === TROUBLE ? policy : defaultPolicy) },
    }),
    ...(faults === undefined ? {} : { faults }),
  });
  return { world, simulation };
}

/** What the ledger has counted, row by row. */
export function rowsIn({ world }: Run): RateRow[] {
  return world.table
    .items()
    .filter(({ pk }) => pk.startsWith('RATE#'))
    .flatMap((item) => rowOf(item) ?? []);
}

export function countedIn(run: Run): number {
  return rowsIn(run).reduce((sum, { counts }) => sum + totalOf(counts), 0);
}

/** `count` calls of one caller, one a second. */
export function calls(run: Run, count: number, of: Partial<CallOptions> = {}): string[] {
  const start = run.world.clock.now() - 90 * SECOND_MS;
  return Array.from({ length: count }, (_, index) =>
    callBody({ id: `${of.role ?? 'tool'}-${index}`, at: start + (index % 60) * SECOND_MS, ...of }),
  );
}

export async function delivered(run: Run, bodies: readonly string[], ms = 30 * SECOND_MS): Promise<void> {
  run.simulation.send(TROUBLE, ...bodies);
  await run.world.clock.advance(ms);
}

export async function found(run: Run): Promise<Incident[]> {
  const incidents = await run.simulation.incidents();
  return incidents.filter(({ trouble }) => trouble === TROUBLE);
}

export function summary(incidents: readonly Incident[]): string[] {
  return incidents
    .map(({ cluster, subject, status }) => `${cluster.name} ${subject.id} ${status}`)
    .toSorted();
}
