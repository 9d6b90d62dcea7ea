import type { Permissions } from '../shared/actions/action.ts';
import type { Alarms } from '../shared/ports/alarms.ts';
import type { Durable } from '../shared/ports/durable.ts';
import type { Ports } from '../shared/ports/index.ts';
import type { Queue, Topic } from '../shared/ports/messages.ts';
import type { Quotas } from '../shared/ports/quotas.ts';
import type { Table } from '../shared/ports/table.ts';
import type { Usage } from '../shared/ports/usage.ts';
import type { Volumes } from '../shared/ports/volumes.ts';
import { simulatedAutoScaling } from './autoscaling.ts';
import { simulatedEc2 } from './ec2.ts';
import { simulatedEks } from './eks.ts';
import type { FaultPlan } from './faults.ts';
import { Gate, type Latency } from './gate.ts';
import { simulatedKubernetes } from './kubernetes.ts';
import { Process } from './process.ts';
import type { World } from './world.ts';

export interface SimulatedPortsOptions {
  durable: Durable;
  faults?: FaultPlan;
  /** Whose ports these are; killed by crash faults. Default: a process of its own. */
  process?: Process;
  /** Undeclared AWS and Kubernetes calls then fail as `unauthorised`. */
  allowed?: Permissions;
  latency?: Partial<Latency>;
}

const DEFAULT_LATENCY: Latency = { aws: 5, kubernetes: 2 };

/**
 * The ports of one process on a simulated world. Ledger, messages, fleet and call log belong to the world, so
 * the next process finds what the last one left.
 */
export function simulatedPorts(world: World, options: SimulatedPortsOptions): Ports {
  const process = options.process ?? new Process();
  const gate = gateOf(world, { ...options, process });
  return {
    clock: process.clock(world.clock),
    ec2: simulatedEc2(world, gate),
    eks: simulatedEks(world, gate),
    autoscaling: simulatedAutoScaling(world, gate),
    quotas: gatedQuotas(world.quotas.port(), gate),
    usage: gatedUsage(world.usage.port(), gate),
    volumes: gatedVolumes(world.ebs.port(), gate),
    alarms: gatedAlarms(world.alarms.port(), gate),
    kubernetes: simulatedKubernetes(world, gate),
    table: gatedTable(world.table, gate),
    durable: gatedDurable(options.durable, gate),
    topic: gatedTopic(world.topic, gate),
    queue: gatedQueue(world.queue, gate),
  };
}

/** The way of one process into a world; `simulatedPorts` goes through one of its own. */
export function gateOf(
  world: World,
  options: Omit<SimulatedPortsOptions, 'durable'> & { process: Process },
): Gate {
  return new Gate({
    clock: world.clock,
    log: world.calls,
    process: options.process,
    faults: options.faults,
    allowed: options.allowed,
    latency: { ...DEFAULT_LATENCY, ...options.latency },
  });
}

function gatedQuotas(quotas: Quotas, gate: Gate): Quotas {
  const request = (method: string, ...args: unknown[]) => ({ port: 'quotas' as const, method, args });
  return {
    getQuota: (id) => gate.call(request('getQuota', id), () => quotas.getQuota(id)),
    listOpenRequests: (id) => gate.call(request('listOpenRequests', id), () => quotas.listOpenRequests(id)),
    requestIncrease: (increase) =>
      gate.call(request('requestIncrease', increase), () => quotas.requestIncrease(increase)),
    getRequest: (id) => gate.call(request('getRequest', id), () => quotas.getRequest(id)),
  };
}

function gatedUsage(usage: Usage, gate: Gate): Usage {
  const request = (method: string, ...args: unknown[]) => ({ port: 'usage' as const, method, args });
  return {
    listMetrics: (namespace, filter) =>
      gate.call(request('listMetrics', namespace, filter), () => usage.listMetrics(namespace, filter)),
    readMetrics: (queries, window) =>
      gate.call(request('readMetrics', queries, window), () => usage.readMetrics(queries, window)),
  };
}

function gatedVolumes(volumes: Volumes, gate: Gate): Volumes {
  const request = (method: string, ...args: unknown[]) => ({ port: 'volumes' as const, method, args });
  return {
    describeVolumes: (ids) => gate.call(request('describeVolumes', ids), () => volumes.describeVolumes(ids)),
    describeModifications: (ids) =>
      gate.call(request('describeModifications', ids), () => volumes.describeModifications(ids)),
    listUnderWay: (most) => gate.call(request('listUnderWay', most), () => volumes.listUnderWay(most)),
    modifyVolume: (change) => gate.call(request('modifyVolume', change), () => volumes.modifyVolume(change)),
    describeTemplate: (id, version) =>
      gate.call(request('describeTemplate', id, version), () => volumes.describeTemplate(id, version)),
  };
}

function gatedAlarms(alarms: Alarms, gate: Gate): Alarms {
  const request = (method: string, ...args: unknown[]) => ({ port: 'alarms' as const, method, args });
  return {
    describeAlarms: (arns) => gate.call(request('describeAlarms', arns), () => alarms.describeAlarms(arns)),
    describeContributors: (arn) =>
      gate.call(request('describeContributors', arn), () => alarms.describeContributors(arn)),
    listFiring: () => gate.call(request('listFiring'), () => alarms.listFiring()),
    hasActiveMute: (arn) => gate.call(request('hasActiveMute', arn), () => alarms.hasActiveMute(arn)),
  };
}

function gatedTable(table: Table, gate: Gate): Table {
  const request = (method: string, ...args: unknown[]) => ({ port: 'table' as const, method, args });
  return {
    get: (key) => gate.call(request('get', key), () => table.get(key)),
    query: (pk, prefix) => gate.call(request('query', pk, prefix), () => table.query(pk, prefix)),
    queryOpen: (pk, upTo) => gate.call(request('queryOpen', pk, upTo), () => table.queryOpen(pk, upTo)),
    putNew: (item) => gate.call(request('putNew', item), () => table.putNew(item)),
    update: (key, change, conditions) =>
      gate.call(request('update', key, change, conditions), () => table.update(key, change, conditions)),
    addToSet: (key, sets, options) =>
      gate.call(request('addToSet', key, sets, options), () => table.addToSet(key, sets, options)),
  };
}

function gatedDurable(durable: Durable, gate: Gate): Durable {
  const request = (method: string, ...args: unknown[]) => ({ port: 'durable' as const, method, args });
  return {
    start: (name, execution, payload) =>
      gate.call(request('start', name, execution, payload), () => durable.start(name, execution, payload)),
    wake: (callbackId, reason) =>
      gate.call(request('wake', callbackId, reason), () => durable.wake(callbackId, reason)),
    status: (name, execution) =>
      gate.call(request('status', name, execution), () => durable.status(name, execution)),
  };
}

function gatedTopic(topic: Topic, gate: Gate): Topic {
  const request = (message: unknown) => ({ port: 'topic' as const, method: 'publish', args: [message] });
  return { publish: (message) => gate.call(request(message), () => topic.publish(message)) };
}

function gatedQueue(queue: Queue, gate: Gate): Queue {
  const request = (method: string, ...args: unknown[]) => ({ port: 'queue' as const, method, args });
  return {
    park: (parked) => gate.call(request('park', parked), () => queue.park(parked)),
    retryAfter: (handle, seconds) =>
      gate.call(request('retryAfter', handle, seconds), () => queue.retryAfter(handle, seconds)),
  };
}
