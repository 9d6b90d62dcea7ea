import { type ApprovalRequest, answerer } from '../../shared/approval/answer.ts';
import type { ApprovalEnvironment } from '../../shared/approval/environment.ts';
import { approvalFor, putApproval } from '../../shared/approval/rows.ts';
import type { SlackSettings } from '../../shared/config/people.ts';
import type { TroublePolicy } from '../../shared/config/policy.ts';
import type { Incident, Question } from '../../shared/incident/incident.ts';
import { Ledger } from '../../shared/incident/ledger.ts';
import type { Table } from '../../shared/ports/table.ts';
import { MemoryTable } from '../../simulator/table.ts';
import { ask, cordon, JumpingClock, NOW } from '../cli/fakes.ts';
import { defaultRules } from '../support/policy.ts';
import { CHANNEL, type ClickOver, formOf, onCall, payloadOf, SECRET, signed, slack } from './fakes.ts';

/** Counts the calls of a table: what is not signed must not cause any. */
export function counted(table: Table): Table & { calls: string[] } {
  const calls: string[] = [];
  const noted =
    <A extends unknown[], R>(name: string, call: (...args: A) => R) =>
    (...args: A): R => {
      calls.push(name);
      return call(...args);
    };
  return {
    calls,
    get: noted('get', (key) => table.get(key)),
    query: noted('query', (pk, prefix) => table.query(pk, prefix)),
    queryOpen: noted('queryOpen', (pk, upTo) => table.queryOpen(pk, upTo)),
    putNew: noted('putNew', (item) => table.putNew(item)),
    update: noted('update', (key, change, conditions) => table.update(key, change, conditions)),
    addToSet: noted('addToSet', (key, sets, options) => table.addToSet(key, sets, options)),
  };
}

export interface EndpointOptions {
  slack?: SlackSettings;
  policy?: Partial<Pick<TroublePolicy, 'approvers' | 'approvals'>>;
  secrets?: ApprovalEnvironment['secrets'];
  question?: Partial<Question>;
  over?: Partial<ApprovalEnvironment>;
}

/** The endpoint on a ledger in memory, with one incident that asks one question in one channel. */
export async function setUpEndpoint(options: EndpointOptions = {}) {
  const clock = new JumpingClock();
  const stored = new MemoryTable();
  const table = counted(stored);
  const ledger = new Ledger(stored, clock);
  const lines: string[] = [];
  const replies: { url: string; text: string }[] = [];
  const woken: string[] = [];
  const note = (message: string, fields?: object) => lines.push(JSON.stringify({ message, ...fields }));
  const environment: ApprovalEnvironment = {
    clock,
    table,
    durable: {
      wake: async (id) => {
        woken.push(id);
        return 'woken';
      },
    },
    secrets: options.secrets ?? { read: async () => ({ current: SECRET }) },
    log: { info: note, warn: note, error: note },
    people: async () => ({ slack: options.slack ?? slack }),
    policyFor: async () => ({ approvers: [onCall], approvals: defaultRules.approvals, ...options.policy }),
    reply: async (url, text) => void replies.push({ url, text }),
    ...options.over,
  };
  const incident = await openWith(ledger, { ...ask(cordon), ...options.question }, clock);
  const [question = ask(cordon)] = incident.questions;
  const approval = approvalFor(incident, question, CHANNEL);
  await putApproval(stored, approval);
  table.calls.length = 0;
  const answer = answerer(environment);
  const click = (actionId: string, word?: string, over?: ClickOver): ApprovalRequest => {
    const value = word === undefined ? approval.id : `${approval.id}:${word}`;
    return signed(formOf(payloadOf(actionId, value, over)), clock.now());
  };
  const current = async (): Promise<Question> => {
    const found = (await ledger.readIncident(incident.id))?.questions[0];
    if (found === undefined) throw new Error('no question');
    return found;
  };
  const everything = () => JSON.stringify([lines, stored.items()]);
  return {
    answer,
    click,
    current,
    approval,
    incident,
    ledger,
    clock,
    table,
    stored,
    lines,
    replies,
    woken,
    everything,
  };
}

/** As `kind: text (by)`. */
export async function historyOf({
  ledger,
  incident,
}: Pick<Awaited<ReturnType<typeof setUpEndpoint>>, 'ledger' | 'incident'>): Promise<string[]> {
  return (await ledger.history(incident.id)).map(({ kind, text, by }) => `${kind}: ${text} (${by})`);
}

async function openWith(ledger: Ledger, question: Question, clock: JumpingClock): Promise<Incident> {
  const signal = {
    kind: 'spot-interruption',
    subject: { kind: 'instance' as const, id: 'i-0f3c9a1d2e4b56789' },
    occurredAt: NOW - 30_000,
    eventId: 'event-1',
    account: '210987654321',
    region: 'eu-west-1',
    meaning: 'spot-interruption/terminate',
    data: {},
  };
  const cluster = { name: 'prod', account: '210987654321', region: 'eu-west-1' };
  const { incident } = await ledger.accept(signal, { trouble: 'node-interruption', cluster });
  const waiting = { callbackId: 'callback-1', until: clock.now() + 60_000, why: 'answer', revision: 1 };
  return await ledger.changeAny(incident.id, (open) => ({ ...open, questions: [question], waiting }));
}
