import type { SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import { fateOf } from '../../shared/pipeline/unplaced.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const signal = { subject: { kind: 'volume', id: 'vol-1' } } as Signal;
const gone = { is: 'unknown', why: 'not there', isGone: true } as const;
const unread = { is: 'unknown', why: 'throttled' } as const;
const opening = { opens: () => true };
const joining = { opens: () => false };

function record(receives: number, firstAgoMs?: number): SQSRecord {
  const attributes = {
    ApproximateReceiveCount: String(receives),
    ApproximateFirstReceiveTimestamp: firstAgoMs === undefined ? 'x' : String(NOW - firstAgoMs),
  };
  return { attributes } as SQSRecord;
}

const fate = (trouble: { opens?: () => boolean }, owner: typeof gone | typeof unread, tried: SQSRecord) =>
  fateOf(trouble, { record: tried, signal, owner, now: NOW }).do;

describe('a signal that nobody can be found for', () => {
  test('about what is gone, that opens nothing, is ignored at its first try', () => {
    expect(fate(joining, gone, record(1, 0))).toBe('ignore');
  });

  test('that opens is tried again soon, then after minutes, and then ignored', () => {
    expect(fate(opening, gone, record(1, 0))).toBe('retry');
    expect(fate(opening, gone, record(3, 6_000))).toBe('retry-later');
    expect(fate(opening, gone, record(4, 3 * MINUTE_MS))).toBe('ignore');
  });

  test('that opens is not ignored by its age alone: it was asked about once', () => {
    expect(fate(opening, gone, record(1, 60 * MINUTE_MS))).toBe('retry');
  });

  test('is never taken for gone where SQS does not say since when it is tried', () => {
    expect(fate(opening, gone, record(5))).toBe('retry-later');
  });

  test('is tried again and parked where AWS could not be asked, whatever it opens', () => {
    for (const trouble of [opening, joining]) {
      expect(fate(trouble, unread, record(2, 0))).toBe('retry');
      expect(fate(trouble, unread, record(3, 60 * MINUTE_MS))).toBe('park');
    }
  });

  test('is parked as ever by a trouble that does not say what opens', () => {
    expect(fate({}, gone, record(3, 60 * MINUTE_MS))).toBe('park');
  });
});
