import { describeFailure, PortError } from '../errors.ts';
import type { Eks, EksRoles } from '../ports/eks.ts';
import type { RoleOperations } from './eks-roles-ops.ts';
import { type Ask, boundedAsk, forEach, given } from './eks-roles-requests.ts';
import { allPages, type Page } from './paging.ts';

/** A cluster may have 3,000, nearly all of people. */
const MAX_ENTRIES = 100;
const PAGE_SIZE = 100;
const IAM_ROLE = /^arn:[^:]*:iam::\d*:role\//;
/** AWS makes the roles in these paths for people and for its own services: no node has one. */
const NOT_OF_NODES = /:role\/(?:aws-reserved|aws-service-role)\//;

/** One cluster's reading. */
interface Reading {
  clusterName: string;
  calls: RoleOperations;
  ask: Ask;
  found: EksRoles;
}

/** `describeRoles` of the EKS port. */
export function rolesAdapter(load: () => Promise<RoleOperations>): Pick<Eks, 'describeRoles'> {
  return {
    describeRoles: async (clusterName, isOver) => {
      const found: EksRoles = { nodeRoles: [], accessEntries: [], podIdentities: [], addons: [], unread: [] };
      const reading = { clusterName, calls: await load(), ask: boundedAsk(isOver), found };
      for (const [part, read] of PARTS) {
        try {
          await read(reading);
        } catch (error) {
          if (!(error instanceof PortError)) throw error;
          found.unread.push(`${part}: ${describeFailure(error)}`);
        }
      }
      return found;
    },
  };
}

/** What may be much comes last: it would leave nothing for the others. */
const PARTS: readonly (readonly [string, (reading: Reading) => Promise<void>])[] = [
  ['cluster', readCluster],
  ['node groups', readNodegroups],
  ['add-ons', readAddons],
  ['Pod Identity associations', readPodIdentities],
  ['access entries', readAccessEntries],
];

async function readCluster({ clusterName, calls, ask, found }: Reading): Promise<void> {
  const operation = 'eks:DescribeCluster';
  const { cluster } = await ask(operation, () => calls.describeCluster({ name: clusterName }));
  found.controlPlaneRole = given(operation, cluster?.roleArn);
  const autoMode = cluster?.computeConfig?.nodeRoleArn;
  if (autoMode !== undefined) found.nodeRoles.push(autoMode);
}

async function readNodegroups({ clusterName, calls, ask, found }: Reading): Promise<void> {
  const names = await listed(ask, 'eks:ListNodegroups', async (nextToken) => {
    const answer = await calls.listNodegroups({ clusterName, maxResults: PAGE_SIZE, nextToken });
    return { items: answer.nodegroups ?? [], next: answer.nextToken };
  });
  const operation = 'eks:DescribeNodegroup';
  await forEach(names, async (nodegroupName) => {
    const request = { clusterName, nodegroupName };
    const { nodegroup } = await ask(operation, () => calls.describeNodegroup(request));
    found.nodeRoles.push(given(operation, nodegroup?.nodeRole));
  });
}

async function readAddons({ clusterName, calls, ask, found }: Reading): Promise<void> {
  const names = await listed(ask, 'eks:ListAddons', async (nextToken) => {
    const answer = await calls.listAddons({ clusterName, maxResults: PAGE_SIZE, nextToken });
    return { items: answer.addons ?? [], next: answer.nextToken };
  });
  const operation = 'eks:DescribeAddon';
  await forEach(names, async (name) => {
    const answer = await ask(operation, () => calls.describeAddon({ clusterName, addonName: name }));
    const roleArn = given(operation, answer.addon).serviceAccountRoleArn;
    if (roleArn !== undefined) found.addons.push({ name, roleArn });
  });
}

async function readPodIdentities({ clusterName, calls, ask, found }: Reading): Promise<void> {
  const list = 'eks:ListPodIdentityAssociations';
  const ids = await listed(ask, list, async (nextToken) => {
    const request = { clusterName, maxResults: PAGE_SIZE, nextToken };
    const { associations = [], nextToken: next } = await calls.listPodIdentityAssociations(request);
    return { items: associations.map(({ associationId }) => given(list, associationId)), next };
  });
  const operation = 'eks:DescribePodIdentityAssociation';
  await forEach(ids, async (associationId) => {
    const request = { clusterName, associationId };
    const { association } = await ask(operation, () => calls.describePodIdentityAssociation(request));
    const { namespace = '', serviceAccount = '', roleArn, targetRoleArn } = given(operation, association);
    found.podIdentities.push({
      namespace,
      serviceAccount,
      roleArn: given(operation, roleArn),
      ...(targetRoleArn !== undefined && { targetRoleArn }),
    });
  });
}

async function readAccessEntries({ clusterName, calls, ask, found }: Reading): Promise<void> {
  const all = await listed(ask, 'eks:ListAccessEntries', async (nextToken) => {
    const answer = await calls.listAccessEntries({ clusterName, maxResults: PAGE_SIZE, nextToken });
    return { items: answer.accessEntries ?? [], next: answer.nextToken };
  });
  const open = all.filter((arn) => mayBeOfNodes(arn) && !found.nodeRoles.includes(arn));
  const operation = 'eks:DescribeAccessEntry';
  await forEach(open.slice(0, MAX_ENTRIES), async (principalArn) => {
    const request = { clusterName, principalArn };
    const { accessEntry } = await ask(operation, () => calls.describeAccessEntry(request));
    found.accessEntries.push({ principalArn, type: given(operation, accessEntry?.type) });
  });
  const others = open.length - MAX_ENTRIES;
  if (others > 0)
    found.unread.push(`access entries: ${others} more than the ${MAX_ENTRIES} that are looked at`);
}

function mayBeOfNodes(principalArn: string): boolean {
  return IAM_ROLE.test(principalArn) && !NOT_OF_NODES.test(principalArn);
}

async function listed(
  ask: Ask,
  operation: string,
  read: (nextToken: string | undefined) => Promise<Page<string, string>>,
): Promise<string[]> {
  return await allPages<string, string>((cursor) => ask(operation, () => read(cursor)));
}
