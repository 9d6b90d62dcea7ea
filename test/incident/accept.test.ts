import { describe, expect, test } from 'vitest';
import { acceptSignal, MAX_SIGNALS } from '../../shared/incident/accept.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Signal } from '../../shared/incident/signal.ts';

const about = {
  trouble: 'node-interruption',
  cluster: { name: 'prod', account: '111122223333', region: 'eu-west-1' },
  now: 1_000_000,
};

function signal(over: Partial<Signal> = {}): Signal {
  return {
    kind: 'spot-interruption',
    subject: { kind: 'instance', id: 'i-0123456789abcdef0' },
    occurredAt: 900_000,
    eventId: 'e-1',
    account: '111122223333',
    region: 'eu-west-1',
    meaning: 'spot-interruption:terminate',
    data: { action: 'terminate' },
    ...over,
  };
}

function closed(incident: Incident): Incident {
  return { ...incident, status: 'closed', closedAt: 1_100_000, rounds: 3 };
}

describe('accepting a signal', () => {
  test('the first signal opens generation 1 under an id that depends on the subject only', () => {
    const { disposition, incident } = acceptSignal(undefined, signal(), about);
    const other = acceptSignal(undefined, signal({ eventId: 'e-2', occurredAt: 1 }), about).incident;
    expect(disposition).toBe('opened');
    expect(incident).toMatchObject({ generation: 1, status: 'open', revision: 1, rounds: 0 });
    expect(other.id).toBe(incident.id);
  });

  test('the same event again is a duplicate and returns the very same record', () => {
    const { incident } = acceptSignal(undefined, signal(), about);
    const again = acceptSignal(incident, signal(), about);
    expect(again.disposition).toBe('duplicate');
    expect(again.incident).toBe(incident);
  });

  test('another copy of the same news with a new event id is late, not news', () => {
    const { incident } = acceptSignal(undefined, signal(), about);
    const copy = acceptSignal(incident, signal({ eventId: 'e-2' }), about);
    expect(copy).toEqual({ disposition: 'late', incident });
  });

  test('a newer signal joins an open incident and raises its revision', () => {
    const { incident } = acceptSignal(undefined, signal(), about);
    const joined = acceptSignal(incident, signal({ eventId: 'e-2', occurredAt: 950_000 }), about);
    expect(joined.disposition).toBe('joined');
    expect(joined.incident.revision).toBe(2);
    expect(joined.incident.signals).toHaveLength(2);
  });

  test('a copy that arrives after closing is swallowed, news reopens as the next generation', () => {
    const ended = closed(acceptSignal(undefined, signal(), about).incident);
    expect(acceptSignal(ended, signal({ eventId: 'e-9' }), about).disposition).toBe('late');
    const reopened = acceptSignal(ended, signal({ eventId: 'e-3', occurredAt: 2_000_000 }), about);
    expect(reopened.disposition).toBe('reopened');
    expect(reopened.incident).toMatchObject({ generation: 2, rounds: 0, records: [], questions: [] });
  });

  test('a copy from an older generation stays late in the new one', () => {
    const ended = closed(acceptSignal(undefined, signal(), about).incident);
    const second = acceptSignal(ended, signal({ eventId: 'e-3', occurredAt: 2_000_000 }), about).incident;
    expect(acceptSignal(second, signal(), about).disposition).toBe('late');
  });

  test('another meaning at the same moment is news: a stop warning after a terminate warning', () => {
    const { incident } = acceptSignal(undefined, signal(), about);
    const stop = signal({ eventId: 'e-4', meaning: 'spot-interruption:stop' });
    expect(acceptSignal(incident, stop, about).disposition).toBe('joined');
  });

  test('a flood about one subject stays bounded but is still counted as news', () => {
    let { incident } = acceptSignal(undefined, signal(), about);
    for (let n = 1; n <= MAX_SIGNALS + 20; n++) {
      incident = acceptSignal(
        incident,
        signal({ eventId: `f-${n}`, occurredAt: 900_000 + n }),
        about,
      ).incident;
    }
    expect(incident.signals).toHaveLength(MAX_SIGNALS);
    expect(incident.revision).toBe(MAX_SIGNALS + 21);
  });

  test('where the newest count, the first news and the newest of each kind stay, and what newer news stands for goes', () => {
    let { incident } = acceptSignal(undefined, signal(), about);
    const join = (meaning: string, n: number) => {
      incident = acceptSignal(
        incident,
        signal({ eventId: `${meaning}-${n}`, meaning, occurredAt: 900_000 + n }),
        { ...about, keepsNewest: true },
      ).incident;
    };
    join('rare', 1);
    for (let n = 2; n <= 3 * MAX_SIGNALS; n++) join('flapping', n);
    const ids = incident.signals.map(({ eventId }) => eventId);
    expect(ids).toHaveLength(MAX_SIGNALS);
    expect(ids[0]).toBe(signal().eventId);
    expect(ids).toContain('rare-1');
    expect(ids.at(-1)).toBe(`flapping-${3 * MAX_SIGNALS}`);
  });

  test('where all of them are news of their own, what comes when it is full is not kept', () => {
    let { incident } = acceptSignal(undefined, signal(), about);
    for (let n = 1; n <= MAX_SIGNALS + 5; n++) {
      incident = acceptSignal(
        incident,
        signal({ eventId: `k-${n}`, meaning: `kind-${n}`, occurredAt: 900_000 + n }),
        { ...about, keepsNewest: true },
      ).incident;
    }
    expect(incident.signals.at(-1)?.eventId).toBe(`k-${MAX_SIGNALS - 1}`);
  });
});
