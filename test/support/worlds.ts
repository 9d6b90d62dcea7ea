import type { WorldInput } from '../../simulator/world-file.ts';
import { smallWorld } from './simulate.ts';

type Cluster = WorldInput['clusters'][number];
type Group = Cluster['groups'][number];

const [base] = smallWorld.clusters;

/** The small world's one cluster with other groups, and a StatefulSet whose pods own a volume each. */
export function statefulWorld(group: Partial<Group> = {}, cluster: Partial<Cluster> = {}): WorldInput {
  if (base === undefined) throw new Error('the small world has no cluster');
  const db = { name: 'db', namespace: 'data', kind: 'StatefulSet' as const, replicas: 3, volume: true };
  return {
    clusters: [
      {
        ...base,
        groups: [{ name: 'spot', kind: 'self-managed', lifecycle: 'spot', count: 3, ...group }],
        workloads: [...(base.workloads ?? []), db],
        ...cluster,
      },
    ],
  };
}
