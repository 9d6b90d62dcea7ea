import { GuardedCalls } from '../shared/breaker/calls.ts';
import type { Environment } from '../shared/pipeline/environment.ts';
import type { Ports } from '../shared/ports/index.ts';
import type { PortName } from './calls.ts';
import { operationOf } from './permissions.ts';
import type { Process } from './process.ts';
import { seededRandom } from './random.ts';
import { Simulation } from './simulation.ts';

/** The ports to AWS services whose rates others need too. */
export const GUARDED = [
  'ec2',
  'volumes',
  'eks',
  'autoscaling',
  'quotas',
  'usage',
  'alarms',
] as const satisfies readonly PortName[];

/**
 * A deployment whose processes have the breaker of the deployed ones before their AWS ports. Lambda keeps an
 * environment from one invocation to the next, so every process of one name shares one. Lambda would start further
 * environments, each with a breaker of its own, where several run at once.
 */
export class GuardedSimulation extends Simulation {
  readonly guards = new Map<string, GuardedCalls>();

  override environment(process: Process): Environment {
    const environment = super.environment(process);
    return { ...environment, ports: guarded(environment.ports, this.#guardOf(process.name)) };
  }

  #guardOf(process: string): GuardedCalls {
    const random = seededRandom(this.guards.size + 1);
    const known = this.guards.get(process) ?? new GuardedCalls({ clock: this.world.clock, random });
    this.guards.set(process, known);
    return known;
  }
}

function guarded(ports: Ports, guard: GuardedCalls): Ports {
  const wrapped = GUARDED.map((name) => [name, guardedPort(name, ports[name], guard)]);
  return { ...ports, ...Object.fromEntries(wrapped) };
}

/** Every method of a port is one AWS call that answers with a promise. */
function guardedPort(name: PortName, port: object, guard: GuardedCalls): object {
  const methods = Object.entries(port).map(
    ([method, call]: [string, (...args: unknown[]) => Promise<unknown>]) => [
      method,
      (...args: unknown[]) => guard.call(operationOf(name, method), () => call(...args)),
    ],
  );
  return Object.fromEntries(methods);
}
