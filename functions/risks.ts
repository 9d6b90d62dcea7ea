import type { ActionRisk } from '../shared/notify/slack/view.ts';

const low = { risk: 'low', reversible: false } as const;
const medium = { risk: 'medium', reversible: false } as const;
const high = { risk: 'high', reversible: false } as const;

/**
 * What people are told of every action, for the notifier: it carries the code of no trouble, so that it stays as small as
 * it is however many there are. Held against `functions/index.ts` by a test.
 */
export const risks: Readonly<Record<string, ActionRisk>> = {
  cordon: { ...low, reversible: true },
  uncordon: low,
  detach: medium,
  'add-capacity': { ...medium, reversible: true },
  drain: medium,
  'delete-not-ready': medium,
  'force-delete': high,
  'hold-hook': low,
  'complete-hook': medium,
  release: high,
  'out-of-service': { ...high, reversible: true },
  'back-in-service': low,
  'delete-node': high,
  'update-addon': { ...high, reversible: true },
  'patch-daemonset': { ...high, reversible: true },
  'request-quota': medium,
  'modify-volume': medium,
  'change-attributes-class': medium,
};
