import type { Action, ActionContext, ActionResult } from '../../../shared/actions/action.ts';
import { DAY_MS, HOUR_MS, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import { describeFailure, isFailure, isRetryable } from '../../../shared/errors.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Quota, QuotaId, QuotaRequest } from '../../../shared/ports/quotas.ts';
import { type Asked, adoptOpen, claimAsk, settleAsk } from '../quota/asked.ts';
import { REFUSED_STATUSES } from '../quota/follow.ts';
import { line } from '../quota/plain.ts';
import { memoryOf, quotaIdOf, REQUEST_QUOTA } from '../quota/requests.ts';

/** Service Quotas takes few calls a second for the whole account, and nothing here is urgent. */
const PAUSE_MS = MINUTE_MS;
const GIVE_UP_AFTER_MS = HOUR_MS;

interface Wish {
  quota: QuotaId;
  desired: number;
  /** In ms, as the config says it: no two requests within this time. */
  every: number;
}

/**
 * Asks AWS for a higher quota, once. There is no client token: what says that it was asked is a request that is open,
 * the value itself, and a row of the ledger that is written before the call.
 */
export const requestQuota: Action = {
  name: REQUEST_QUOTA,
  describe: 'asks AWS for a higher quota in Service Quotas; what AWS grants is not taken back',
  permissions: {
    aws: [
      'servicequotas:GetAWSDefaultServiceQuota',
      'servicequotas:GetRequestedServiceQuotaChange',
      'servicequotas:GetServiceQuota',
      'servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota',
      'servicequotas:RequestServiceQuotaIncrease',
    ],
    kubernetes: [],
  },
  risk: 'medium',
  reversible: false,
  gentle: false,
  asks: 'it may open a support case in the account’s name',
  cost: 'none for the quota itself; what it lets you start costs as usual',
  cooldownMs: DAY_MS,
  apply: async (context, step) => {
    const { memory } = context;
    if (typeof memory['requestId'] === 'string') {
      const whose = memory['isOurs'] === true ? 'AWS has' : 'somebody had asked already, AWS has';
      const summary = `${whose} request ${line(memory['requestId'])} for ${Number(memory['desired'])}`;
      return { status: 'done', summary, memory };
    }
    try {
      return await ask(context, wishOf(step));
    } catch (error) {
      if (!isRetryable(error)) throw error;
      return await later(context, describeFailure(error));
    }
  },
  verify: async ({ ports, memory }, step) => {
    const { quota, desired } = wishOf(step);
    const id = memory['requestId'];
    if (typeof id !== 'string') {
      const { value } = await ports.quotas.getQuota(quota);
      return { holds: value >= desired, evidence: `the applied value is ${value}` };
    }
    const request = await readBack(ports.quotas, quota, id);
    if (request === undefined) return { holds: false, evidence: `AWS knows no request ${line(id)}` };
    const evidence = `request ${line(id)} is ${line(request.status, 40)}`;
    return { holds: !REFUSED_STATUSES.has(request.status), evidence };
  },
};

function wishOf({ targets: [target], goal, notes }: Step): Wish {
  return {
    quota: quotaIdOf(target.id),
    desired: Number(goal['desired']),
    every: Number(notes?.['every'] ?? DAY_MS),
  };
}

async function ask(context: ActionContext, wish: Wish): Promise<ActionResult> {
  const { quotas, table, clock } = context.ports;
  const quota = await quotas.getQuota(wish.quota);
  const [open] = await quotas.listOpenRequests(wish.quota);
  if (open !== undefined) return await follow(context, wish, { open, quota });
  if (quota.value >= wish.desired)
    return { status: 'done', summary: `nothing to ask for: the value is ${quota.value}` };
  await context.checkStop();
  const { desired, every } = wish;
  const claim = { ...holderOf(context.incident), desired, every, now: clock.now() };
  const claimed = await claimAsk(table, aboutOf(context, wish), claim);
  switch (claimed.is) {
    case 'mine':
      return await send(context, wish, { asked: claimed.asked, quota });
    case 'made':
      return withRequest({ id: claimed.requestId, desired, before: quota.value, at: clock.now() }, true);
    case 'busy':
      return await later(context, `${claimed.asked.incidentId} asks for it right now`);
    case 'soon':
      return { status: 'failed', summary: `not asked: ${againText(claimed.asked, every)}` };
    case 'unsure':
      return { status: 'failed', summary: unsureText(claimed.asked, every) };
  }
}

async function send(
  context: ActionContext,
  wish: Wish,
  { asked, quota }: { asked: Asked; quota: Quota },
): Promise<ActionResult> {
  const { quotas, table } = context.ports;
  const about = aboutOf(context, wish);
  const { desired } = wish;
  const sent = await quotas.requestIncrease({ ...wish.quota, desired }).catch(async (error: unknown) => {
    // It was not taken, and that is certain. After any other failure it may have been: the open requests will show it.
    if (isFailure(error, 'invalid', 'not-found')) await settleAsk(table, about, asked, { state: 'refused' });
    if (isFailure(error, 'throttled', 'unauthorised'))
      await settleAsk(table, about, asked, { state: 'withdrawn' });
    throw error;
  });
  await settleAsk(table, about, asked, { state: 'asked', requestId: sent.id });
  return withRequest({ id: sent.id, desired, before: quota.value, at: asked.at }, true);
}

/** One is open: ours of before a crash, another incident's, or a person's. */
async function follow(
  context: ActionContext,
  wish: Wish,
  { open, quota }: { open: QuotaRequest; quota: Quota },
): Promise<ActionResult> {
  const { ports, incident } = context;
  const asked = await adoptOpen(ports.table, aboutOf(context, wish), { ...holderOf(incident), open });
  const at = open.createdAt ?? ports.clock.now();
  return withRequest({ id: open.id, desired: open.desired, before: quota.value, at }, asked.isOurs);
}

/** Remembered before anything else can go wrong; the next round says that it is done. */
function withRequest(asked: Parameters<typeof memoryOf>[0]['asked'], isOurs: boolean): ActionResult {
  return { status: 'again', summary: `request ${line(asked.id)}`, memory: memoryOf({ asked, isOurs }) };
}

async function later({ ports, memory, roundMs }: ActionContext, why: string): Promise<ActionResult> {
  const since = Number(memory['since'] ?? ports.clock.now());
  if (ports.clock.now() - since >= GIVE_UP_AFTER_MS) return { status: 'failed', summary: `given up: ${why}` };
  await ports.clock.sleep(Math.min(PAUSE_MS, roundMs));
  return { status: 'again', summary: why, memory: { since } };
}

/** A request that is seconds old may be listed before it can be read by its id. */
async function readBack(
  quotas: ActionContext['ports']['quotas'],
  quota: QuotaId,
  id: string,
): Promise<QuotaRequest | undefined> {
  try {
    return await quotas.getRequest(id);
  } catch (error) {
    if (!isFailure(error, 'not-found')) throw error;
    return (await quotas.listOpenRequests(quota)).find((open) => open.id === id);
  }
}

function aboutOf({ incident: { cluster } }: ActionContext, { quota }: Wish) {
  return { place: { account: cluster.account, region: cluster.region }, quota };
}

function holderOf({ id: incidentId, generation }: Incident) {
  return { incidentId, generation };
}

function againText({ at, incidentId }: Asked, every: number): string {
  return `Paramedic asked at ${isoTime(at)} for ${incidentId}; again after ${isoTime(at + every)}`;
}

function unsureText({ at, incidentId, desired }: Asked, every: number): string {
  return `Paramedic may have asked for ${desired} at ${isoTime(at)} for ${incidentId} and never heard the answer; no request is open now. Look at the request history in Service Quotas; it is not asked for again before ${isoTime(at + every)}`;
}
