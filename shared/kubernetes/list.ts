import { PortError } from '../errors.ts';
import { classifyAnswer, type Failed } from './classify.ts';
import type { HttpAnswer } from './http.ts';
import { parseObject } from './object.ts';
import { isSuccess, type Session } from './session.ts';

export interface ListCall extends Failed {
  /** Encoded path without query. */
  path: string;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

interface List<T> {
  metadata?: { continue?: string };
  items?: T[] | null;
}

const PAGE_SIZE = 500;
const MAX_LIST_BYTES = 64 * 1024 * 1024;
const GONE = 410;

/**
 * Every item, page by page, from etcd. A list so long that its snapshot is compacted on the way (410) starts
 * again once; after that it is a PortError `transient`.
 */
export async function listAll<T>(session: Session, call: ListCall): Promise<T[]> {
  return (await readPages<T>(session, call, false)) ?? (await readPages<T>(session, call, true)) ?? [];
}

/** At most 500 items: the first page alone. */
export async function listSome<T>(session: Session, call: ListCall): Promise<T[]> {
  const answer = await readPage(session, call, '', MAX_LIST_BYTES);
  if (!isSuccess(answer)) throw classifyAnswer(call, answer);
  return parseObject<List<T>>(call, answer.body).items ?? [];
}

/** Undefined when the list has to start again; `last` throws then. */
async function readPages<T>(session: Session, call: ListCall, last: boolean): Promise<T[] | undefined> {
  const items: T[] = [];
  let next = '';
  let bytes = 0;
  do {
    const answer = await readPage(session, call, next, MAX_LIST_BYTES - bytes);
    if (answer.status === GONE && next !== '' && !last) return undefined;
    if (!isSuccess(answer)) throw classifyAnswer(call, answer);
    bytes += answer.body.length;
    const page = parseObject<List<T>>(call, answer.body);
    for (const item of page.items ?? []) items.push(item);
    next = nextPage(call, next, page.metadata?.continue);
  } while (next !== '');
  return items;
}

function readPage(session: Session, call: ListCall, next: string, maxBytes: number): Promise<HttpAnswer> {
  const path = `${call.path}?${queryOf(call, next)}`;
  return session.exchange({ ...call, method: 'GET', path, maxBytes });
}

function nextPage({ operation }: ListCall, current: string, next = ''): string {
  if (next === '' || next !== current) return next;
  throw new PortError('transient', 'the list continues where it is', { operation });
}

function queryOf({ labelSelector, fieldSelector }: ListCall, next: string): string {
  const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
  if (labelSelector !== undefined) query.set('labelSelector', labelSelector);
  if (fieldSelector !== undefined) query.set('fieldSelector', fieldSelector);
  if (next !== '') query.set('continue', next);
  return query.toString();
}
