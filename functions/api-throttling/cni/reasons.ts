import { CHURN_MINUTES } from './calls.ts';
import { envText } from './candidates.ts';
import { podAddresses } from './instances.ts';
import { type Judged, pairs } from './judge.ts';
import type { ClusterNumbers } from './numbers.ts';

/** Undefined when there is an aws-node whose targets decide about EC2 calls. */
export function whyNothingToTune(numbers: ClusterNumbers): string | undefined {
  const { settings, groups, autoModeNodes, fargateNodes } = numbers;
  if (groups.every(({ nodes, launchedAtOnce }) => nodes === 0 && launchedAtOnce === 0)) {
    const elsewhere = `${autoModeNodes} Auto Mode nodes and ${fargateNodes} Fargate pods have none`;
    return `no node runs aws-node: ${elsewhere}`;
  }
  if (!settings.provisioning) return 'ipamd attaches nothing itself: it makes no EC2 calls';
  if (settings.ipv6) return 'IPv6: every node has one prefix for all its pods, warm targets do not count';
  if (settings.multiNic) return 'several network cards: not modelled, so nothing is proposed';
  return undefined;
}

export function keepReasons(present: Judged): string[] {
  return [`the warm targets stay: nothing possible makes a tenth fewer than their ${loadText(present)}`];
}

export function changeReasons(chosen: Judged, present: Judged): string[] {
  const fewer =
    chosen.load < present.load
      ? `${loadText(chosen)} instead of ${present.load}`
      : `as many calls, but pods wait for ${chosen.late} of a burst's instead of ${present.late}`;
  return [
    `${envText(chosen.env)}: ${fewer}`,
    addressText(chosen.addresses - present.addresses),
    ...(chosen.env['IP_COOLDOWN_PERIOD'] === undefined
      ? []
      : [
          'addresses are given to new pods sooner: kube-proxy on every node must have let go of them by then',
        ]),
  ];
}

function addressText(more: number): string {
  if (more === 0) return 'needs as many addresses at the most nodes';
  return more > 0
    ? `costs ${more} more addresses at the most nodes`
    : `needs ${-more} fewer addresses at the most nodes`;
}

function loadText({ load }: Judged): string {
  return `${load} changing EC2 calls in a burst and ${CHURN_MINUTES} minutes of churn`;
}

/** What is wrong with the settings as they are. */
export function warningsOf(numbers: ClusterNumbers, present: Judged): string[] {
  const { settings, groups } = numbers;
  return [
    ...targetWarnings(numbers),
    ...groups
      .filter(({ limits, podsPerNode }) => podsPerNode > podAddresses(limits, settings))
      .map(
        ({ limits, podsPerNode }) =>
          `${podsPerNode} pods on ${limits.type}, which holds ${podAddresses(limits, settings)} addresses for pods`,
      ),
    ...pairs(groups, present.calls)
      .filter(([, { unserved }]) => unserved > 0)
      .map(([{ name }, { unserved }]) => `${unserved} pods per node of ${name} get no address`),
    ...present.costs
      .filter(({ left }) => left < 0)
      .map(
        ({ subnet, needed, free, held }) =>
          `${subnet} needs ${needed} addresses as it is, it has ${free + held}`,
      ),
  ];
}

function targetWarnings({ settings, groups }: ClusterNumbers): string[] {
  const { warmIpTarget, minimumIpTarget, prefixDelegation } = settings;
  const notNitro = prefixDelegation ? groups.filter(({ limits }) => !limits.nitro) : [];
  return [
    ...(minimumIpTarget > 0 && warmIpTarget === 0
      ? [`MINIMUM_IP_TARGET=${minimumIpTarget} without WARM_IP_TARGET: the pool never grows beyond it`]
      : []),
    ...(warmIpTarget > 0 && minimumIpTarget === 0
      ? [`WARM_IP_TARGET=${warmIpTarget} without MINIMUM_IP_TARGET: calls at every change of pods`]
      : []),
    ...notNitro.map(
      ({ limits }) => `${limits.type} is not Nitro: it has no prefixes, ipamd falls back to single addresses`,
    ),
  ];
}
