import { describe, expect, test } from 'vitest';
import { FaultPlan } from '../../simulator/faults.ts';
import { onlyIncident } from '../support/simulate.ts';
import { FLOWS, playFlow } from './flows.ts';

const clean = new Map(
  await Promise.all(FLOWS.map(async (flow) => [flow.name, await playFlow(flow)] as const)),
);

describe.each(FLOWS)('T02: $name, a crash at every port call, then redelivery', (flow) => {
  const { state, world } = clean.get(flow.name) ?? {};
  const calls = world?.calls.calls.length ?? 0;

  test('the clean run closes and makes enough calls for the others to mean something', () => {
    expect(state?.status).toBe('closed');
    expect(calls).toBeGreaterThan(60);
  });

  test.each(Array.from({ length: calls }, (_, index) => index + 1))(
    'before and after call %i',
    async (call) => {
      for (const kind of ['crash-before', 'crash-after'] as const) {
        const crashed = await playFlow(flow, { faults: new FaultPlan([{ call, fault: { kind } }]) });
        expect({ kind, ...crashed.state }).toEqual({ kind, ...state });
      }
    },
  );

  test('V5: after any crash every announcement that is due has been made', async () => {
    for (let call = 1; call <= calls; call += 7) {
      const crashed = await playFlow(flow, {
        faults: new FaultPlan([{ call, fault: { kind: 'crash-after' } }]),
      });
      const incident = await onlyIncident(crashed.simulation);
      expect(incident.announced).toBe(incident.announce);
    }
  });
});
