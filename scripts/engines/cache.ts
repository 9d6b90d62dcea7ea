import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface RunOptions {
  cwd?: string;
  /** Added to the environment we run in. */
  env?: Readonly<Record<string, string>>;
  /** Written to its standard input, which is closed either way. */
  input?: string;
  /** After this the process and all it started are ended. Default 60 s. */
  timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;
/** Of what a command said on its way down, in characters. */
const MAX_TAIL = 2_000;

/** `~/.cache/paramedic/<name>`, made if it is not there. The name carries the version of what is kept in it. */
export async function cacheFolder(name: string): Promise<string> {
  const folder = join(homedir(), '.cache', 'paramedic', name);
  await mkdir(folder, { recursive: true });
  return folder;
}

/**
 * Runs a command to its end and gives what it wrote to standard output. Throws an Error that holds the end of its
 * error output when it cannot be started, fails, or is not done in time.
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd, env, input = '', timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  return new Promise((resolve, reject) => {
    // A group of its own, so that what the command started ends with it.
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, detached: true });
    const chunks: Buffer[] = [];
    let tail = '';
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      endGroup(child.pid);
    }, timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString('utf8')).slice(-MAX_TAIL);
    });
    // A command that does not read its input closes it early: its exit code says how it went.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`${command}: ${error.message}`, { cause: error }));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0 && !isLate) return resolve(Buffer.concat(chunks).toString('utf8'));
      const why = isLate ? `not done after ${timeoutMs / 1_000} s` : `ended with ${code ?? signal}`;
      reject(new Error(`${command} ${args[0] ?? ''} ${why}\n${tail}`.trim()));
    });
  });
}

/** Ends a process that was started detached, and all it started itself. */
export function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}
