import type { Signal, Subject } from '../../shared/incident/signal.ts';
import type { Alarm } from '../../shared/ports/alarms.ts';
import type { Ports } from '../../shared/ports/index.ts';
import { alarmOf } from './signals.ts';

/** A composite over composites over …: nobody nests deeper on purpose. */
const MAX_DEPTH = 4;
const MAX_ALARMS = 100;
const MAX_SUBJECTS = 500;

/**
 * The signals of one record, those of composite alarms with the volumes and instances in their place that the alarms
 * under them are about: those that are in ALARM now. At most `MAX_DEPTH` DescribeAlarms for each composite.
 */
export async function expand({
  ports,
  signals,
}: {
  ports: Ports;
  signals: readonly Signal[];
}): Promise<Signal[]> {
  const expanded: Signal[] = [];
  for (const signal of signals) {
    if (signal.subject.kind !== 'alarm') expanded.push(signal);
    else expanded.push(...(await ofComposite(ports, signal)));
  }
  return expanded;
}

async function ofComposite(ports: Ports, signal: Signal): Promise<Signal[]> {
  const named = alarmOf(signal)?.triggeringAlarms ?? [];
  const alarms = await alarmsUnder(ports, named.length > 0 ? named : [signal.subject.id]);
  const subjects = new Map(alarms.flatMap(subjectsOf).map((subject) => [subject.id, subject]));
  return [...subjects.values()].slice(0, MAX_SUBJECTS).map((subject) => ({ ...signal, subject }));
}

async function alarmsUnder({ alarms }: Ports, roots: readonly string[]): Promise<Alarm[]> {
  const found = new Map<string, Alarm>();
  let next = roots;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const wanted = [...new Set(next)].filter((arn) => !found.has(arn)).slice(0, MAX_ALARMS - found.size);
    const [first, ...others] = wanted;
    if (first === undefined) break;
    const read = await alarms.describeAlarms([first, ...others]);
    for (const alarm of read) found.set(alarm.arn, alarm);
    next = read.flatMap((alarm) => (alarm.kind === 'composite' ? alarm.children : []));
  }
  return [...found.values()].filter(({ state }) => state === 'ALARM');
}

const VOLUME = /^vol-[0-9a-f]{8}(?:[0-9a-f]{9})?$/;
const INSTANCE = /^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/;

/** Of an alarm on a volume and its instance it is the volume. */
function subjectsOf(alarm: Alarm): Subject[] {
  if (alarm.kind === 'composite') return [];
  return alarm.metrics
    .filter(({ namespace }) => namespace === 'AWS/EBS' || namespace === 'AWS/EC2')
    .flatMap(({ dimensions: { VolumeId = '', InstanceId = '' } }): Subject[] => {
      if (VOLUME.test(VolumeId)) return [{ kind: 'volume', id: VolumeId }];
      return INSTANCE.test(InstanceId) ? [{ kind: 'instance', id: InstanceId }] : [];
    });
}
