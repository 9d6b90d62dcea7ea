import { describe, expect, test } from 'vitest';
import { authoriseClick, authorisePrincipal, type ClickRules } from '../../shared/approval/authorise.ts';
import { readMembers, refreshMembers } from '../../shared/approval/members.ts';
import type { Click } from '../../shared/approval/payload.ts';
import type { ApproverGroup } from '../../shared/config/people.ts';
import { PortError } from '../../shared/errors.ts';
import { known, unknown } from '../../shared/fact.ts';
import { MemoryTable } from '../../simulator/table.ts';
import { ANA, APP, BOT, CHANNEL, EVE, onCall, slack, TEAM } from './fakes.ts';

const click: Click = {
  team: TEAM,
  userTeam: TEAM,
  user: ANA,
  appId: APP,
  channel: CHANNEL,
  messageTs: '1.2',
  author: BOT,
  approvalId: '0'.repeat(32),
  choice: { do: 'approve' },
  isForwarded: false,
};
const rules: ClickRules = { slack, approvers: [onCall], channel: CHANNEL, groupMembers: new Map() };
const SRE = 'S0SRE0001';
const byGroup: ApproverGroup = { ...onCall, slackUsers: [], slackGroups: [SRE] };

function verdict(over: Partial<Click>, under: Partial<ClickRules> = {}): string {
  const result = authoriseClick({ ...click, ...over }, { ...rules, ...under });
  return result.ok ? result.by : result.why;
}

describe('T36: who may answer in Slack', () => {
  test('a person of an approver group, named by workspace and user', () => {
    expect(verdict({})).toBe(`slack:${TEAM}/${ANA}`);
  });

  test.each([
    ['another user', { user: EVE }, 'not-an-approver'],
    ['another workspace', { team: 'T0THER000' }, 'wrong-workspace'],
    ['a guest through Slack Connect', { userTeam: 'T0THER000' }, 'guest-of-another-workspace'],
    ['another app', { appId: 'A0THER000' }, 'wrong-app'],
    ['another channel', { channel: 'C0THER000' }, 'wrong-channel'],
    ['a forwarded message', { isForwarded: true }, 'forwarded'],
  ] as const)('%s: no', (_, over, why) => {
    expect(verdict(over)).toBe(why);
  });

  test('a workspace or an app that is not configured is nobody, whatever the click says', () => {
    expect(verdict({}, { slack: {} })).toBe('wrong-workspace');
    expect(verdict({}, { slack: { team: TEAM } })).toBe('wrong-app');
  });

  test('no approvers means nobody, and so do groups of another workspace or without people', () => {
    expect(verdict({}, { approvers: [] })).toBe('nobody-may');
    expect(verdict({}, { approvers: [{ ...onCall, slackTeam: 'T0THER000' }] })).toBe('nobody-may');
    expect(verdict({}, { approvers: [{ ...onCall, slackUsers: [] }] })).toBe('nobody-may');
  });

  test('T38: whose message it is does not answer it, approver or not', () => {
    const approvers = [{ ...onCall, slackUsers: [BOT] }];
    expect(verdict({ user: BOT }, { approvers })).toBe('proposer');
  });

  test('members of a user group may; a group that could not be read lets nobody in', () => {
    const members = (fact: Parameters<typeof known>[0] | undefined) =>
      new Map([
        [SRE, fact === undefined ? unknown('throttled', 'ledger', 0) : known(fact as string[], 'ledger', 0)],
      ]);
    const approvers = [byGroup];
    expect(verdict({}, { approvers, groupMembers: members([ANA]) })).toBe(`slack:${TEAM}/${ANA}`);
    expect(verdict({}, { approvers, groupMembers: members([EVE]) })).toBe('not-an-approver');
    expect(verdict({}, { approvers, groupMembers: members(undefined) })).toBe('members-could-not-be-read');
    expect(verdict({}, { approvers, groupMembers: new Map() })).toBe('members-could-not-be-read');
    expect(verdict({}, { approvers: [byGroup, onCall] })).toBe(`slack:${TEAM}/${ANA}`);
  });
});

