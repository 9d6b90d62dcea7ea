import type { StepRecord } from '../shared/incident/incident.ts';
import type { Item } from '../shared/ports/table.ts';
import { type CallSubject, subjectsOf } from './call-subjects.ts';
import { type Call, changesInfrastructure, hasEmptyList } from './calls.ts';
import type { World } from './world.ts';

/** A promise of the product that a simulated run broke. */
export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';

  constructor(invariant: string, what: string) {
    super(`${invariant}: ${what}`);
  }
}

/** V7: this run changed nothing in anybody's infrastructure, and did not try to. */
export function assertNoMutations(world: World): void {
  const [first] = world.calls.mutations();
  if (first !== undefined) throw new InvariantBroken('V7 no mutating calls', callText(first));
}

/** V6: no mutation starts after that moment (a stop plus one re-check interval). */
export function assertNoMutationAfter(world: World, at: number): void {
  const late = world.calls.mutations().find((call) => call.at > at);
  if (late !== undefined) throw new InvariantBroken('V6 nothing starts after a stop', callText(late));
}

/** V2: no pod evicted twice with effect, no instance detached twice. */
export function assertAppliedOnce(world: World): void {
  const evicted = new Map<string, Call>();
  for (const call of world.calls.calls) {
    if (call.method !== 'evictPod' || !call.applied) continue;
    const [subject] = subjectsOf(world, call);
    const uid = subject?.ids[0] ?? '';
    const first = evicted.get(uid);
    if (first !== undefined) {
      throw new InvariantBroken('V2 applied at most once', `${callText(call)} after call ${first.n}`);
    }
    evicted.set(uid, call);
  }
  const detached = world.fleet.detachments.map((detachment) => detachment.instanceId);
  const twice = detached.find((id, index) => detached.indexOf(id) !== index);
  if (twice !== undefined)
    throw new InvariantBroken('V2 applied at most once', `${twice} was detached twice`);
}

/** V11/T14: no call with an empty list of ids, which AWS would read as "all". */
export function assertNoEmptyIds(world: World): void {
  const empty = world.calls.calls.find(hasEmptyList);
  if (empty !== undefined) throw new InvariantBroken('V11 no call without ids', callText(empty));
}

/** No call was made whose permission nobody declared. */
export function assertAllDeclared(world: World): void {
  const first = world.calls.calls.find((call) => call.undeclared !== undefined);
  if (first === undefined) return;
  throw new InvariantBroken('permissions declared', `${callText(first)} needs ${first.undeclared}`);
}

/** What a step may do to its targets: narrows V1 to the action; default: any call to them. */
export type Allows = (record: StepRecord, call: Call) => boolean;

export interface AuthorisationWatch {
  /** V1. Throws for the first mutation that had no authority when it was made. */
  assert(): void;
}

/**
 * V1: before every mutation stands a record in the ledger, running or done, for a step that targets what the
 * call touches (a pod counts as its node's). Judged at the moment of each call, so watch before the run.
 */
export function watchAuthorisation(world: World, allows: Allows = () => true): AuthorisationWatch {
  return watchCalls(world, (call) => isAuthorised(world, call, allows));
}

/** As `watchAuthorisation`, with a judgement of your own. */
export function watchCalls(world: World, authorised: (call: Call) => boolean): AuthorisationWatch {
  const unauthorised: Call[] = [];
  world.calls.onCall((call) => {
    if (changesInfrastructure(call) && !authorised(call)) unauthorised.push(call);
  });
  return {
    assert() {
      const [first] = unauthorised;
      if (first !== undefined) throw new InvariantBroken('V1 intent before every mutation', callText(first));
    },
  };
}

function isAuthorised(world: World, call: Call, allows: Allows): boolean {
  const records = world.table
    .items()
    .flatMap(recordsOf)
    .filter((record) => (record.state === 'running' || record.state === 'done') && allows(record, call));
  const subjects = subjectsOf(world, call);
  return (
    subjects.length > 0 && subjects.every((subject) => records.some((record) => covers(record, subject)))
  );
}

function covers(record: StepRecord, subject: CallSubject): boolean {
  return record.step.targets.some((target) => subject.ids.includes(target.id));
}

/** The ledger keeps the whole incident in one attribute; a bare `records` list counts as well. */
function recordsOf(item: Item): StepRecord[] {
  const { incident } = item;
  const held =
    incident !== null && typeof incident === 'object' && !Array.isArray(incident)
      ? incident['records']
      : undefined;
  const records = held ?? item['records'];
  return Array.isArray(records) ? (records as unknown as StepRecord[]) : [];
}

function callText(call: Call): string {
  const where = call.cluster === undefined ? '' : ` on ${call.cluster}`;
  return `call ${call.n} ${call.port}.${call.method}${where} ${JSON.stringify(call.args)} by ${call.process}`;
}
