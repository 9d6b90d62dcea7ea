import { PortError } from '../errors.ts';

export const MERGE_PATCH_TYPE = 'application/merge-patch+json';

/** An answer that is no JSON object was cut or comes from something in between. */
export function parseObject<T extends object>({ operation }: { operation: string }, body: string): T {
  const parsed = parse(body);
  if (parsed !== null && typeof parsed === 'object') return parsed as T;
  throw new PortError('transient', 'the answer is not JSON', { operation });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * One name as a path segment. An empty one would turn a request for one object into one for all of them, and
 * dots into one for another.
 */
export function segment(operation: string, name: string): string {
  if (name !== '' && name !== '.' && name !== '..') return encodeURIComponent(name);
  throw new PortError('invalid', `"${name}" is not an object's name`, { operation });
}
