import type { EpochMs } from '../../../shared/clock.ts';
import { readFact, unknown } from '../../../shared/fact.ts';
import type { Ports } from '../../../shared/ports/index.ts';
import type { Volume } from '../../../shared/ports/volumes.ts';
import type { AttachedVolume, MeasuredUse } from '../attached.ts';
import { provisionedFor } from '../performance.ts';
import { readUse } from './neighbours-use.ts';

const SOURCE = 'CloudWatch AWS/EBS';

/** Some of the volumes of an instance: one DescribeVolumes and one GetMetricData. A failed use hides no volume. */
export async function readAttached(
  { volumes, usage, at }: Pick<Ports, 'volumes' | 'usage'> & { at: EpochMs },
  { instanceId, ids }: { instanceId: string; ids: readonly string[] },
): Promise<{ volumes: Volume[]; attached: AttachedVolume[] }> {
  const [first, ...others] = ids;
  if (first === undefined) return { volumes: [], attached: [] };
  const found = await volumes.describeVolumes([first, ...others]);
  const uses = await readFact(SOURCE, at, () => readUse(usage, { instanceId, ids, at }));
  const useOf = (id: string): AttachedVolume['use'] => {
    if (!uses.known) return uses;
    const value: MeasuredUse | undefined = uses.value.get(id);
    return value === undefined ? unknown('not asked for', SOURCE, at) : { ...uses, value };
  };
  const attached = ids.map((id): AttachedVolume => {
    const volume = found.find((each) => each.id === id);
    const performance = volume === undefined ? undefined : provisionedFor(volume);
    return { id, performance: performance ?? null, use: useOf(id) };
  });
  return { volumes: found, attached };
}
