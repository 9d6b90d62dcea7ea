import { open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyIdOf } from '../../test/engines/kubernetes/cluster.ts';
import { GROUP } from './deployed.ts';
import { OPERATORS } from './operator.ts';
import type { Stage } from './stage.ts';

/** The API server's own record of who asked it for what: the same eyes for every tool, and its own clock. */
export interface Audit {
  /** For the API server. */
  flags: string[];
  /** Where the log ends now, in bytes. */
  position(): Promise<number>;
  /** What stands behind that position. */
  since(position: number): Promise<AuditEvent[]>;
}

/** Of the log's own fields, those that are read. */
export interface AuditEvent {
  verb: string;
  user?: { username?: string };
  objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  /** When the answer was given, RFC 3339 with microseconds. */
  stageTimestamp: string;
}

/** What became of a stage; times in epoch ms. */
export interface Traces {
  /** Node name → the tool's first change of it. */
  cordonedAt: Map<string, number>;
  /** Pod name → its eviction, or its deletion by the tool. */
  acceptedAt: Map<string, number>;
  /** Pod name → its last deletion: the kubelet's, when nothing of it runs any more. */
  goneAt: Map<string, number>;
  /** Of the tool. */
  requests: number;
  /** Of these, answered with 429. */
  refused: number;
}

const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    {
      level: 'None',
      resources: [
        { group: 'coordination.k8s.io', resources: ['leases'] },
        { group: '', resources: ['events'] },
      ],
    },
    { level: 'Metadata' },
  ],
};
const MAX_LOG_MB = 4_000;

export async function auditIn(folder: string): Promise<Audit> {
  const policy = join(folder, 'audit-policy.json');
  const log = join(folder, 'audit.log');
  await writeFile(policy, JSON.stringify(POLICY));
  await writeFile(log, '');
  const limit = `--audit-log-maxsize=${MAX_LOG_MB}`;
  return {
    flags: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, limit],
    position: async () => (await stat(log)).size,
    since: async (position) => readEvents(await readFrom(log, position)),
  };
}

async function readFrom(path: string, position: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.max(1, size - position));
    const { bytesRead } = await file.read({ buffer, position });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The line that is being written does not count yet. */
export function readEvents(text: string): AuditEvent[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AuditEvent);
}

/** `events` in the order in which they were answered. */
export function tracesOf(events: readonly AuditEvent[], { namespace, nodes }: Stage): Traces {
  const succeeded = events.filter(({ responseStatus }) => (responseStatus?.code ?? 0) < 300);
  const byTool = succeeded.filter(isOfTool);
  const changed = byTool.filter(
    ({ verb, objectRef }) => CHANGES.has(verb) && objectRef?.resource === 'nodes',
  );
  const ended = succeeded.filter(
    ({ verb, objectRef }) =>
      objectRef?.resource === 'pods' &&
      objectRef.namespace === namespace &&
      (verb === 'delete' || (verb === 'create' && objectRef.subresource === 'eviction')),
  );
  const theirs = events.filter(isOfTool);
  return {
    cordonedAt: firstTimes(changed.filter(({ objectRef }) => nodes.includes(objectRef?.name ?? ''))),
    acceptedAt: firstTimes(ended.filter(isOfTool)),
    goneAt: firstTimes(ended.filter(({ verb }) => verb === 'delete').toReversed()),
    requests: theirs.length,
    refused: theirs.filter(({ responseStatus }) => responseStatus?.code === 429).length,
  };
}

const CHANGES = new Set(['patch', 'update']);
const TOOLS = new Set([GROUP, OPERATORS].map(keyIdOf));

/** The control plane and the kubelets have other names. */
function isOfTool({ user }: AuditEvent): boolean {
  return TOOLS.has(user?.username ?? '');
}

function firstTimes(events: readonly AuditEvent[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { objectRef, stageTimestamp } of events) {
    const name = objectRef?.name ?? '';
    if (!times.has(name)) times.set(name, Date.parse(stageTimestamp));
  }
  return times;
}
