import type { Signal, Subject } from '../../shared/incident/signal.ts';
import type { Alarm } from '../../shared/ports/alarms.ts';
import type { Ports } from '../../shared/ports/index.ts';
import { meaningOf } from './metrics.ts';
import { alarmOf } from './signals.ts';

/** A composite over composites over …: nobody nests deeper on purpose. */
const MAX_DEPTH = 4;
const MAX_ALARMS = 100;
const MAX_SUBJECTS = 500;

/**
 * The signals of one record, those of composite alarms with the volumes and instances in their place that the alarms
 * under them are about: those that are in ALARM now or, when the composite is not any more, all of them. At most
 * `MAX_DEPTH` DescribeAlarms for each composite.
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
  const news = alarmOf(signal);
  // Its event may name some of them only.
  const alarms = await alarmsUnder(ports, [...(news?.triggeringAlarms ?? []), signal.subject.id]);
  const meant = news?.opens === true ? alarms.filter(({ state }) => state === 'ALARM') : alarms;
  const subjects = new Map(meant.flatMap(subjectsOf).map((subject) => [subject.id, subject]));
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
  return [...found.values()];
}

const VOLUME = /^vol-[0-9a-f]{8}(?:[0-9a-f]{9})?$/;
const INSTANCE = /^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/;

/** Of an alarm on a volume and its instance it is the volume. Alarms on anything else are about nobody. */
function subjectsOf(alarm: Alarm): Subject[] {
  if (alarm.kind === 'composite') return [];
  const watched = alarm.metrics.filter(({ namespace, name }) => meaningOf(namespace, name) !== undefined);
  const ids = watched.map(({ dimensions: { VolumeId = '', InstanceId = '' } }) => ({ VolumeId, InstanceId }));
  const volumes = ids.filter(({ VolumeId }) => VOLUME.test(VolumeId));
  if (volumes.length > 0) return volumes.map(({ VolumeId }) => ({ kind: 'volume', id: VolumeId }));
  const instances = ids.filter(({ InstanceId }) => INSTANCE.test(InstanceId));
  return instances.map(({ InstanceId }) => ({ kind: 'instance', id: InstanceId }));
}