describe('the members of user groups', () => {
  const HOUR = 3_600_000;
  const NOW = Date.parse('2026-11-03T14:10:00Z');

  test('are copied into the ledger, read from there, and too old after an hour', async () => {
    const table = new MemoryTable();
    expect((await readMembers(table, [byGroup], NOW)).get(SRE)).toMatchObject({ known: false });
    const groupMembers = async () => [ANA];
    expect(await refreshMembers(table, { groupMembers }, [byGroup, byGroup], NOW)).toEqual([]);
    expect((await readMembers(table, [byGroup], NOW)).get(SRE)).toMatchObject({ known: true, value: [ANA] });
    expect((await readMembers(table, [byGroup], NOW + HOUR + 1)).get(SRE)).toMatchObject({ known: false });
  });

  test('are asked of Slack every ten minutes at most, and a failure keeps the copy and says so', async () => {
    const table = new MemoryTable();
    let asked = 0;
    const fine = {
      groupMembers: async () => {
        asked++;
        return [ANA];
      },
    };
    for (const minute of [0, 5, 9]) await refreshMembers(table, fine, [byGroup], NOW + minute * 60_000);
    expect(asked).toBe(1);
    const groupMembers = async () => {
      throw new PortError('throttled', 'rate limited', { operation: 'slack:usergroups.users.list' });
    };
    const problems = await refreshMembers(table, { groupMembers }, [byGroup], NOW + 20 * 60_000);
    expect(problems).toEqual([
      expect.stringContaining(`user group ${SRE}: slack:usergroups.users.list: throttled`),
    ]);
    expect((await readMembers(table, [byGroup], NOW)).get(SRE)).toMatchObject({ value: [ANA] });
  });
});

describe('which AWS principals may answer', () => {
  const account = '210987654321';
  const session = (name: string, role = 'OnCall', of = account) =>
    `arn:aws:sts::${of}:assumed-role/${role}/${name}`;
  const user = `arn:aws:iam::${account}:user/people/kim`;
  const approvers = [
    {
      ...onCall,
      awsPrincipals: [`arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/OnCall`, user],
    },
  ];
  const ask = (arn: string, of: readonly ApproverGroup[] = approvers) => {
    const result = authorisePrincipal(arn, { approvers: of, ownRoles: 'paramedic-prod-' });
    return result.ok ? result.by : result.why;
  };

  test('the sessions of a listed role, with or without its path, each by its own name', () => {
    expect(ask(session('kim'))).toBe(`aws:${session('kim')}`);
    expect(ask(session('lee'))).toBe(`aws:${session('lee')}`);
    const plain = [{ ...onCall, awsPrincipals: [`arn:aws:iam::${account}:role/OnCall`] }];
    expect(ask(session('kim'), plain)).toBe(`aws:${session('kim')}`);
  });

  test('a listed user, and no other', () => {
    expect(ask(user)).toBe(`aws:${user}`);
    expect(ask(`${user}2`)).toBe('not-an-approver');
  });

  test.each([
    session('kim', 'OnCall2'),
    session('kim', 'NotOnCall'),
    session('kim', 'OnCall', '111122223333'),
    session('kim').replace('arn:aws:', 'arn:aws-cn:'),
    `arn:aws:iam::${account}:role/OnCall/kim`,
    `arn:aws:sts::${account}:federated-user/OnCall`,
    `arn:aws:iam::${account}:root`,
    'OnCall',
    '',
  ])('%s is none of them', (arn) => {
    expect(ask(arn)).toBe('not-an-approver');
  });

  test('a role of ours proposes and never answers, listed or not; no list means nobody', () => {
    const role = 'paramedic-prod-nodeInterruptionRemediate';
    const listed = [{ ...onCall, awsPrincipals: [`arn:aws:iam::${account}:role/${role}`] }];
    expect(ask(session('kim', role), listed)).toBe('proposer');
    expect(ask(session('kim'), [onCall])).toBe('nobody-may');
    expect(ask(session('kim'), [])).toBe('nobody-may');
  });
});
