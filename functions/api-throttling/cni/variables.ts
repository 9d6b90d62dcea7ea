/** Major, minor and patch of the VPC CNI; builds of one release (`-eksbuild.2`) are the same to us. */
export type CniVersion = readonly [major: number, minor: number, patch: number];

const VERSION = /^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:[-+][\w.+-]{0,64})?$/;

/** From an add-on version or an image tag, such as `v1.19.4-eksbuild.1`; null when it is neither. */
export function parseVersion(text: string): CniVersion | null {
  const parts = VERSION.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return null;
  const [major = 0, minor = 0, patch = 0] = parts;
  return [major, minor, patch];
}

function isAtLeast(version: CniVersion, least: CniVersion): boolean {
  const difference = version.map((part, index) => part - (least[index] ?? 0)).find((part) => part !== 0);
  return (difference ?? 0) >= 0;
}

const ALWAYS: CniVersion = [0, 0, 0];

/**
 * Every variable of aws-node that we know, with the first version that reads it. A name that is not here is
 * named as unknown: it may be new, misspelt or somebody's own, and says nothing about what it does.
 */
const SINCE: Readonly<Record<string, CniVersion>> = {
  MINIMUM_IP_TARGET: [1, 6, 0],
  ENABLE_PREFIX_DELEGATION: [1, 9, 0],
  WARM_PREFIX_TARGET: [1, 9, 0],
  CLUSTER_ENDPOINT: [1, 12, 1],
  AWS_EC2_ENDPOINT: [1, 13, 0],
  IP_COOLDOWN_PERIOD: [1, 15, 0],
  ENABLE_SUBNET_DISCOVERY: [1, 18, 0],
  ENABLE_IMDS_ONLY_MODE: [1, 19, 6],
  ENABLE_MULTI_NIC: [1, 20, 0],
};

const OLD_NAMES = [
  'WARM_ENI_TARGET WARM_IP_TARGET MAX_ENI CLUSTER_NAME AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG',
  'ENI_CONFIG_LABEL_DEF ENI_CONFIG_ANNOTATION_DEF ENABLE_POD_ENI POD_SECURITY_GROUP_ENFORCING_MODE',
  'DISABLE_TCP_EARLY_DEMUX AWS_VPC_ENI_MTU POD_MTU DISABLE_NETWORK_RESOURCE_PROVISIONING',
  'AWS_MANAGE_ENIS_NON_SCHEDULABLE DISABLE_LEAKED_ENI_CLEANUP AWS_VPC_K8S_CNI_EXTERNALSNAT',
  'AWS_VPC_K8S_CNI_RANDOMIZESNAT AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS AWS_EXTERNAL_SERVICE_CIDRS',
  'AWS_VPC_CNI_NODE_PORT_SUPPORT ADDITIONAL_ENI_TAGS ENABLE_IPv4 ENABLE_IPv6 ENABLE_V4_EGRESS',
  'ENABLE_V6_EGRESS DISABLE_POD_V6 NETWORK_POLICY_ENFORCING_MODE ENABLE_BANDWIDTH_PLUGIN ANNOTATE_POD_IP',
  'HTTP_TIMEOUT AWS_VPC_K8S_CNI_LOGLEVEL AWS_VPC_K8S_CNI_LOG_FILE AWS_VPC_K8S_PLUGIN_LOG_FILE',
  'AWS_VPC_K8S_PLUGIN_LOG_LEVEL AWS_VPC_K8S_CNI_VETHPREFIX DISABLE_METRICS DISABLE_INTROSPECTION',
  'INTROSPECTION_BIND_ADDRESS AWS_VPC_K8S_CNI_BACKING_STORE MANAGE_UNTAGGED_ENI ENABLE_NFTABLES',
  // Set by every manifest from the Node or the Pod, or read by the container's scripts.
  'MY_NODE_NAME MY_POD_NAME VPC_ID VPC_CNI_VERSION ENABLE_WINDOWS_IPAM',
].join(' ');

const KNOWN: ReadonlyMap<string, CniVersion> = new Map([
  ...OLD_NAMES.split(' ').map((name) => [name, ALWAYS] as const),
  ...Object.entries(SINCE),
]);

/** The first version that reads the variable; undefined for a name we do not know. */
export function knownSince(name: string): CniVersion | undefined {
  return KNOWN.get(name);
}

export function isRead(name: string, version: CniVersion): boolean {
  const since = knownSince(name);
  return since !== undefined && isAtLeast(version, since);
}

/** Undefined when the version reads the variable; else since when one does. */
export function whyNotRead(name: string, version: CniVersion): string | undefined {
  const since = knownSince(name);
  if (since === undefined) return `${name} is no variable of the VPC CNI that we know`;
  return isRead(name, version)
    ? undefined
    : `${name} is read from ${since.join('.')} on, this is ${version.join('.')}`;
}
