import { type AwsTheatre, MEMBERS } from '../../contract/aws.contract.ts';
import { TEMPLATE_VERSIONS } from '../../contract/aws-volumes.contract.ts';
import { bench, demoCluster } from '../../simulator/harness.ts';
import { engineTheatre } from './aws.ts';
import { awsContract } from './aws-contract.ts';

const SETTLE_MS = 300_000;
const TEMPLATE = 'lt-0a1b2c3d4e5f60718';

/** What moto does otherwise than AWS: these stay with the simulator. */
const LACKING = {
  'a terminated instance has lost its private name': 'it keeps the name',
  'a desired capacity outside min and max is invalid': 'it takes any number',
  'detaching what is not in the group is invalid': 'it takes any id',
  'terminating who is in no group is invalid': 'it answers 500',
  'activities are told newest first': 'it has none',
  'a group without an instance refresh is not refreshing': 'it answers 500',
  'hooks of a group that is gone are invalid to ask for': 'it gives an empty list',
  'a hook holds the member in Terminating:Wait, and completing it lets go': 'hooks hold nobody',
  'a heartbeat or an end for a hook that holds nobody is invalid': 'it answers 500',
  'a modification has not come far when it is answered': 'it is complete at once',
  'a modification that runs is listed without being named': 'each is complete at once',
  'a second modification while one runs is a conflict': 'each is complete at once',
  'more IOPS than the type has is invalid': 'it takes any number',
};

async function simulated(): Promise<AwsTheatre> {
  return {
    stage: async (hooked) => {
      const { desired: count, min, max, hook, heartbeatSeconds } = MEMBERS;
      const hooks = [{ name: hook, heartbeat: `${heartbeatSeconds}s`, default: 'CONTINUE' as const }];
      const groups = [
        {
          name: 'workers',
          kind: 'self-managed' as const,
          count,
          min,
          max,
          terminateHooks: hooked ? hooks : [],
        },
        { name: 'pool', kind: 'karpenter' as const, count: 1 },
      ];
      const { world, ports, run } = await bench({ clusters: [demoCluster({ groups })] });
      const versions = TEMPLATE_VERSIONS.map((mappings) => mappings.map((each) => ({ ...each })));
      world.ebs.templates.put(TEMPLATE, 'nodes', ...versions);
      return {
        ec2: ports.ec2,
        autoscaling: ports.autoscaling,
        volumes: ports.volumes,
        group: world.fleet.groups[0]?.asg ?? '',
        loose: world.instance('pool/0').id,
        template: TEMPLATE,
        run,
        settle: () => world.clock.advance(SETTLE_MS),
      };
    },
    close: async () => {},
  };
}

awsContract('simulator', simulated);
awsContract('moto', engineTheatre, LACKING);
