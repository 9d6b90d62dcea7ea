import type { Signal } from '../../shared/incident/signal.ts';
import type { CloudEvent } from '../../simulator/events.ts';
import type { World } from '../../simulator/world.ts';
import type { WorldSpec } from '../../simulator/world-file.ts';

/**
 * Makes the simulated AWS do what the event says: without it every warning would be a false alarm and every state
 * change unconfirmed. What the event says is the case from `signal.occurredAt` on.
 */
export function letAwsAct(world: World, { kind, subject, data, occurredAt }: Signal): void {
  const { id } = subject;
  if (world.fleet.instances.get(id) === undefined) return;
  switch (kind) {
    case 'spot-interruption':
      world.interrupt(id, interruptionOf(data['action']), occurredAt, false);
      return;
    case 'capacity-interruption':
      world.interrupt(id, 'terminate', occurredAt, false);
      return;
    case 'termination-hook':
      world.scaleIn(id);
      return;
    case 'state-change':
      changeState(world, id, String(data['state']));
      return;
  }
}

function interruptionOf(action: unknown): 'terminate' | 'stop' | 'hibernate' {
  return action === 'stop' || action === 'hibernate' ? action : 'terminate';
}

function changeState(world: World, id: string, state: string): void {
  if (state === 'stopping' || state === 'stopped') world.stop(id);
  else world.terminate(id);
}

/** How long before its event a state began: an instance that is off took its time to shut down. */
export function leadTime({ kind, data }: Signal, { delays }: WorldSpec): number {
  const isOff = data['state'] === 'stopped' || data['state'] === 'terminated';
  return kind === 'state-change' && isOff ? delays.shutdown : 0;
}

/** The world as it must have been for such an event: the group has the hook the event speaks of. */
export function worldFor(world: WorldSpec, signals: readonly Signal[]): WorldSpec {
  const hook = signals.find(({ kind }) => kind === 'termination-hook');
  if (hook === undefined) return world;
  const name = String(hook.data['hook']);
  const clusters = world.clusters.map((cluster) => ({
    ...cluster,
    groups: cluster.groups.map((group) => {
      const has =
        !group.instances.includes(hook.subject.id) || group.terminateHooks.some((each) => each.name === name);
      return has ? group : { ...group, terminateHooks: [...group.terminateHooks, hookOf(name)] };
    }),
  }));
  return { ...world, clusters };
}

function hookOf(name: string) {
  return { name, heartbeat: 3_600_000, global: 48 * 3_600_000, default: 'ABANDON' as const };
}

/** The world's own copy of the given event: the file is delivered instead of it. */
export function isCopyOf(body: string): (event: CloudEvent) => boolean {
  const given = JSON.parse(body) as Partial<CloudEvent>;
  return (event) =>
    event['detail-type'] === given['detail-type'] &&
    event.detail['instance-id'] === given.detail?.['instance-id'] &&
    event.detail['EC2InstanceId'] === given.detail?.['EC2InstanceId'] &&
    event.detail['state'] === given.detail?.['state'];
}

/** The event and copies of it that are events of their own: what tells two of them apart differs. */
export function copiesOf(body: string, times: number): string[] {
  const copies = Array.from({ length: times - 1 }, (_, index) => {
    const given = JSON.parse(body) as Partial<CloudEvent> & { id: string };
    const { eventID } = given.detail ?? {};
    const own = typeof eventID === 'string' ? { eventID: `${eventID}-${index + 2}` } : {};
    return JSON.stringify({ ...given, id: `${given.id}-${index + 2}`, detail: { ...given.detail, ...own } });
  });
  return [body, ...copies];
}
