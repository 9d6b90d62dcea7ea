import type { Addon, Update, UpdateAddonRequest } from '@aws-sdk/client-eks';
import { SECOND_MS } from '../shared/clock.ts';
import type { Addon as InstalledAddon } from '../shared/ports/eks.ts';
import { ADDON_COURSES, type AddonCourse, GIVEN_UP, PATIENCE_MS } from './addon-courses.ts';
import {
  applyNames,
  changedNames,
  declaredEnv,
  type Names,
  notInSchema,
  parseValues,
} from './addon-values.ts';
import type { VirtualClock } from './clock.ts';
import { envOf } from './daemonset-object.ts';
import { uuid } from './ids.ts';
import { podKey, type SimDaemonSet } from './model.ts';
import type { ClusterRuntime } from './runtime.ts';

/** How EKS treats the updates of an add-on: one course for each, in turn; after them every update works. */
export interface AddonOptions {
  courses?: readonly AddonCourse[];
  /** The role of its service account. */
  serviceAccountRoleArn?: string;
  /** Variables of the DaemonSet that somebody set live before. */
  byHand?: readonly string[];
}

/** Add-ons that are a DaemonSet. */
export const DAEMON_SETS: Readonly<Record<string, string>> = { 'vpc-cni': 'kube-system/aws-node' };
const LOOK_MS = 5 * SECOND_MS;

type EksAddon = Addon & { configurationValues: string };
type EksUpdate = Update & { id: string };

/** An update on its way. */
interface Running {
  update: EksUpdate;
  course: AddonCourse;
  before: EksAddon;
  preserves: boolean;
}

/** One add-on that EKS manages in a cluster, and its updates. */
export class AddonLife {
  readonly schema: string;
  addon: EksAddon;
  readonly #clock: VirtualClock;
  readonly #runtime: ClusterRuntime;
  readonly #key: string;
  readonly #courses: AddonCourse[];
  /** Variables that the add-on's own chart gives. */
  readonly #defaults: Names;
  /** Variables as EKS last wrote them. */
  #applied: Names;
  readonly #updates: { request: UpdateAddonRequest; update: EksUpdate }[] = [];

  constructor(runtime: ClusterRuntime, given: InstalledAddon, schema: string, options: AddonOptions) {
    const { courses = [], byHand = [], serviceAccountRoleArn } = options;
    this.schema = schema;
    this.#clock = runtime.cluster.clock;
    this.#runtime = runtime;
    this.#key = DAEMON_SETS[given.name] ?? '';
    this.#courses = [...courses];
    this.addon = eksAddon(runtime.cluster.ref.name, given, serviceAccountRoleArn);
    const declared = declaredEnv(given.configurationValues);
    const live = this.#daemonSet === undefined ? [] : envOf(this.#daemonSet);
    const own = live.filter(({ name }) => !byHand.includes(name));
    this.#applied = Object.fromEntries(own.map(({ name, value = '' }) => [name, value]));
    const undeclared = Object.entries(this.#applied).filter(([name]) => !Object.hasOwn(declared, name));
    this.#defaults = Object.fromEntries(undeclared);
  }

  updateOf(id: string | undefined): EksUpdate | undefined {
    return this.#updates.find(({ update }) => update.id === id)?.update;
  }

  /** The same token with the same configuration is the same update. Else the code of the refusal. */
  begin(request: UpdateAddonRequest): EksUpdate | 'InvalidParameterException' | 'ResourceInUseException' {
    const { clientRequestToken: token, configurationValues = '' } = request;
    const same = this.#updates.find((each) => each.request.clientRequestToken === token);
    if (token !== undefined && same !== undefined) {
      const isSame = same.request.configurationValues === configurationValues;
      return isSame ? same.update : 'InvalidParameterException';
    }
    if (this.#updates.some(({ update }) => update.status === 'InProgress')) return 'ResourceInUseException';
    const values = parseValues(configurationValues);
    const isValid = values !== undefined && notInSchema(this.schema, values) === undefined;
    return isValid ? this.#start(request, configurationValues) : 'InvalidParameterException';
  }

  get #daemonSet(): SimDaemonSet | undefined {
    return this.#runtime.cluster.daemonSets.get(this.#key);
  }

  #start(request: UpdateAddonRequest, configurationValues: string): EksUpdate {
    const before = this.addon;
    const course = this.#courses.shift() ?? ADDON_COURSES.works;
    const createdAt = new Date(this.#clock.now());
    const id = uuid(0, before.clusterName ?? '', before.addonName ?? '', 'update', this.#updates.length);
    const update: EksUpdate = { id, status: 'InProgress', type: 'AddonUpdate', createdAt, errors: [] };
    this.#updates.push({ request, update });
    // Whoever names no role leaves the add-on without one.
    const { serviceAccountRoleArn: _former, ...kept } = before;
    const role = request.serviceAccountRoleArn;
    this.addon = {
      ...kept,
      ...(role !== undefined && { serviceAccountRoleArn: role }),
      configurationValues,
      status: 'UPDATING',
      modifiedAt: createdAt,
    };
    const running = { update, course, before, preserves: request.resolveConflicts === 'PRESERVE' };
    this.#clock.after(course.appliesAfterMs, () => this.#apply(running));
    return update;
  }

  #apply(running: Running): void {
    const { course, preserves } = running;
    const wanted = { ...this.#defaults, ...declaredEnv(this.addon.configurationValues) };
    if (this.#daemonSet !== undefined && course.applies !== 'none') {
      const live = envOf(this.#daemonSet);
      const names = changedNames(live, { applied: this.#applied, wanted, preserves });
      const reached = course.applies === 'first' ? names.slice(0, 1) : names;
      const { daemonSets } = this.#runtime;
      if (course.breaks === true && reached.length > 0) daemonSets.breakNext(this.#key);
      daemonSets.setEnv(this.#key, applyNames(live, wanted, reached));
      const others = Object.entries(this.#applied).filter(([name]) => !reached.includes(name));
      const written = Object.entries(wanted).filter(([name]) => reached.includes(name));
      this.#applied = Object.fromEntries([...others, ...written]);
    }
    const since = this.#clock.elapsed();
    this.#clock.after(course.endsAfterMs, () => this.#end(running, since));
  }

  #end(running: Running, since: number): void {
    const { update, course, before } = running;
    const isStuck = course.waits === true && this.#isRolling();
    if (isStuck && this.#clock.elapsed() < since + Math.max(PATIENCE_MS, course.endsAfterMs)) {
      this.#clock.after(LOOK_MS, () => this.#end(running, since));
      return;
    }
    const end = isStuck ? GIVEN_UP : course;
    Object.assign(update, end.update);
    const { configurationValues } = course.forgets === true ? before : this.addon;
    const { status, issues } = end.addon;
    this.addon = { ...this.addon, configurationValues, status, health: { issues: [...issues] } };
  }

  #isRolling(): boolean {
    const daemonSet = this.#daemonSet;
    return daemonSet !== undefined && !this.#runtime.daemonSets.isRolledOut(podKey(daemonSet.metadata));
  }
}

function eksAddon(cluster: string, given: InstalledAddon, role: string | undefined): EksAddon {
  const { name, version, status, configurationValues, issues } = given;
  return {
    clusterName: cluster,
    addonName: name,
    addonVersion: version,
    status: status as NonNullable<Addon['status']>,
    configurationValues,
    health: {
      issues: issues.map(({ code, message }) => ({
        code: code as AddonCourse['addon']['issues'][number]['code'],
        message,
      })),
    },
    ...(role !== undefined && { serviceAccountRoleArn: role }),
  };
}
