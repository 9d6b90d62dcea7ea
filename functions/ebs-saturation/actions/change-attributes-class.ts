import type { Action, ActionContext, ActionResult } from '../../../shared/actions/action.ts';
import { HOUR_MS, SECOND_MS } from '../../../shared/clock.ts';
import { isFailure } from '../../../shared/errors.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import { type ClaimFacts, readClaim } from '../reading/claims.ts';
import { noteAsked, takeBack } from './noted.ts';
import { goalOf, isAt, readVolume, shown } from './volume.ts';

const TICK_MS = 15 * SECOND_MS;
/** The driver asks EC2, and EC2 takes minutes. */
const DONE_WITHIN_MS = HOUR_MS;
/** Kinds of failure after which the claim names what it did. */
const NOT_DONE = ['conflict', 'invalid', 'not-found', 'unauthorised', 'unsupported'] as const;

/** Lets the claim name another class that exists, and the driver carry it out: a change behind its back is undone. */
export const changeAttributesClass: Action = {
  name: 'change-attributes-class',
  describe: 'lets the claim of a volume name another VolumeAttributesClass, which the CSI driver carries out',
  permissions: {
    aws: ['ec2:DescribeVolumes'],
    kubernetes: [
      'list /persistentvolumes',
      'list /persistentvolumeclaims',
      'list storage.k8s.io/volumeattributesclasses',
      'patch /persistentvolumeclaims',
    ],
  },
  risk: 'medium',
  reversible: false,
  gentle: false,
  cost: 'as the plan says, each month until it is stepped back',
  cooldownMs: 6 * HOUR_MS,
  apply: async (context, step) => {
    const claim = await claimOf(context, step);
    if (claim === null) return failed('no claim of the cluster is behind the volume: nothing was changed');
    const name = String(step.goal['class']);
    if (claim.attributesClass === name) return await follow(context, step, name);
    if (claim.attributesClass !== step.goal['fromClass']) {
      return failed('somebody let the claim name another class in the meantime: nothing was changed');
    }
    await context.checkStop();
    await noteAsked(context, step);
    const kubernetes = await context.ports.kubernetes.connect(context.incident.cluster);
    try {
      await kubernetes.patchPersistentVolumeClaim(claim, {
        metadata: { resourceVersion: claim.resourceVersion },
        spec: { volumeAttributesClassName: name },
      });
    } catch (error) {
      if (isFailure(error, ...NOT_DONE)) await takeBack(context, step);
      throw error;
    }
    return {
      status: 'again',
      summary: `the claim names ${name}`,
      memory: { sentAt: context.ports.clock.now() },
    };
  },
  verify: async (context, step) => {
    const volume = await readVolume(context, step);
    return {
      holds: isAt(volume, goalOf(step)),
      evidence: `EC2 says ${volume.type}, ${volume.iops ?? 'no'} IOPS`,
    };
  },
};

async function claimOf(context: ActionContext, step: Step): Promise<ClaimFacts | null> {
  const kubernetes = await context.ports.kubernetes.connect(context.incident.cluster);
  return await readClaim(kubernetes, step.targets[0].id);
}

async function follow(context: ActionContext, step: Step, name: string): Promise<ActionResult> {
  const { clock } = context.ports;
  const roundEnds = clock.now() + context.roundMs - TICK_MS;
  const sentAt = Number(context.memory['sentAt'] ?? clock.now());
  for (;;) {
    const claim = await claimOf(context, step);
    if (claim?.currentAttributesClass === name && isAt(await readVolume(context, step), goalOf(step))) {
      return { status: 'done', summary: `${shown(goalOf(step))} by class ${name}`, lookAgain: true };
    }
    if (clock.now() > sentAt + DONE_WITHIN_MS) {
      return failed(`after an hour the driver has not carried out class ${name}; the claim names it still`);
    }
    const summary = `the driver carries out class ${name}`;
    if (clock.now() >= roundEnds || (await context.hasNews())) {
      return { status: 'again', summary, memory: { sentAt } };
    }
    await clock.sleep(TICK_MS);
  }
}

function failed(summary: string): ActionResult {
  return { status: 'failed', summary };
}
