import type { EpochMs } from '../../../shared/clock.ts';
import { isoTime } from '../../../shared/clock.ts';
import { describeFailure } from '../../../shared/errors.ts';
import { known, unknown } from '../../../shared/fact.ts';
import { incidentId } from '../../../shared/incident/keys.ts';
import type { Signal, Subject } from '../../../shared/incident/signal.ts';
import type { SweepInput } from '../../../shared/pipeline/trouble.ts';
import type { Modification, Volume } from '../../../shared/ports/volumes.ts';
import { type ChangedVolume, noteLook } from '../changes.ts';
import { stepBack } from '../decide/step-back.ts';
import { TROUBLE } from '../events.ts';
import { stepBackInput } from '../looks.ts';
import { readLongUse } from '../measure/long-use.ts';
import type { EbsSaturationPolicy } from '../policy.ts';
import { costText } from '../price/cost.ts';
import { STEP_BACK } from '../standing.ts';

type Input = SweepInput<EbsSaturationPolicy>;

/** A volume as it is now. */
interface Found {
  changed: ChangedVolume;
  volume: Volume;
  modification: Modification | null;
}

/** One DescribeVolumes and one DescribeVolumesModifications for all, one GetMetricData for each. */
export async function lookAtChanged(
  input: Input,
  due: readonly ChangedVolume[],
  now: EpochMs,
): Promise<string[]> {
  const { ports, cluster } = input;
  const [first, ...others] = due.map(({ id }) => id);
  if (first === undefined) return [];
  const volumes = await ports.volumes.describeVolumes([first, ...others]);
  const modifications = await ports.volumes.describeModifications([first, ...others]);
  const lines: string[] = [];
  for (const changed of due) {
    const volume = volumes.find(({ id }) => id === changed.id);
    const modification = modifications.find(({ volumeId }) => volumeId === changed.id) ?? null;
    const line = volume && (await looked(input, { changed, volume, modification }, now));
    if (line !== undefined) lines.push(line);
    // Whatever came of it, and last: after a crash it is looked at again, and one that cannot be read holds up no other.
    await noteLook(ports.table, cluster, changed.id, now);
  }
  return lines;
}

/** One volume's trouble hides no other. */
async function looked(input: Input, found: Found, now: EpochMs): Promise<string | undefined> {
  try {
    return await lookAt(input, found, now);
  } catch (error) {
    return `${found.volume.id} of ${input.cluster.name}: ${describeFailure(error)}`;
  }
}

async function lookAt(input: Input, found: Found, now: EpochMs): Promise<string | undefined> {
  const { ports, policy, cluster } = input;
  const { volume } = found;
  if (await isOthers(input, volume, now)) return undefined;
  const lookBackMs = policy.changes.stepBack.quietFor;
  const use = await readLongUse(ports.usage, { volume, at: now, lookBackMs });
  const about = stepBackInput({ facts: factsOf(found, now), policy, now }, use, cluster.region);
  const decision = about === undefined ? undefined : stepBack(about);
  if (decision?.decision !== 'lower') return undefined;
  const how = await input.open(signalOf(input, volume.id, now));
  return `${volume.id} of ${cluster.name} has more than it uses: ${costText(decision.cost)} (${how})`;
}

/** An incident is open, or one ended lately: its end, or a no, holds as long as a quiet time lasts. */
async function isOthers(input: Input, { id, attachments }: Volume, now: EpochMs): Promise<boolean> {
  const subjects: Subject[] = [
    { kind: 'volume', id },
    ...attachments.map(({ instanceId }) => ({ kind: 'instance', id: instanceId }) as const),
  ];
  if (input.openIncidents.some(({ subject }) => subjects.some((each) => each.id === subject.id))) return true;
  const { quietFor } = input.policy.changes.stepBack;
  for (const subject of subjects) {
    const incident = await input.readIncident(incidentId(TROUBLE, input.cluster, subject));
    if (incident === undefined) continue;
    if (incident.status === 'open' || now < (incident.closedAt ?? now) + quietFor) return true;
  }
  return false;
}

/** Who manages it, and whether it is a root volume, say how it is lowered and not whether: the run reads them. */
function factsOf({ changed, volume, modification }: Found, at: EpochMs) {
  return {
    volume: known(volume, 'EC2 DescribeVolumes', at),
    modification: known(modification, 'EC2 DescribeVolumesModifications', at),
    changes: known(changed, 'the ledger', at),
    isRoot: unknown('not read', 'EC2 DescribeInstances', at),
    claim: known(null, 'not read', at),
  };
}

/** One a day, however often it is found. */
function signalOf({ cluster }: Input, id: string, now: EpochMs): Signal {
  const time = isoTime(now);
  return {
    kind: STEP_BACK,
    subject: { kind: 'volume', id },
    occurredAt: now,
    eventId: `sweep-${id}-${time}`,
    account: cluster.account,
    region: cluster.region,
    meaning: `${STEP_BACK}:${time.slice(0, 10)}`,
    data: { foundBy: 'sweep' },
  };
}
