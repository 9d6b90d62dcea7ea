import type { Pod } from '../../shared/ports/kubernetes.ts';
import type { PodOnVolume } from './diagnose/types.ts';
import { oneLine } from './fields.ts';

/** Names in a cluster may have 253 characters: one of them must not hide the others of a line. */
const MAX_NAME = 80;
const MAX_NAMES = 5;
const LOGS = '/var/log';

type PodVolume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number];

/** A pod of a node, as far as volumes go. Pure. */
export function podOnVolume({ metadata, spec, status }: Pod): PodOnVolume {
  const startedAt = Date.parse(status?.startTime ?? '');
  const volumes = spec?.volumes ?? [];
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  const name = metadata?.name ?? '';
  return {
    namespace: metadata?.namespace ?? '',
    name,
    ...(Number.isFinite(startedAt) && { startedAt }),
    hasEmptyDir: volumes.some(({ emptyDir }) => emptyDir !== undefined && emptyDir.medium !== 'Memory'),
    ...(volumes.some(isLogs) && { hasLogs: true }),
    ...(owner !== undefined && { owner: `${owner.kind} ${owner.name}` }),
    claims: volumes.flatMap((volume) => claimOf(volume, name)),
    hasEnded: status?.phase === 'Succeeded' || status?.phase === 'Failed',
  };
}

/** A claim of its own for the time of the pod is named after both. */
function claimOf({ name, ephemeral, persistentVolumeClaim }: PodVolume, pod: string): string[] {
  if (persistentVolumeClaim !== undefined) return [persistentVolumeClaim.claimName];
  return ephemeral === undefined ? [] : [`${pod}-${name}`];
}

function isLogs({ hostPath }: PodVolume): boolean {
  return hostPath !== undefined && (hostPath.path === LOGS || hostPath.path.startsWith(`${LOGS}/`));
}

/** e.g. `data/db-0 (StatefulSet db), data/db-1 (StatefulSet db) and 3 more`. */
export function podNames(pods: readonly PodOnVolume[]): string {
  const names = pods.slice(0, MAX_NAMES).map(({ namespace, name, owner }) => {
    const by = owner === undefined ? '' : ` (${short(owner)})`;
    return `${short(namespace)}/${short(name)}${by}`;
  });
  const more = pods.length > MAX_NAMES ? ` and ${pods.length - MAX_NAMES} more` : '';
  return `${names.join(', ')}${more}`;
}

/** What somebody named in a cluster, on one line. */
export function short(name: string): string {
  return oneLine(name, MAX_NAME) ?? '?';
}
