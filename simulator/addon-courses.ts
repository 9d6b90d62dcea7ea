import type { Addon, AddonIssue, ErrorDetail, Update } from '@aws-sdk/client-eks';
import { MINUTE_MS, SECOND_MS } from '../shared/clock.ts';

/** What becomes of an update of an add-on. */
export interface AddonCourse {
  /** From the request to the change of the DaemonSet. */
  appliesAfterMs: number;
  /** How many of the variables that change reach the DaemonSet. */
  applies: 'all' | 'first' | 'none';
  /** The pods with the new variables run and never become Ready. */
  breaks?: true;
  /** From the change of the DaemonSet to the end of the update. */
  endsAfterMs: number;
  /** Ends when the roll-out does, if that is later. */
  waits?: true;
  update: Required<Pick<Update, 'status' | 'errors'>>;
  addon: Required<Pick<Addon, 'status'>> & { issues: AddonIssue[] };
  /** DescribeAddon gives the former configuration again. */
  forgets?: true;
}

const CONFLICT: ErrorDetail = {
  errorCode: 'ConfigurationConflict',
  errorMessage: 'Conflicts found when trying to apply. Will not continue due to resolve conflicts mode.',
};
const NOT_READY: AddonIssue = {
  code: 'InsufficientNumberOfReplicas',
  message: 'The add-on is unhealthy because it does not have the desired number of replicas.',
};
const WELL = {
  update: { status: 'Successful', errors: [] },
  addon: { status: 'ACTIVE', issues: [] },
} as const satisfies Pick<AddonCourse, 'update' | 'addon'>;
const FAILED = {
  update: { status: 'Failed', errors: [CONFLICT] },
  addon: { status: 'UPDATE_FAILED', issues: [] },
} as const satisfies Pick<AddonCourse, 'update' | 'addon'>;
const SOON = { appliesAfterMs: 10 * SECOND_MS, endsAfterMs: 20 * SECOND_MS };

export const ADDON_COURSES = {
  works: { ...SOON, applies: 'all', waits: true, ...WELL },
  slow: { ...SOON, applies: 'all', endsAfterMs: 30 * MINUTE_MS, waits: true, ...WELL },
  /** EKS calls the update a success; what it made does not work. */
  degraded: {
    ...SOON,
    applies: 'all',
    breaks: true,
    endsAfterMs: 3 * MINUTE_MS,
    update: WELL.update,
    addon: { status: 'DEGRADED', issues: [NOT_READY] },
  },
  failed: { ...SOON, applies: 'none', forgets: true, ...FAILED },
  /** Some of it is live, and the new configuration stays with the add-on. */
  failedHalfway: { ...SOON, applies: 'first', ...FAILED },
} as const satisfies Record<string, AddonCourse>;

/** An update whose roll-out does not end is given up after so long: it was made, and the add-on is ill. */
export const PATIENCE_MS = 20 * MINUTE_MS;
export const GIVEN_UP: Pick<AddonCourse, 'update' | 'addon'> = ADDON_COURSES.degraded;
