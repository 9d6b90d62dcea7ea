import type { DisruptionRequest } from '../../shared/incident/disruptions.ts';

export const START = Date.parse('2026-11-03T14:00:00Z');
export const CLUSTER = { name: 'prod', account: '210987654321', region: 'eu-west-1' };

/** Thirty nodes in six groups, three groups in each of two zones. */
const NODES = 30;
export const ALL = Array.from({ length: NODES }, (_, node) => node);
export const groupOf = (node: number) => node % 6;
export const zoneOf = (node: number) => node % 2;
export const idOf = (node: number) => `i-${node}`;

export function requestOf(node: number, down: ReadonlySet<number>, until: number): DisruptionRequest {
  const out = [...down].filter((other) => other !== node);
  const inGroup = out.filter((other) => groupOf(other) === groupOf(node));
  return {
    incidentId: `inc-${node}`,
    node: idOf(node),
    group: `group-${groupOf(node)}`,
    zone: `zone-${zoneOf(node)}`,
    until,
    cluster: { nodes: NODES, down: out.map(idOf) },
    inGroup: { nodes: NODES / 6, down: inGroup.map(idOf) },
    zoneNodes: ALL.filter((other) => zoneOf(other) === zoneOf(node)).map(idOf),
  };
}
