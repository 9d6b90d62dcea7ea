import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Prints what a benchmark measured, for whoever started it; the exit code says whether it counts. */
export function printReport(report: { broken: readonly string[] }): void {
  console.log(JSON.stringify(report, undefined, 2));
  if (report.broken.length > 0) process.exitCode = 1;
}

export type ChildResult<T> = { ok: true; report: T } | { ok: false; why: string };

/** Everything after it runs on the same core, where the system lets us choose. */
export function isPinnable(): boolean {
  return process.platform === 'linux' && spawnSync('taskset', ['-c', '0', 'true']).status === 0;
}

export interface ChildOptions {
  /** Of wall time. */
  limitMs: number;
  pinned: boolean;
  /** V8's heap may not grow beyond this, so that peak memory shows what is needed and not what was left lying. */
  heapMb?: number;
}

/**
 * Runs one benchmark of this folder in a process of its own, so that its memory is its own and it can be ended
 * when `limitMs` of wall time are over. A run that calls itself broken still gives its report.
 */
export async function runChild<T>(
  file: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<ChildResult<T>> {
  const { limitMs, pinned, heapMb } = options;
  const heap = heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`];
  const node = [process.execPath, ...heap, join(import.meta.dirname, file), ...args];
  const [command = '', ...rest] = pinned ? ['taskset', '-c', '0', ...node] : node;
  const limits = { timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 } as const;
  try {
    const { stdout } = await promisify(execFile)(command, rest, limits);
    return { ok: true, report: JSON.parse(stdout) as T };
  } catch (error) {
    return readFailure(file, error);
  }
}

function readFailure<T>(file: string, error: unknown): ChildResult<T> {
  if (!(error instanceof Error)) throw error;
  const killed: unknown = Reflect.get(error, 'killed');
  if (killed === true) return { ok: false, why: `${file} was ended: it took too long` };
  const stdout: unknown = Reflect.get(error, 'stdout');
  const code: unknown = Reflect.get(error, 'code');
  try {
    if (code === 1 && typeof stdout === 'string') return { ok: true, report: JSON.parse(stdout) as T };
  } catch (notJson) {
    if (!(notJson instanceof SyntaxError)) throw notJson;
  }
  // The message carries all of stderr; a stack of native frames helps nobody.
  return { ok: false, why: `${file} failed: ${error.message.slice(0, 500)}` };
}
