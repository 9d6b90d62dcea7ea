import { readFile } from 'node:fs/promises';
import { PortError } from '../errors.ts';

/**
 * The only place in `shared/config` that touches the disk. Throws PortError `not-found`, `unauthorised` or
 * `transient`.
 */
export async function readConfigFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = codeOf(cause);
    const kind = code === 'ENOENT' ? 'not-found' : code === 'EACCES' ? 'unauthorised' : 'transient';
    throw new PortError(kind, `${path} cannot be read`, { operation: 'read config', code, cause });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
