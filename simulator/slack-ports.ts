import { PortError } from '../shared/errors.ts';
import type { HintQueue } from '../shared/ports/notifier.ts';
import type { PeoplePorts } from '../shared/ports/people.ts';
import type { Slack } from '../shared/ports/slack.ts';
import type { Gate } from './gate.ts';
import type { Lane } from './lane.ts';
import type { SimSlack } from './slack.ts';

/** Where an incoming webhook posts to in the simulated workspace. */
export const WEBHOOK_TARGET = 'C0WEBHOOK';

/** Slack as one process reaches it: recorded, delayed, and harmed where the fault plan says so. */
export function simulatedPeople(workspace: SimSlack, gate: Gate): Pick<PeoplePorts, 'slack' | 'webhook'> {
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
    uploadImage: () => Promise.reject(unsupported('files.completeUploadExternal')),
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
  };
}

function noGroup(): never {
  const details = { operation: 'slack:usergroups.users.list', code: 'no_such_subteam' };
  throw new PortError('not-found', 'Slack said no', details);
}

function unsupported(method: string): PortError {
  return new PortError('unsupported', 'the simulated Slack has none', { operation: `slack:${method}` });
}

export function simulatedHints(lane: Lane, gate: Gate): HintQueue {
  return {
    send: (hint, delayMs) =>
      gate.call({ port: 'hints', method: 'send', args: [hint, delayMs] }, () => {
        lane.sendWith(JSON.stringify(hint), {}, Math.max(0, delayMs));
      }),
  };
}
