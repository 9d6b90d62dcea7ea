import type {
  DescribeLaunchTemplateVersionsRequest,
  DescribeVolumesModificationsRequest,
  DescribeVolumesRequest,
  Filter,
  ModifyVolumeRequest,
  Volume,
  VolumeModification,
  VolumeModificationState,
} from '@aws-sdk/client-ec2';
import { volumesAdapter } from '../shared/aws/volumes.ts';
import type { VolumeOperations } from '../shared/aws/volumes-ops.ts';
import type { Volumes } from '../shared/ports/volumes.ts';
import type { VirtualClock } from './clock.ts';
import type { VolumeCourse } from './ebs-courses.ts';
import { EbsError } from './ebs-error.ts';
import { shown, VolumeLife } from './ebs-life.ts';
import { type Provisioned, targetOf } from './ebs-limits.ts';
import { type EbsPlace, EbsPlaces, type PlacesParts } from './ebs-places.ts';
import type { CloudEvent } from './events.ts';
import { uuid } from './ids.ts';
import { SimTemplates } from './launch-templates.ts';
import type { SimInstance } from './model.ts';

/** Small, so that every longer answer has several pages. */
const PAGE = 20;
/** Of every volume that nobody shaped. */
const ROOT: Provisioned = { type: 'gp3', sizeGib: 20, iops: 3_000, throughputMib: 125 };
const CLAIMED: Provisioned = { ...ROOT, sizeGib: 100 };

export interface EbsParts extends PlacesParts {
  clock: VirtualClock;
  account: string;
  region: string;
  send(event: Partial<CloudEvent>): void;
}

/** EBS of one account and Region, in the SDK's own types. */
export class SimVolumes implements VolumeOperations {
  /** The most IOPS of gp3 here; some Regions have less than others. */
  gp3Ceiling = 80_000;
  /** The most MiB/s of gp3 here. */
  gp3Throughput = 2_000;
  /** The account's quota of storage under modification at once, in GiB. */
  modifiableGib = Number.POSITIVE_INFINITY;
  /** What instances are made from. */
  readonly templates = new SimTemplates();
  readonly #parts: EbsParts;
  readonly #places: EbsPlaces;
  readonly #lives = new Map<string, VolumeLife>();
  #told = 0;

  constructor(parts: EbsParts) {
    this.#parts = parts;
    this.#places = new EbsPlaces(parts);
  }

  /** The account's port: the real adapter, on this instead of the network. */
  port(): Volumes {
    return volumesAdapter(this);
  }

  /** Makes a volume as if it had always been like this. */
  shape(id: string, change: Partial<Provisioned> & { multiAttach?: boolean }): void {
    const { multiAttach, ...provisioned } = change;
    const { life } = this.#existing(id);
    life.shape(provisioned);
    if (multiAttach !== undefined) life.multiAttach = multiAttach;
  }

  /** How EC2 treats the next modifications of a volume, one course for each; after them every one works. */
  follow(id: string, ...courses: VolumeCourse[]): void {
    this.#existing(id).life.follow(courses);
  }

  /** EC2 answers the next request to modify the volume with this code, whatever it asks for. */
  refuseNext(id: string, code: string): void {
    this.#existing(id).life.refuseNext(code);
  }

  /** EBS volumes of an instance, its root volume first. */
  on(instance: SimInstance): ReturnType<EbsPlaces['on']> {
    return this.#places.on(instance);
  }

