import { type Ownership, resolveOwners } from '../cluster/ownership.ts';
import type { Environment } from './environment.ts';
import { type Intake, isolate } from './intake.ts';
import type { Trouble } from './trouble.ts';

/** What an event names only by way of something else is read, each record for itself. */
export async function expandAll<F, P>(
  { name, expand }: Pick<Trouble<F, P>, 'name' | 'expand'>,
  environment: Environment,
  intakes: readonly Intake[],
  failed: string[],
): Promise<readonly Intake[]> {
  if (expand === undefined) return intakes;
  const expanded: Intake[] = [];
  for (const { record, signals } of intakes) {
    const found = await isolate(environment, record, failed, () =>
      expand({ ports: environment.ports, signals }),
    );
    if (found === undefined) continue;
    expanded.push({ record, signals: found });
    const [signal] = signals;
    if (signal === undefined || found.length > 0) continue;
    environment.metrics.count('Signals', { trouble: name, kind: signal.kind, disposition: 'ignored' });
    const why = 'what it stands for is nothing of this trouble';
    environment.log.info('event ignored', { eventId: signal.eventId, why });
  }
  return expanded;
}

/** One look for the whole batch. */
export async function ownersOfAll<F, P>(
  trouble: Pick<Trouble<F, P>, 'ownersOf'>,
  { ports }: Pick<Environment, 'ports'>,
  intakes: readonly Pick<Intake, 'signals'>[],
): Promise<Map<string, Ownership>> {
  const subjects = intakes.flatMap((intake) => intake.signals.map(({ subject }) => subject));
  if (trouble.ownersOf !== undefined) return await trouble.ownersOf(ports, subjects);
  return await resolveOwners(
    ports.ec2,
    subjects.map(({ id }) => id),
  );
}

/** A record whose owner must be searched for never stands before one that can be treated now. */
export function knownFirst(intakes: readonly Intake[], owners: ReadonlyMap<string, Ownership>): Intake[] {
  return [
    ...intakes.filter((intake) => isKnown(intake, owners)),
    ...intakes.filter((intake) => !isKnown(intake, owners)),
  ];
}

export function isKnown(intake: Intake, owners: ReadonlyMap<string, Ownership>): boolean {
  return intake.signals.every((signal) => owners.get(signal.subject.id)?.is !== 'unknown');
}
