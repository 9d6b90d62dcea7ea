import type { NodeInterruptionPolicy } from '../../functions/node-interruption/policy.ts';

/** The documented defaults; `test/config` holds them against the schema. */
export const defaultPolicy: NodeInterruptionPolicy = {
  spot: { maxEventAge: 120_000, safetyMargin: 15_000, finalRung: 30_000, hibernateWindow: 30_000 },
  drain: {
    parallel: 20,
    emptyDir: 'evict',
    inApproveMode: 'drain',
    deleteNotReady: 'spot-terminate',
    force: false,
  },
  loadBalancers: { exclude: true },
  replacement: { detach: false, terminateStragglers: false },
  verify: { within: 300_000 },
};
