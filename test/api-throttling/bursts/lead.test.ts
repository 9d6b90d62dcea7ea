import { describe, expect, test } from 'vitest';
import { type Candidate, leadOf } from '../../../functions/api-throttling/lead.ts';
import { MINUTE_MS } from '../../../shared/clock.ts';
import { acceptSignal } from '../../../shared/incident/accept.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import type { Table } from '../../../shared/ports/table.ts';
import { DEFAULT_START } from '../../../simulator/clock.ts';
import { MemoryTable } from '../../../simulator/table.ts';

const place = { account: '210987654321', region: 'eu-west-1' };

function incidentOf(id: string, more: Partial<Incident> = {}): Incident {
  const signal = {
    ...{ kind: 'api-throttling', subject: { kind: 'principal' as const, id }, occurredAt: DEFAULT_START },
    ...{ eventId: 'event-1', ...place, meaning: 'api-throttling:x1', data: {} },
  };
  const cluster = { name: 'prod', ...place };
  const { incident } = acceptSignal(undefined, signal, { trouble: 't', cluster, now: DEFAULT_START });
  return { ...incident, ...more };
}

class Stage {
  table: Table = new MemoryTable();
  now = DEFAULT_START;
  incidents = new Map<string, Incident>();

  async lead(...candidates: readonly Candidate[]): Promise<string | undefined> {
    const found = await leadOf({
      ports: { table: this.table, clock: { now: () => this.now, sleep: async () => {} } },
      place,
      cluster: 'prod',
      candidates: () => candidates,
      readIncident: async (cause) => this.incidents.get(cause),
    });
    return found?.cause;
  }
}

const of = (cause: string, count = 40, incident?: Incident): Candidate => ({ cause, count, incident });

describe('who leads', () => {
  test.each([
    ['whose incident is open', [of('vpc-cni', 90), of('tool:a', 20, incidentOf('tool:a'))], 'tool:a'],
    ['who is vital', [of('tool:a', 90), of('ebs-csi', 20)], 'ebs-csi'],
    ['the strongest of several', [of('vpc-cni', 20), of('karpenter', 21)], 'karpenter'],
    ['the first by name of equals', [of('tool:b'), of('tool:a')], 'tool:a'],
  ])('%s', async (_, candidates, expected) => {
    expect(await new Stage().lead(...candidates)).toBe(expected);
    expect(await new Stage().lead(...candidates.toReversed())).toBe(expected);
  });

  test('two receivers that see different causes at the same moment choose the same', async () => {
    const stage = new Stage();
    const chosen = await Promise.all([
      stage.lead(of('tool:a')),
      stage.lead(of('vpc-cni')),
      stage.lead(of('karpenter')),
    ]);
    expect(new Set(chosen).size).toBe(1);
  });

  test('a choice stands until its incident is opened, although somebody vital comes in between', async () => {
    const stage = new Stage();
    expect(await stage.lead(of('tool:a'))).toBe('tool:a');
    expect(await stage.lead(of('vpc-cni', 500))).toBe('tool:a');
    stage.now += 14 * MINUTE_MS;
    expect(await stage.lead(of('vpc-cni', 500))).toBe('tool:a');
    stage.now += 2 * MINUTE_MS;
    expect(await stage.lead(of('vpc-cni', 500))).toBe('vpc-cni');
  });

  test('while its incident is open it leads, however quiet it has become; after that there is a new choice', async () => {
    const stage = new Stage();
    await stage.lead(of('tool:a'));
    stage.incidents.set('tool:a', incidentOf('tool:a'));
    stage.now += 300 * MINUTE_MS;
    expect(await stage.lead(of('vpc-cni'))).toBe('tool:a');
    const closed = incidentOf('tool:a', { status: 'closed', closedAt: stage.now });
    stage.incidents.set('tool:a', closed);
    expect(await stage.lead(of('ebs-csi'), of('tool:a', 900, closed))).toBe('ebs-csi');
  });

  test('who led before leads again in the next generation of its incident', async () => {
    const stage = new Stage();
    await stage.lead(of('tool:a'));
    const closed = incidentOf('tool:a', { status: 'closed', closedAt: stage.now });
    stage.incidents.set('tool:a', closed);
    expect(await stage.lead(of('tool:a', 40, closed))).toBe('tool:a');
    // Chosen and not opened yet: the closed generation is not the one that was meant.
    expect(await stage.lead(of('vpc-cni'))).toBe('tool:a');
    stage.incidents.set('tool:a', incidentOf('tool:a', { generation: 2 }));
    expect(await stage.lead(of('vpc-cni'))).toBe('tool:a');
  });

  test('a row that somebody else changes each time is an error and no second incident', async () => {
    const stage = new Stage();
    const table = new MemoryTable();
    table.putNew = async () => false;
    stage.table = table;
    await expect(stage.lead(of('tool:a'))).rejects.toMatchObject({ kind: 'conflict' });
  });
});
