import type { EpochMs } from '../../../shared/clock.ts';
import { type Fact, readFact } from '../../../shared/fact.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import { isOvertaken } from '../../../shared/incident/questions.ts';
import type { Ports } from '../../../shared/ports/index.ts';
import type { Volume } from '../../../shared/ports/volumes.ts';
import { type AttachedVolume, worstFirst } from '../attached.ts';
import { readAttached } from './attached.ts';

export interface SubjectFacts {
  /** The volume the incident is looked at by. */
  volume: Fact<Volume>;
  /** All volumes of the instance, where they had to be read to find that one. */
  attached?: Fact<AttachedVolume[]>;
}

type Reading = Pick<Ports, 'ec2' | 'volumes' | 'usage'> & { at: EpochMs };

/**
 * An alarm on an instance names no volume: it is looked at by the one that is worst off now, until one of them is asked
 * about or changed. From then on the incident is about that one: what becomes of a change is told by its own volume.
 */
export async function readSubject(reading: Reading, incident: Incident): Promise<SubjectFacts> {
  const { kind, id } = incident.subject;
  const own = kind === 'volume' ? id : heldTo(incident);
  return own === undefined ? await readWorst(reading, id) : { volume: await readOne(reading, own) };
}

function heldTo({ records, questions }: Incident): string | undefined {
  const begun = records.findLast(({ state }) => state !== 'superseded');
  // A yes that nothing was begun by yet is about that volume still.
  const asked = questions.findLast((question) => !isOvertaken(question));
  return (begun ?? asked)?.step.targets.find(({ kind }) => kind === 'volume')?.id;
}

async function readOne({ volumes, at }: Reading, id: string): Promise<Fact<Volume>> {
  return await readFact('EC2 DescribeVolumes', at, async () => {
    const [found] = await volumes.describeVolumes([id]);
    if (found === undefined) throw new Error(`EC2 does not return ${id}`);
    return found;
  });
}

async function readWorst(reading: Reading, instanceId: string): Promise<SubjectFacts> {
  const { ec2, at } = reading;
  const source = 'EC2 DescribeVolumes';
  const read = await readFact(source, at, async () => {
    const [instance] = await ec2.describeInstances([instanceId]);
    const ids = (instance?.volumes ?? []).map(({ id }) => id);
    if (ids.length === 0) throw new Error(`EC2 names no volume of ${instanceId}`);
    const { volumes, attached } = await readAttached(reading, { instanceId, ids });
    const volume = worstFirst(attached).flatMap((each) => volumes.find(({ id }) => id === each.id) ?? [])[0];
    if (volume === undefined) throw new Error(`EC2 returns no volume of ${instanceId}`);
    return { volume, attached };
  });
  if (!read.known) return { volume: read, attached: read };
  const { volume, attached } = read.value;
  return { volume: { ...read, value: volume }, attached: { ...read, value: attached } };
}
