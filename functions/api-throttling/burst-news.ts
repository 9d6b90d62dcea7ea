import type { EpochMs } from '../../shared/clock.ts';
import { MAX_SIGNALS } from '../../shared/incident/accept.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { AggregateInput } from '../../shared/pipeline/trouble.ts';
import type { Group } from './groups.ts';
import { leadOf } from './lead.ts';
import { closedAtOf, type News, newsOf, peakOfGroup, type Told } from './news.ts';
import type { ApiThrottlingPolicy } from './policy.ts';
import type { Peak } from './rate.ts';

/** A cause, and how much of it was not told yet. */
export interface Judged {
  group: Group;
  policy: ApiThrottlingPolicy;
  /** Its own; undefined where it never had one, or stays below the threshold anyway. */
  incident: Incident | undefined;
  peak: Peak;
  /** It was over the threshold by itself, whether that was told and is done with or not. */
  isAlone: boolean;
}

/** A signal with what it is sorted by. */
export interface Sorted extends News {
  count: number;
  cluster: string;
}

type Input = Pick<AggregateInput<ApiThrottlingPolicy>, 'ports' | 'home' | 'readIncident'>;

export function isOver({ peak, policy }: Judged): boolean {
  return peak.count >= policy.rate.openAt;
}

/** For an incident that the cause has for itself. */
export function ownNews({ home }: Pick<Input, 'home'>, judged: Judged): Sorted[] {
  return tell({ home }, judged, { subject: judged.group.cause, incident: judged.incident });
}

/**
 * All causes of one cluster over their thresholds, as news of one incident: they share its nodes and the account's
 * limits, and one of them seldom comes alone. A cause whose own incident is still open stays with that.
 */
export async function burstNews(input: Input, judged: readonly Judged[]): Promise<Sorted[]> {
  const [first] = judged;
  if (first === undefined) return [];
  const { ports, home } = input;
  const { scope: cluster } = first.group;
  const after = (endedAt: EpochMs) =>
    judged.map((each) => lowered(each, endedAt, ports.clock.now())).filter(isOver);
  const lead = await leadOf({
    ports,
    place: home,
    cluster,
    candidates: (endedAt) =>
      after(endedAt).map(({ group, peak, incident }) => ({
        cause: group.cause,
        count: peak.count,
        incident,
      })),
    readIncident: (id) => input.readIncident({ name: cluster, ...home }, { kind: 'principal', id }),
  });
  if (lead === undefined) return [];
  const found = after(lead.endedAt);
  const isApart = ({ group, incident }: Judged) => group.cause !== lead.cause && incident?.status === 'open';
  const told = { subject: lead.cause, incident: lead.incident };
  return [
    ...found.filter(isApart).flatMap((each) => ownNews(input, each)),
    ...fitting(
      found.filter((each) => !isApart(each)).flatMap((each) => tell(input, each, told)),
      told,
    ),
  ];
}

function lowered(judged: Judged, endedAt: EpochMs, now: EpochMs): Judged {
  const { group, policy, incident } = judged;
  return { ...judged, peak: peakOfGroup(group, policy, Math.max(endedAt, closedAtOf(incident)), now) };
}

function tell({ home }: Pick<Input, 'home'>, { group, peak, policy }: Judged, told: Told): Sorted[] {
  const news = newsOf(group, peak, policy, told, home);
  return news === undefined ? [] : [{ ...news, count: peak.count, cluster: group.scope }];
}

/** What the incident has places for: the cause it is named after first, then the strongest. */
function fitting(news: readonly Sorted[], { subject, incident }: Told): Sorted[] {
  const isLead = ({ signal }: Sorted) => signal.data['cause'] === subject;
  const room = MAX_SIGNALS - (incident?.signals.length ?? 0);
  const fresh = news
    .filter(({ isNew }) => isNew)
    .toSorted((left, right) => Number(isLead(right)) - Number(isLead(left)) || right.count - left.count);
  return [...news.filter(({ isNew }) => !isNew), ...fresh.slice(0, Math.max(0, room))];
}
