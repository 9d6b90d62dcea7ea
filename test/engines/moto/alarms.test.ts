import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Server } from '../../../scripts/engines/moto.ts';
import { ALARM_CASES, ALARM_CASES_SIMULATED, type AlarmStage } from '../../contract/aws-alarms.contract.ts';
import { NOT_HERE, reportsRun } from '../../contract/report.ts';
import { bench, demoCluster } from '../../simulator/harness.ts';
import { portsOf, REGION, startAws } from './aws.ts';

async function simulated(): Promise<AlarmStage> {
  const { world, ports, run } = await bench({ clusters: [demoCluster()] });
  return {
    alarms: ports.alarms,
    run,
    put: async ({ AlarmName = '', ...alarm }, StateValue) => {
      const StateTransitionedTimestamp = new Date(world.clock.now());
      return world.alarms.putMetric(AlarmName, { ...alarm, StateValue, StateTransitionedTimestamp });
    },
    remove: async (name) => world.alarms.delete(name),
  };
}

function onEngine(): AlarmStage {
  const client = new CloudWatchClient({ region: REGION });
  return {
    alarms: portsOf().alarms,
    run: (work) => work,
    put: async (alarm, StateValue) => {
      const { AlarmName } = alarm;
      await client.send(new PutMetricAlarmCommand(alarm));
      await client.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'test' }));
      const { MetricAlarms = [] } = await client.send(
        new DescribeAlarmsCommand({ AlarmNames: [AlarmName ?? ''] }),
      );
      return MetricAlarms[0]?.AlarmArn ?? '';
    },
    remove: async (name) => {
      await client.send(new DeleteAlarmsCommand({ AlarmNames: [name] }));
    },
  };
}

describe('the simulator keeps the contract of alarms', () => {
  reportsRun('alarms', 'simulator');
  for (const [name, run] of Object.entries({ ...ALARM_CASES, ...ALARM_CASES_SIMULATED }))
    test(name, async () => run(await simulated()));
});

describe('moto keeps the contract of alarms', () => {
  reportsRun('alarms', 'moto');
  let server: Server;
  beforeAll(async () => {
    server = await startAws();
  });
  afterAll(async () => {
    await server.stop();
    for (const name of Object.keys(ALARM_CASES_SIMULATED)) console.log(`moto: ${NOT_HERE}: ${name}`);
  });
  for (const [name, run] of Object.entries(ALARM_CASES)) test(name, () => run(onEngine()));
});
