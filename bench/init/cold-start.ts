import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { HOME } from '../setup.ts';
import { type Message, RuntimeApi } from './runtime-api.ts';

/** What Lambda knows of a function before it starts it. */
export interface FunctionSetup {
  name: string;
  /** The folder that Lambda unpacks the package into. */
  taskRoot: string;
  /** As in `serverless.yml`: path without its ending, a dot, the name of the export. */
  handler: string;
  memoryMb: number;
  timeoutMs: number;
  variables: Readonly<Record<string, string>>;
}

export type ColdStart =
  | { ok: true; initMs: number; invokeMs?: number; result?: unknown; log: string }
  | { ok: false; why: string };

const CLIENT = join(import.meta.dirname, 'runtime-client.mjs');
const LIMIT_MS = 20_000;

/**
 * One function in a fresh process: `initMs` is from the start of the process to its first request for an event,
 * `invokeMs` from the event's delivery to the answer. Without an event it ends there.
 */
export async function coldStart(setup: FunctionSetup, event?: unknown): Promise<ColdStart> {
  const api = await RuntimeApi.start();
  const startedAt = performance.now();
  const child = startProcess(setup, api.address);
  const log = collect(child);
  const closed = once(child, 'close');
  const told = (): Promise<Message | undefined> =>
    Promise.race([api.message(), closed.then(() => undefined)]);
  try {
    const ready = await told();
    if (ready?.is !== 'ready') return failed('init', ready, log());
    const initMs = ready.at - startedAt;
    if (event === undefined) return { ok: true, initMs, log: log() };
    const deliveredAt = api.deliver(event, setup);
    const answer = await told();
    if (answer?.is !== 'response') return failed('first invoke', answer, log());
    // It asks for the next event when all it had to say about this one is written.
    await told();
    return { ok: true, initMs, invokeMs: answer.at - deliveredAt, result: answer.result, log: log() };
  } finally {
    child.kill('SIGKILL');
    await closed;
    await api.close();
  }
}

function startProcess(setup: FunctionSetup, address: string): ChildProcess {
  return spawn(process.execPath, [...flagsOf(setup), CLIENT], {
    cwd: setup.taskRoot,
    env: variablesOf(setup, address),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
}

/** As in the start script of AWS's runtime: a tenth of the memory for new objects, the rest for old ones. */
function flagsOf({ memoryMb }: FunctionSetup): string[] {
  const young = Math.floor(memoryMb / 10);
  return [
    '--expose-gc',
    '--max-http-header-size=81920',
    `--max-semi-space-size=${Math.floor(young / 2)}`,
    `--max-old-space-size=${memoryMb - young}`,
  ];
}

/** What Lambda sets itself; nothing is inherited from whoever runs the benchmark. */
function variablesOf(setup: FunctionSetup, address: string): Record<string, string> {
  return {
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    HOME: setup.taskRoot,
    AWS_REGION: HOME.region,
    AWS_DEFAULT_REGION: HOME.region,
    AWS_ACCESS_KEY_ID: 'offline',
    AWS_SECRET_ACCESS_KEY: 'offline',
    AWS_SESSION_TOKEN: 'offline',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: setup.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(setup.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${setup.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'offline',
    ...setup.variables,
    LAMBDA_TASK_ROOT: setup.taskRoot,
    AWS_LAMBDA_RUNTIME_API: address,
    _HANDLER: setup.handler,
  };
}

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  return () => text;
}

function failed(phase: string, message: Message | undefined, log: string): ColdStart {
  if (message === undefined) return { ok: false, why: `${phase}: the process ended: ${log.slice(-500)}` };
  const said = 'message' in message ? `${message.type}: ${message.message}` : `unexpected ${message.is}`;
  return { ok: false, why: `${phase}: ${said}` };
}
