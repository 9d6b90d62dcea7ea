import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { isoTime } from '../../shared/clock.ts';
import { cloudEvent, spotWarning } from '../instances.ts';
import type { FromExecution } from './execution.ts';
import type { Tool } from './tool.ts';

const EXECUTION = join(import.meta.dirname, 'execution.ts');

export interface ParamedicPlace {
  kubeconfig: string;
  limitMs: number;
}

/** More processes than this would mostly fight over the cores that API server and kubelets run on as well. */
const MAX_PROCESSES = Number(process.env['PROCS'] ?? 10);

/** Loaded as a warm function is. Each node has a client, a ledger and an execution of its own, and gets one event. */
export function paramedic({ kubeconfig, limitMs }: ParamedicPlace): Tool {
  return {
    name: 'Paramedic',
    ready: async ({ nodes }) => {
      const groups = inGroups(nodes, MAX_PROCESSES);
      const processes = groups.map((group) => fork(EXECUTION, [kubeconfig, String(limitMs), ...group]));
      await Promise.all(processes.map((child) => nextMessage(child)));
      return {
        start: async () => {
          const ended = processes.map((child) => nextMessage(child));
          for (const [index, group] of groups.entries()) processes[index]?.send(group.map(warningOf));
          await Promise.all(ended);
        },
        stop: () => {
          for (const child of processes) child.kill('SIGKILL');
        },
      };
    },
  };
}

/** At most `count` of them, of nearly the same size. */
function inGroups<T>(items: readonly T[], count: number): T[][] {
  const groups = Array.from({ length: Math.min(count, items.length) }, (): T[] => []);
  for (const [index, item] of items.entries()) groups[index % groups.length]?.push(item);
  return groups;
}

function warningOf(node: string, index: number): string {
  return JSON.stringify(cloudEvent(spotWarning(node), index, isoTime(Date.now())));
}

async function nextMessage(child: ChildProcess): Promise<FromExecution> {
  const ended = once(child, 'exit').then(([code, signal]): FromExecution => {
    return { is: 'failed', why: `its process ended with ${code ?? signal}` };
  });
  const said = once(child, 'message').then(([message]) => message as FromExecution);
  const message = await Promise.race([said, ended]);
  if (message.is === 'failed') throw new Error(`Paramedic: ${message.why}`);
  return message;
}
