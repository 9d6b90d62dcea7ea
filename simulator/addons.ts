import type {
  DescribeAddonConfigurationRequest,
  DescribeAddonRequest,
  DescribeUpdateRequest,
  EKSServiceException,
  ListAddonsRequest,
  UpdateAddonRequest,
} from '@aws-sdk/client-eks';
import { type AddonCalls, addonsAdapter } from '../shared/aws/eks-addons.ts';
import type { AddonOperations } from '../shared/aws/eks-addons-ops.ts';
import type { Addon } from '../shared/ports/eks.ts';
import { AddonLife, type AddonOptions, DAEMON_SETS } from './addon-life.ts';
import type { ClusterRuntime } from './runtime.ts';

const STATUS = {
  InvalidParameterException: 400,
  ResourceNotFoundException: 404,
  ResourceInUseException: 409,
} as const;

/**
 * The add-ons that EKS manages in the clusters of a world, in the SDK's own types; at first none, so that everything
 * is self-managed.
 */
export class SimAddons implements AddonOperations {
  readonly #clusters: ReadonlyMap<string, ClusterRuntime>;
  readonly #installed = new Map<string, AddonLife>();

  constructor(clusters: ReadonlyMap<string, ClusterRuntime>) {
    this.#clusters = clusters;
  }

  /** The account's port: the real adapter, on this instead of the network. */
  port(): AddonCalls {
    return addonsAdapter(this);
  }

  /**
   * `schema` is what EKS gives for its version, as text. From now on the DaemonSet of the world file that belongs to
   * it is the add-on's: `kube-system/aws-node` for `vpc-cni`.
   */
  install(cluster: string, addon: Addon, schema: string, options: AddonOptions = {}): void {
    const runtime = this.#clusters.get(cluster);
    if (runtime === undefined) throw new Error(`no cluster "${cluster}" in this world`);
    this.#installed.set(`${cluster}/${addon.name}`, new AddonLife(runtime, addon, schema, options));
  }

  /** `cluster/name` of the add-on that a DaemonSet, `namespace/name`, belongs to. */
  ownerOf(cluster: string, daemonSet: string): string | undefined {
    const ids = Object.entries(DAEMON_SETS)
      .filter(([, key]) => key === daemonSet)
      .map(([name]) => `${cluster}/${name}`);
    return ids.find((id) => this.#installed.has(id));
  }

  listAddons = async ({ clusterName = '' }: ListAddonsRequest) => {
    if (!this.#clusters.has(clusterName)) throw refusal('ResourceNotFoundException');
    const own = [...this.#installed.values()].filter(({ addon }) => addon.clusterName === clusterName);
    return { addons: own.flatMap(({ addon: { addonName = [] } }) => addonName) };
  };

  describeAddon = async ({ clusterName, addonName }: DescribeAddonRequest) => {
    const { addon } = this.#find(clusterName, addonName);
    return { addon };
  };

  describeConfiguration = async ({ addonName, addonVersion }: DescribeAddonConfigurationRequest) => {
    const found = [...this.#installed.values()].find(
      ({ addon }) => addon.addonName === addonName && addon.addonVersion === addonVersion,
    );
    if (found === undefined) throw refusal('ResourceNotFoundException');
    return { configurationSchema: found.schema };
  };

  updateAddon = async (request: UpdateAddonRequest) => {
    const begun = this.#find(request.clusterName, request.addonName).begin(request);
    if (typeof begun === 'string') throw refusal(begun);
    return { update: { ...begun } };
  };

  describeUpdate = async ({ name, addonName, updateId }: DescribeUpdateRequest) => {
    const update = this.#find(name, addonName).updateOf(updateId);
    if (update === undefined) throw refusal('ResourceNotFoundException');
    return { update: { ...update } };
  };

  #find(cluster = '', name = ''): AddonLife {
    const found = this.#installed.get(`${cluster}/${name}`);
    if (found === undefined) throw refusal('ResourceNotFoundException');
    return found;
  }
}

type Refusal = Error & Pick<EKSServiceException, 'name' | '$metadata'>;

/** As the SDK throws what EKS refuses. */
export function refusal(name: keyof typeof STATUS): Refusal {
  return Object.assign(new Error('refused by EKS'), { name, $metadata: { httpStatusCode: STATUS[name] } });
}
