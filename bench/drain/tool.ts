import { run } from '../../scripts/engines/cache.ts';
import { commandsOf, type ToolOption } from './options.ts';
import type { Stage } from './stage.ts';

/** Something that drains nodes. */
export interface Tool {
  name: string;
  /** Everything that is not part of its work: afterwards it only has to be told. */
  ready(stage: Stage): Promise<Drain>;
}

export interface Drain {
  /** All nodes at once; resolves when the tool says that it is done. Throws when it says that it failed. */
  start(): Promise<void>;
  /** Ends what may still run. */
  stop(): void;
}

export interface CommandPlace {
  kubeconfig: string;
  /** Where programs may leave their caches. */
  home: string;
  limitMs: number;
}

/** What people type, with the limits they get: 5 requests a second. */
export function kubectlDrain(kubectl: string, place: CommandPlace): Tool {
  const flags = '--ignore-daemonsets --delete-emptydir-data';
  const command = `'${kubectl}' --kubeconfig {kubeconfig} drain {node} ${flags}`;
  return commandTool({ name: 'kubectl drain', command }, place);
}

/** A command for each node, or one for all of them. */
export function commandTool({ name, command }: ToolOption, place: CommandPlace): Tool {
  const { kubeconfig, home, limitMs: timeoutMs } = place;
  const env = { HOME: home, KUBECONFIG: kubeconfig };
  return {
    name,
    ready: async ({ nodes }) => ({
      start: async () => {
        const lines = commandsOf(command, nodes, kubeconfig);
        await Promise.all(lines.map((line) => run('sh', ['-c', line], { env, timeoutMs })));
      },
      // `run` ends what is late.
      stop: () => undefined,
    }),
  };
}