  /** Undefined: no such volume. */
  find(id: string): { place: EbsPlace; life: VolumeLife } | undefined {
    const place = this.#places.all().get(id);
    return place === undefined ? undefined : { place, life: this.#lifeOf(place) };
  }

  modificationOf(id: string): VolumeModification | undefined {
    return this.#lives.get(id)?.modification();
  }

  describeVolumes = async (request: DescribeVolumesRequest) => {
    const { items, NextToken } = pageOf(this.#asked(request.Filters), request);
    return { Volumes: items.map((place) => this.#view(place)), ...NextToken };
  };

  describeModifications = async (request: DescribeVolumesModificationsRequest) => {
    const found = this.#asked(request.Filters).flatMap(({ id }) => this.modificationOf(id) ?? []);
    const states = valuesOf(request.Filters, 'modification-state');
    const { items, NextToken } = pageOf(
      found.filter(({ ModificationState = '' }) => states?.includes(ModificationState) !== false),
      request,
    );
    return { VolumesModifications: items, ...NextToken };
  };

  modifyVolume = async (request: ModifyVolumeRequest) => ({ VolumeModification: this.modify(request) });

  describeTemplateVersions = async (request: DescribeLaunchTemplateVersionsRequest) =>
    this.templates.describe(request);

  /** Throws an EbsError where EC2 would refuse. */
  modify(request: ModifyVolumeRequest): VolumeModification | undefined {
    const { life } = this.#existing(request.VolumeId ?? '');
    const refusal = life.whyNot(request, {
      gp3Iops: this.gp3Ceiling,
      gp3ThroughputMib: this.gp3Throughput,
    });
    if (refusal !== undefined) throw new EbsError(refusal.code, refusal.message);
    const running = [...this.#lives.values()].filter((each) => each.isModifying());
    const inUse = running.reduce((sum, { provisioned }) => sum + provisioned.sizeGib, 0);
    if (inUse + life.provisioned.sizeGib > this.modifiableGib)
      throw new EbsError('VolumeModificationSizeLimitExceeded', 'too much storage is being modified');
    return life.begin(request);
  }

  #existing(id: string): { place: EbsPlace; life: VolumeLife } {
    const found = this.find(id);
    if (found !== undefined) return found;
    throw new EbsError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
  }

  #lifeOf({ id, isRoot, parameters }: EbsPlace): VolumeLife {
    const { clock } = this.#parts;
    const provisioned = isRoot ? ROOT : ofClass(parameters);
    const changed = (_: string, state: VolumeModificationState) => this.#tell(id, state);
    const life = this.#lives.get(id) ?? new VolumeLife({ id, clock, isRoot, provisioned, changed });
    this.#lives.set(id, life);
    return life;
  }

  /** Without a filter by id: every volume there is. */
  #asked(filters: Filter[] = []): EbsPlace[] {
    const all = this.#places.all();
    return valuesOf(filters, 'volume-id')?.flatMap((id) => all.get(id) ?? []) ?? [...all.values()];
  }

  #view(place: EbsPlace): Volume {
    const { id, instance, device, attached, tags } = place;
    const life = this.#lifeOf(place);
    const State = attached ? ('attached' as const) : ('attaching' as const);
    const there =
      instance === undefined ? [] : [{ VolumeId: id, InstanceId: instance.id, Device: device, State }];
    return {
      VolumeId: id,
      ...shown(life.provisioned),
      State: instance === undefined ? 'available' : 'in-use',
      MultiAttachEnabled: life.multiAttach,
      AvailabilityZone: instance?.zone ?? `${this.#parts.region}a`,
      CreateTime: new Date(instance?.launchedAt ?? life.createdAt),
      Attachments: there,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    };
  }

  #tell(id: string, result: VolumeModificationState): void {
    const { account, region, seed, send } = this.#parts;
    const request = uuid(seed, 'ebs-notification', id, this.#told++);
    send({
      source: 'aws.ec2',
      'detail-type': 'EBS Volume Notification',
      resources: [`arn:aws:ec2:${region}:${account}:volume/${id}`],
      detail: { event: 'modifyVolume', result, cause: '', 'request-id': request },
    });
  }
}

function valuesOf(filters: Filter[] = [], name: string): string[] | undefined {
  return filters.find(({ Name }) => Name === name)?.Values;
}

function ofClass({ type, iops, throughput }: Record<string, string>): Provisioned {
  return targetOf(CLAIMED, {
    VolumeId: undefined,
    ...(type !== undefined && { VolumeType: type as NonNullable<Volume['VolumeType']> }),
    ...(iops !== undefined && { Iops: Number(iops) }),
    ...(throughput !== undefined && { Throughput: Number(throughput) }),
  });
}

function pageOf<T>(
  all: T[],
  { NextToken, MaxResults = PAGE }: { NextToken?: string | undefined; MaxResults?: number | undefined },
) {
  const start = Number(NextToken ?? 0);
  const end = start + Math.min(PAGE, MaxResults);
  return { items: all.slice(start, end), NextToken: end < all.length ? { NextToken: String(end) } : {} };
}
