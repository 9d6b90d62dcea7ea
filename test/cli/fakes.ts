import { type Deployment, deploymentOn } from '../../cli/deployment.ts';
import type { DeadLetter, DeadLetters, Lane } from '../../cli/dlq.ts';
import { runCli } from '../../cli/main.ts';
import { streamOutput } from '../../cli/output.ts';
import type { Context } from '../../cli/verb.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Incident, Question } from '../../shared/incident/incident.ts';
import { Ledger } from '../../shared/incident/ledger.ts';
import type { Step } from '../../shared/incident/plan.ts';
import { stepKey } from '../../shared/incident/step-key.ts';
import type { Durable } from '../../shared/ports/durable.ts';
import { MemoryTable } from '../../simulator/table.ts';
import { MemorySwitches } from './memory-switches.ts';

/** Two people in one role. */
export const KIM = 'arn:aws:sts::210987654321:assumed-role/operator/kim';
export const ANA = 'arn:aws:sts::210987654321:assumed-role/operator/ana';

export const NOW = Date.parse('2026-11-03T14:10:00Z');

/** A clock that jumps when somebody sleeps. */
export class JumpingClock implements Clock {
  time = NOW;
  slept: number[] = [];
  now(): number {
    return this.time;
  }
  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.time += ms;
  }
}

/** Dead-letter queues by the lane's name, which hide what was received, as SQS does. */
export class MemoryDeadLetters implements DeadLetters {
  readonly parked = new Map<string, DeadLetter[]>();
  readonly hidden = new Set<string>();
  readonly sent: { lane: string; body: string }[] = [];
  onSend: (lane: string, body: string) => void = () => {};

  park(lane: string, id: string, letter: Partial<DeadLetter> = {}): void {
    const full = { id, receipt: `receipt-${id}`, body: `body-${id}`, sentAt: NOW - 60_000, ...letter };
    this.parked.set(lane, [...(this.parked.get(lane) ?? []), full]);
  }
  ids(lane: string): string[] {
    return (this.parked.get(lane) ?? []).map(({ id }) => id);
  }
  async depth({ name }: Lane): Promise<number> {
    return this.ids(name).length;
  }
  async receive({ name }: Lane): Promise<DeadLetter[]> {
    const visible = (this.parked.get(name) ?? []).filter(({ receipt }) => !this.hidden.has(receipt));
    const batch = visible.slice(0, 10);
    for (const { receipt } of batch) this.hidden.add(receipt);
    return batch;
  }
  async release(_lane: Lane, receipt: string): Promise<void> {
    this.hidden.delete(receipt);
  }
  async send({ name }: Lane, body: string): Promise<void> {
    this.onSend(name, body);
    this.sent.push({ lane: name, body });
  }
  async remove({ name }: Lane, receipt: string): Promise<void> {
    this.parked.set(
      name,
      (this.parked.get(name) ?? []).filter((letter) => letter.receipt !== receipt),
    );
  }
}

export const cordon: Step = {
  action: 'cordon',
  targets: [{ kind: 'node', id: 'uid-1', name: 'ip-10-0-1-7' }],
  goal: { unschedulable: true },
  reason: 'AWS takes the node',
  answerBy: NOW + 60_000,
};
export const detach: Step = {
  ...cordon,
  action: 'detach',
  targets: [{ kind: 'instance', id: 'i-0f3c9a1d2e4b56789', name: 'i-0f3c9a1d2e4b56789' }],
};

export function ask(step: Step): Question {
  return { key: stepKey(step), step, askedAt: NOW - 1_000, expiresAt: NOW + 60_000 };
}

/** The command line on a deployment in memory. */
export function setUp() {
  const clock = new JumpingClock();
  const table = new MemoryTable();
  const deadLetters = new MemoryDeadLetters();
  const woken: string[] = [];
  const durable: Durable = {
    start: async () => {},
    wake: async (callbackId) => {
      woken.push(callbackId);
      return 'woken';
    },
    status: async () => 'running',
  };
  const ledger = new Ledger(table, clock);
  /** Who AWS says is asking; tests change it. */
  const caller = { arn: KIM };
  const switches = new MemorySwitches();
  const deployment: Deployment = deploymentOn(
    'paramedic-test in eu-west-1',
    { clock, table, durable },
    deadLetters,
    async () => caller.arn,
    switches,
  );
  const targets: unknown[] = [];
  const context: Context = {
    env: { AWS_REGION: 'eu-west-1', USER: 'kim' },
    cwd: process.cwd(),
    clock,
    connect: async (target) => {
      targets.push(target);
      return deployment;
    },
  };

  const run = async (line: string | readonly string[], over: Partial<Context> = {}) => {
    let stdout = '';
    let stderr = '';
    const output = streamOutput(
      { write: (text) => (stdout += text) },
      { write: (text) => (stderr += text) },
      context.env,
    );
    const args = typeof line === 'string' ? line.split(' ') : line;
    const code = await runCli(args, output, { ...context, ...over });
    return { code, stdout, stderr };
  };

  /** An open incident about an instance, changed as the test needs it. */
  const open = async (change: (incident: Incident) => Incident): Promise<Incident> => {
    const signal = {
      kind: 'spot-interruption',
      subject: { kind: 'instance' as const, id: 'i-0f3c9a1d2e4b56789' },
      occurredAt: NOW - 30_000,
      eventId: 'event-1',
      account: '111122223333',
      region: 'eu-west-1',
      meaning: 'spot-interruption/terminate',
      data: { action: 'terminate' },
    };
    const cluster = { name: 'prod', account: '111122223333', region: 'eu-west-1' };
    const { incident } = await ledger.accept(signal, { trouble: 'node-interruption', cluster });
    return await ledger.changeAny(incident.id, change);
  };
  return { run, open, ledger, switches, clock, table, deadLetters, deployment, woken, targets, caller };
}
