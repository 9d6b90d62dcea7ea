import type { ExecutionPayload } from '../../shared/ports/durable.ts';
import { type Execution, MemoryWorkflows } from '../../shared/workflow/memory.ts';
import type { Json, RetryPolicy, WorkflowFunction } from '../../shared/workflow/port.ts';
import type { ManualClock } from './manual-clock.ts';

export const PAYLOAD: ExecutionPayload = { incidentId: 'incident-1', generation: 1, attempt: 1 };
export const ONCE: RetryPolicy = { attempts: 1, backoffMs: 1_000 };

export function engineFor(
  clock: ManualClock,
  run: WorkflowFunction<ExecutionPayload, Json>,
): MemoryWorkflows {
  return new MemoryWorkflows({ clock, functions: { remediate: () => ({ run }) } });
}

export function only(engine: MemoryWorkflows): Execution {
  const [execution] = engine.executions();
  if (execution === undefined) throw new Error('no execution');
  return execution;
}

/** Starts execution `name` of `remediate` and moves the clock until it is over. */
export async function runToEnd(clock: ManualClock, engine: MemoryWorkflows): Promise<Execution> {
  await engine.start('remediate', 'name', PAYLOAD);
  await clock.run(() => only(engine).status !== 'running');
  return only(engine);
}
