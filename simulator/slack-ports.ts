import { PortError } from '../shared/errors.ts';
import type { TellingPorts } from '../shared/notify/delivery.ts';
import type { HintQueue } from '../shared/ports/notifier.ts';
import type { Slack } from '../shared/ports/slack.ts';
import type { Gate } from './gate.ts';
import type { Lane } from './lane.ts';
import type { World } from './world.ts';

/** Where an incoming webhook posts to in the simulated workspace. */
export const WEBHOOK_TARGET = 'C0WEBHOOK';

/** Slack and its draughtsman as one process reaches them: recorded, delayed, and harmed where the fault plan says so. */
export function simulatedPeople({ slack: workspace, charts }: World, gate: Gate): TellingPorts {
  const request = (method: string, ...args: unknown[]) => ({ port: 'slack' as const, method, args });
  const slack: Slack = {
    post: ({ channel, threadTs, ...message }) =>
      gate.call(request('post', { subject: message.text, channel, threadTs }), () =>
        workspace.post(channel, message, threadTs),
      ),
    update: ({ channel, ts, ...message }) =>
      gate.call(request('update', { subject: message.text, channel, ts }), () =>
        workspace.update(channel, ts, message),
      ),
    uploadImage: ({ channel, threadTs, ...image }) =>
      gate.call(request('uploadImage', { subject: image.title, channel, threadTs }), () =>
        workspace.upload(channel, threadTs, image),
      ),
    groupMembers: (groupId) =>
      gate.call(request('groupMembers', groupId), () => workspace.groups.get(groupId) ?? noGroup()),
  };
  return {
    slack: () => slack,
    webhook: () => ({
      post: (message) =>
        gate.call(request('post', { subject: message.text, channel: WEBHOOK_TARGET }), () => {
          workspace.post(WEBHOOK_TARGET, message);
        }),
    }),
    charts: {
      draw: (chart, place) =>
        gate.call({ port: 'charts', method: 'draw', args: [chart, place] }, () =>
          charts.port().draw(chart, place),
        ),
    },
  };
}

function noGroup(): never {
  const details = { operation: 'slack:usergroups.users.list', code: 'no_such_subteam' };
  throw new PortError('not-found', 'Slack said no', details);
}

export function simulatedHints(lane: Lane, gate: Gate): HintQueue {
  return {
    send: (hint, delayMs) =>
      gate.call({ port: 'hints', method: 'send', args: [hint, delayMs] }, () => {
        lane.sendWith(JSON.stringify(hint), {}, Math.max(0, delayMs));
      }),
  };
}
