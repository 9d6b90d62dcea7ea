import type { AddonIssue as EksAddonIssue, ErrorDetail, UpdateStatus } from '@aws-sdk/client-eks';
import { isFailure, PortError } from '../errors.ts';
import type { Addon, AddonChange, AddonIssue, AddonUpdate, Eks } from '../ports/eks.ts';
import { awsCall } from './classify.ts';
import type { AddonOperations } from './eks-addons-ops.ts';

export type AddonCalls = Pick<
  Eks,
  'describeAddon' | 'describeAddonSchema' | 'updateAddon' | 'describeAddonUpdate'
>;

/** The add-on calls of the EKS port. */
export function addonsAdapter(calls: AddonOperations): AddonCalls {
  return {
    describeAddon: async (cluster, name) => toAddon(name, await read(calls, cluster, name)),
    describeAddonSchema: (name, version) => describeSchema(calls, name, version),
    updateAddon: (change) => update(calls, change),
    describeAddonUpdate: (cluster, name, updateId) => describeUpdate(calls, { cluster, name, updateId }),
  };
}

async function read(calls: AddonOperations, clusterName: string, addonName: string) {
  const operation = 'eks:DescribeAddon';
  const { addon } = await awsCall(operation, () => calls.describeAddon({ clusterName, addonName }));
  if (addon === undefined) {
    throw new PortError('not-found', `no add-on ${addonName} in ${clusterName}`, { operation });
  }
  return addon;
}

function toAddon(name: string, addon: Awaited<ReturnType<typeof read>>): Addon {
  return {
    name: addon.addonName ?? name,
    version: addon.addonVersion ?? '',
    status: addon.status ?? '',
    configurationValues: addon.configurationValues ?? '',
    issues: (addon.health?.issues ?? []).map(toIssue),
  };
}

async function describeSchema(calls: AddonOperations, addonName: string, version: string): Promise<string> {
  const operation = 'eks:DescribeAddonConfiguration';
  const request = { addonName, addonVersion: version };
  const { configurationSchema } = await awsCall(operation, () => calls.describeConfiguration(request));
  if (configurationSchema === undefined) {
    throw new PortError('not-found', `no schema of ${addonName} ${version}`, { operation });
  }
  return configurationSchema;
}

/** An update that names no role gives the add-on back to the nodes' own role: the one that it has is named again. */
async function update(calls: AddonOperations, change: AddonChange): Promise<string> {
  const { serviceAccountRoleArn } = await read(calls, change.cluster, change.name);
  const operation = 'eks:UpdateAddon';
  const answer = await sent(serviceAccountRoleArn, () =>
    calls.updateAddon({
      clusterName: change.cluster,
      addonName: change.name,
      resolveConflicts: 'PRESERVE',
      configurationValues: change.configurationValues,
      clientRequestToken: change.token,
      ...(serviceAccountRoleArn !== undefined && { serviceAccountRoleArn }),
    }),
  );
  if (answer.update?.id !== undefined) return answer.update.id;
  throw new PortError('transient', 'the answer names no update', { operation, mayHaveHappened: true });
}

/** EKS may ask for the right to pass on the role that is named again; its refusal names only the update. */
async function sent<T>(role: string | undefined, send: () => Promise<T>): Promise<T> {
  const operation = 'eks:UpdateAddon';
  try {
    return await awsCall(operation, send);
  } catch (error) {
    if (role === undefined || !isFailure(error, 'unauthorised')) throw error;
    const code = error.code === undefined ? {} : { code: error.code };
    throw new PortError('unauthorised', `${error.message}, or iam:PassRole for ${role}`, {
      operation,
      ...code,
    });
  }
}

interface UpdateKey {
  cluster: string;
  name: string;
  updateId: string;
}

async function describeUpdate(calls: AddonOperations, key: UpdateKey): Promise<AddonUpdate> {
  const operation = 'eks:DescribeUpdate';
  const request = { name: key.cluster, addonName: key.name, updateId: key.updateId };
  const { update: found } = await awsCall(operation, () => calls.describeUpdate(request));
  if (found === undefined) {
    throw new PortError('not-found', `no update ${key.updateId} of ${key.name}`, { operation });
  }
  return { status: toStatus(found.status), errors: (found.errors ?? []).map(toError) };
}

const STATUSES: Readonly<Record<UpdateStatus, true>> = {
  InProgress: true,
  Successful: true,
  Failed: true,
  Cancelled: true,
};

function toStatus(status: UpdateStatus | undefined): AddonUpdate['status'] {
  return status !== undefined && Object.hasOwn(STATUSES, status) ? status : 'unknown';
}

function toIssue({ code, message }: EksAddonIssue): AddonIssue {
  return { code: code ?? '', message: message ?? '' };
}

function toError({ errorCode, errorMessage }: ErrorDetail): AddonIssue {
  return { code: errorCode ?? '', message: errorMessage ?? '' };
}
