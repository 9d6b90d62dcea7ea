import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_LIMIT_MS = 5_000;
const TAIL = 2_000;

/** Programs of one test file, each with its log in the folder. None outlives the process that started it. */
export class Processes {
  readonly #folder: string;
  readonly #running = new Map<string, ChildProcess>();
  readonly #killAll = () => {
    for (const child of this.#running.values()) child.kill('SIGKILL');
  };

  constructor(folder: string) {
    this.#folder = folder;
    process.once('exit', this.#killAll);
  }

  start(name: string, program: string, args: readonly string[]): void {
    const log = openSync(this.#logOf(name), 'a');
    const child = spawn(program, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    // A program that cannot be started has ended: whoever waits for it learns it from `check`.
    child.on('error', () => undefined);
    this.#running.set(name, child);
  }

  /** Throws with the end of its log when a program has ended. */
  check(): void {
    for (const [name, child] of this.#running) {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) continue;
      throw new Error(`${name} has ended\n${readFileSync(this.#logOf(name), 'utf8').slice(-TAIL)}`);
    }
  }

  /** Stops time for a program: it is there and does nothing. */
  pause(name: string): void {
    this.#running.get(name)?.kill('SIGSTOP');
  }

  resume(name: string): void {
    this.#running.get(name)?.kill('SIGCONT');
  }

  /** Ends all of them, last started first. */
  async stop(): Promise<void> {
    for (const [name, child] of [...this.#running].reverse()) {
      this.#running.delete(name);
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const isDone = await Promise.race([
        ended.then(() => true),
        sleep(STOP_LIMIT_MS, false, { ref: false }),
      ]);
      if (isDone) continue;
      child.kill('SIGKILL');
      await ended;
    }
    process.off('exit', this.#killAll);
  }

  #logOf(name: string): string {
    return join(this.#folder, `${name}.log`);
  }
}

/** Ports of loopback that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Tries until it succeeds. Throws the last failure when it does not within the limit, and what `check` throws. */
export async function eventually<T>(
  attempt: () => Promise<T>,
  limitMs: number,
  check: () => void = () => undefined,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    check();
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() >= deadline) throw error;
      await sleep(100);
    }
  }
}
