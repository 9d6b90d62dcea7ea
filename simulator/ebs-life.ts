import type {
  ModifyVolumeRequest,
  VolumeModification,
  VolumeModificationState,
  VolumeType,
} from '@aws-sdk/client-ec2';
import { DAY_MS, type EpochMs } from '../shared/clock.ts';
import type { VirtualClock } from './clock.ts';
import { VOLUME_COURSES, type VolumeCourse } from './ebs-courses.ts';
import { type Ceilings, type EbsRefusal, type Provisioned, targetOf, whyRefused } from './ebs-limits.ts';

/** Modifications that EC2 takes of one volume in any 24 hours. */
const MOST_PER_DAY = 4;

interface Begun {
  from: Provisioned;
  to: Provisioned;
  course: VolumeCourse;
  startedAt: EpochMs;
  /** On the clock that cannot be set. */
  since: number;
}

export interface LifeOptions {
  id: string;
  clock: VirtualClock;
  isRoot: boolean;
  provisioned: Provisioned;
  /** EC2 tells of a state that it has come to. */
  changed(id: string, state: VolumeModificationState): void;
}

/** What one volume is provisioned for, and its modifications. */
export class VolumeLife {
  readonly id: string;
  readonly isRoot: boolean;
  readonly createdAt: EpochMs;
  multiAttach = false;
  readonly #options: LifeOptions;
  readonly #courses: VolumeCourse[] = [];
  /** Answers to the next requests, whatever they ask for. */
  readonly #refusals: EbsRefusal[] = [];
  readonly #begun: Begun[] = [];
  /** Newest last: what held from then on. */
  #held: { from: EpochMs; provisioned: Provisioned }[];

  constructor(options: LifeOptions) {
    const { id, clock, isRoot, provisioned } = options;
    this.id = id;
    this.isRoot = isRoot;
    this.createdAt = clock.now();
    this.#options = options;
    this.#held = [{ from: Number.NEGATIVE_INFINITY, provisioned }];
  }

  get provisioned(): Provisioned {
    return this.performanceAt(Number.POSITIVE_INFINITY);
  }

  performanceAt(at: EpochMs): Provisioned {
    return this.#held.findLast(({ from }) => from <= at)?.provisioned ?? this.#options.provisioned;
  }

  /** As if it had been made like this. */
  shape(change: Partial<Provisioned>): void {
    this.#held = [{ from: Number.NEGATIVE_INFINITY, provisioned: { ...this.provisioned, ...change } }];
  }

  /** One for each of the next modifications; after them every one works. */
  follow(courses: readonly VolumeCourse[]): void {
    this.#courses.push(...courses);
  }

  refuseNext(code: string): void {
    this.#refusals.push({ code, message: 'refused' });
  }

  isModifying(): boolean {
    const state = this.modification()?.ModificationState;
    return state === 'modifying' || state === 'optimizing';
  }

  /** Undefined: EC2 would take it. */
  whyNot(request: ModifyVolumeRequest, ceilings: Ceilings): EbsRefusal | undefined {
    const scripted = this.#refusals.shift();
    if (scripted !== undefined) return scripted;
    if (this.isModifying())
      return { code: 'IncorrectModificationState', message: `${this.id} is being modified` };
    const now = this.#options.clock.elapsed();
    if (this.#begun.filter(({ since }) => now - since < DAY_MS).length >= MOST_PER_DAY)
      return { code: 'VolumeModificationRateExceeded', message: `${this.id} has been modified too often` };
    return whyRefused(
      { current: this.provisioned, isRoot: this.isRoot, multiAttach: this.multiAttach },
      request,
      ceilings,
    );
  }

  begin(request: ModifyVolumeRequest): VolumeModification | undefined {
    const { clock } = this.#options;
    const from = this.provisioned;
    const course = this.#courses.shift() ?? VOLUME_COURSES.works;
    const to = targetOf(from, request);
    this.#begun.push({ from, to, course, startedAt: clock.now(), since: clock.elapsed() });
    clock.after(course.modifyingMs, () => this.#pass(to, course));
    return this.modification();
  }

  /** The latest; EC2 keeps no other. */
  modification(): VolumeModification | undefined {
    const last = this.#begun.at(-1);
    if (last === undefined) return undefined;
    const { from, to, course, startedAt } = last;
    const passed = this.#options.clock.elapsed() - last.since;
    const state = stateAfter(course, passed);
    const lasted = course.modifyingMs + (course.optimizingMs ?? 0);
    const hasEnded = state === 'completed' || state === 'failed';
    const statusMessage = state === 'failed' ? course.statusMessage : undefined;
    return {
      VolumeId: this.id,
      ModificationState: state,
      ...named('Original', from),
      ...named('Target', to),
      Progress: progressOf(course, passed),
      StartTime: new Date(startedAt),
      ...(hasEnded && { EndTime: new Date(startedAt + lasted) }),
      ...(statusMessage !== undefined && { StatusMessage: statusMessage }),
    };
  }

  #pass(to: Provisioned, { optimizingMs }: VolumeCourse): void {
    const { clock, changed } = this.#options;
    if (optimizingMs === undefined) {
      changed(this.id, 'failed');
      return;
    }
    this.#held.push({ from: clock.now(), provisioned: to });
    changed(this.id, 'optimizing');
    clock.after(optimizingMs, () => changed(this.id, 'completed'));
  }
}

function stateAfter({ modifyingMs, optimizingMs }: VolumeCourse, passed: number): VolumeModificationState {
  if (passed < modifyingMs) return 'modifying';
  if (optimizingMs === undefined) return 'failed';
  return passed < modifyingMs + optimizingMs ? 'optimizing' : 'completed';
}

/** It moves while the data do; a failure leaves it where it was. */
function progressOf({ modifyingMs, optimizingMs }: VolumeCourse, passed: number): number {
  if (optimizingMs === undefined || passed < modifyingMs) return 0;
  return Math.min(100, Math.floor(((passed - modifyingMs) / optimizingMs) * 100));
}

/** As EC2 tells it: no IOPS of hard disks, throughput only of gp3. */
export function shown({ type, sizeGib, iops, throughputMib }: Provisioned) {
  const hasIops = !['st1', 'sc1', 'standard'].includes(type);
  return {
    VolumeType: type as VolumeType,
    Size: sizeGib,
    ...(hasIops && { Iops: iops }),
    ...(type === 'gp3' && { Throughput: throughputMib }),
  };
}

function named<P extends string>(prefix: P, provisioned: Provisioned): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(shown(provisioned)).map(([name, value]) => [`${prefix}${name}`, value]),
  );
}
