import { answerer } from '../../shared/approval/answer.ts';
import { approvalFor, putApproval } from '../../shared/approval/rows.ts';
import type { ApproverGroup } from '../../shared/config/people.ts';
import { Process } from '../../simulator/process.ts';
import type { Simulation } from '../../simulator/simulation.ts';
import {
  CHANNEL,
  type ClickOver,
  formOf,
  onCall,
  payloadOf,
  SECRET,
  signed,
  slack,
} from '../approval/fakes.ts';
import { defaultRules } from './policy.ts';
import { onlyIncident } from './simulate.ts';

/** People with a message of the only incident before them; every click is a process of its own, as in Lambda. */
export function clicksOn(simulation: Simulation, approvers: readonly ApproverGroup[] = [onCall]) {
  const replies: string[] = [];
  const approvalId = async (action: string): Promise<string> => {
    const incident = await onlyIncident(simulation);
    const question = incident.questions.find(({ step }) => step.action === action);
    if (question === undefined) throw new Error(`nobody asked about ${action}`);
    const approval = approvalFor(incident, question, CHANNEL);
    await putApproval(simulation.world.table, approval);
    return approval.id;
  };

  /** Begins a click; time must go on for it to arrive. The status, or `died`. */
  const begin = (id: string, choice: string, over: ClickOver = {}): Promise<number | 'died'> => {
    const [actionId = '', word] = choice.split(' ');
    const process = new Process('approval');
    const { ports, log } = simulation.environment(process);
    const answer = answerer({
      ...ports,
      log,
      secrets: { read: async () => ({ current: SECRET }) },
      people: async () => ({ slack }),
      policyFor: async () => ({ approvers, approvals: defaultRules.approvals }),
      reply: async (_, text) => void replies.push(text),
    });
    const value = word === undefined ? id : `${id}:${word}`;
    const request = signed(formOf(payloadOf(actionId, value, over)), ports.clock.now());
    return Promise.race([answer(request), process.dead.then(() => 'died' as const)]);
  };

  const click = async (action: string, choice: string, over?: ClickOver): Promise<number | 'died'> => {
    const id = await approvalId(action);
    return await simulation.world.clock.run(begin(id, choice, over));
  };
  return { click, begin, approvalId, replies };
}
