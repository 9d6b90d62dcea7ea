import { describe, expect, test } from 'vitest';
import { departureOf, type GroupActivity } from '../../functions/node-interruption/departure.ts';
import { known, unknown } from '../../shared/fact.ts';
import type { Instance } from '../../shared/ports/ec2.ts';
import { INSTANCE, WARNED_AT } from '../support/facts.ts';

const instance: Instance = {
  id: INSTANCE,
  state: 'terminated',
  type: 'm6i.large',
  zone: 'eu-west-1a',
  lifecycle: 'on-demand',
  tags: {},
};

function departure(stateReason: string | undefined, cause: string | null) {
  const activity: GroupActivity = cause === null ? null : { description: '', cause, startedAt: WARNED_AT };
  return departureOf({ ...instance, ...(stateReason && { stateReason }) }, known(activity, 'asg', WARNED_AT));
}

const USER = 'Client.UserInitiatedShutdown';

describe('who ended an instance', () => {
  test.each([
    [
      USER,
      'an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 5 to 4.',
      'scale-in',
    ],
    [USER, 'an instance was taken out of service in response to a user request.', 'scale-in'],
    [USER, 'an instance was taken out of service in response to an instance refresh.', 'group'],
    [USER, 'an instance was taken out of service in response to its maximum instance lifetime.', 'group'],
    [
      USER,
      'an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.',
      'user',
    ],
    [USER, null, 'user'],
    [
      'Server.SpotInstanceTermination',
      'an EC2 health check indicating it has been terminated or stopped',
      'spot',
    ],
    ['Client.InstanceInitiatedShutdown', null, 'itself'],
    ['Server.InternalError', null, 'aws'],
    ['Something.New', null, 'unknown'],
    [undefined, null, 'unknown'],
  ])('%s with the group saying %j is %s', (reason, cause, kind) => {
    expect(departure(reason, cause).kind).toBe(kind);
  });

  test('the group’s words are free text: never more than likely', () => {
    expect(departure(USER, 'shrinking the capacity from 5 to 4').confidence).toBe('likely');
    expect(departure('Server.InternalError', null).confidence).toBe('certain');
  });

  test('an unread activity leaves it open, except where EC2 says Spot', () => {
    const unread = unknown('throttled', 'asg', WARNED_AT);
    expect(departureOf({ ...instance, stateReason: USER }, unread)).toMatchObject({
      kind: 'unknown',
      confidence: 'possible',
    });
    expect(departureOf({ ...instance, stateReason: 'Server.SpotInstanceShutdown' }, unread).kind).toBe(
      'spot',
    );
  });
});
