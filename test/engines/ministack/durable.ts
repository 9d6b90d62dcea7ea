import { signed } from './aws.ts';
import type { Front, Reply } from './gateway.ts';
import type { Incoming } from './operations.ts';

/** One named execution, started once however often it is asked for. */
export interface Start {
  name: string;
  asked: number;
  /** What the first invocation answered: `PENDING` when it waits, otherwise how the execution ended. */
  first: Promise<string>;
}

export interface DurableStarts {
  front: Front;
  starts: ReadonlyMap<string, Start>;
}

const NOTHING = Buffer.alloc(0);

/**
 * Starts durable executions as Lambda does: at once, under a name that starts nothing twice. The engine's own
 * asynchronous invocation knows no names and forgets an execution that waits; its synchronous one carries an
 * execution to its end, so that is what it is asked for.
 */
export function durableStarts(): DurableStarts {
  const starts = new Map<string, Start>();
  const front: Front = async (incoming, engine) => {
    const name = incoming.headers['x-amz-durable-execution-name'];
    const isEvent = incoming.headers['x-amz-invocation-type'] === 'Event';
    if (typeof name !== 'string' || !isEvent) return undefined;
    const known = starts.get(name);
    if (known === undefined) starts.set(name, { name, asked: 1, first: invoke(incoming, engine) });
    else known.asked += 1;
    return { reply: { status: 202, headers: {}, body: NOTHING }, ranOn: 'our fake' };
  };
  return { front, starts };
}

/** Never rejects: what went wrong is the answer, for the test to see. */
async function invoke(incoming: Incoming, engine: (incoming: Incoming) => Promise<Reply>): Promise<string> {
  try {
    const port = Number(incoming.headers.host?.split(':')[1]);
    const headers = { ...incoming.headers, 'x-amz-invocation-type': 'RequestResponse' };
    const { status, body } = await engine(await signed(port, 'lambda', { ...incoming, headers }));
    const text = body.toString('utf8');
    const answer = status === 200 ? (JSON.parse(text) as { Status?: string }) : {};
    return answer.Status ?? `HTTP ${status} ${text}`;
  } catch (error) {
    return String(error);
  }
}
