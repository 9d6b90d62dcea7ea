import { describe, expect, it } from 'vitest';
import { FaultPlan } from '../../simulator/faults.ts';
import { loadScenario } from '../../simulator/load.ts';
import { simulatedPorts } from '../../simulator/ports.ts';
import { playScenario } from '../../simulator/scenario.ts';
import { worldOf } from '../../simulator/world.ts';
import { demoCluster, noDurable, outcome } from './harness.ts';

describe('scenario', () => {
  it('plays world items, faults and people at their times', async () => {
    const world = worldOf({ clusters: [demoCluster()] });
    const faults = new FaultPlan();
    const ports = simulatedPorts(world, { durable: noDurable, faults });
    const answers: string[] = [];
    const scenario = loadScenario(
      [
        '- { at: 10s, do: interrupt, target: workers/1 }',
        '- { at: 20s, do: fault, lasts: 10s, rule: { port: eks, fault: { kind: throttle } } }',
        '- { at: 40s, do: approve, by: alice }',
        '- { at: 50s, do: event, event: { source: x, detail-type: y } }',
      ].join('\n'),
    );
    playScenario(world, scenario, { faults, answer: (item) => answers.push(`${item.do} ${item.by}`) });
    const listing = () => world.clock.run(outcome(ports.eks.listClusters()));
    await world.clock.advance(15_000);
    expect(world.events).toMatchObject([{ detail: { 'instance-id': world.instance('workers/1').id } }]);
    expect(await listing()).toBe('ok');
    await world.clock.advance(6_000);
    expect(await listing()).toBe('throttled');
    await world.clock.advance(10_000);
    expect(await listing()).toBe('ok');
    await world.clock.advance(20_000);
    expect(answers).toEqual(['approve alice']);
    expect(world.events[1]).toMatchObject({ source: 'x', 'detail-type': 'y', account: '210987654321' });
  });

  it('plays everything that takes a machine away', async () => {
    const workers = { name: 'workers', kind: 'self-managed' as const, count: 6, terminateHooks: ['drain'] };
    const fixed = { name: 'fixed', kind: 'self-managed' as const, count: 1, replaceUnhealthy: false };
    const world = worldOf({ clusters: [demoCluster({ groups: [workers, fixed] })] });
    const acts = ['rebalance', 'terminate', 'scale-in', 'warm-pool', 'capacity-interrupt'];
    const items = acts.map((act, index) => `- { at: 1s, do: ${act}, target: workers/${index} }`);
    const stop = '- { at: 1s, do: stop-instance, target: fixed/0 }';
    const start = '- { at: 2m, do: start-instance, target: fixed/0 }';
    playScenario(world, loadScenario([...items, stop, start].join('\n')));
    await world.clock.advance(2_000);
    const hooks = world.fleet.lifecycleActions.map((action) => action.instanceId);
    expect(hooks).toEqual([world.instance('workers/2').id, world.instance('workers/3').id]);
    expect(world.events.map((event) => event['detail-type'])).toEqual([
      'EC2 Instance Rebalance Recommendation',
      'EC2 Instance State-change Notification',
      'EC2 Instance-terminate Lifecycle Action',
      'EC2 Instance-terminate Lifecycle Action',
      'EC2 Capacity Reservation Instance Interruption Warning',
      'EC2 Instance State-change Notification',
    ]);
    await world.clock.advance(60_000);
    expect(world.instance('fixed/0').state).toBe('stopped');
    await world.clock.advance(120_000);
    const states = world.nodes().map((node) => node.state);
    expect(states.slice(0, 7)).toEqual([
      'running',
      'terminated',
      'running',
      'running',
      'terminated',
      'running',
      'running',
    ]);
  });

  it('refuses at the start what it could not play later', () => {
    const world = worldOf({ clusters: [demoCluster()] });
    const approve = loadScenario('- { at: 0s, do: approve, by: alice }');
    expect(() => playScenario(world, approve)).toThrow('nobody to play "approve"');
    const stray = loadScenario('- { at: 0s, do: terminate, target: nowhere }');
    expect(() => playScenario(world, stray)).toThrow('no instance, node or group member "nowhere"');
  });
});
