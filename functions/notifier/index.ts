import { deployedConfig } from '../../shared/aws/environment.ts';
import { notifierHandler } from '../../shared/aws/handlers/notifier.ts';
import { lambdaLog } from '../../shared/aws/log.ts';
import { lambdaMetrics } from '../../shared/aws/metrics.ts';
import { notifierPorts } from '../../shared/aws/notifier-ports.ts';
import { policyFor } from '../../shared/config/effective.ts';
import { peopleOf } from '../../shared/config/people-of.ts';
import { notifierEnvironment } from '../../shared/notify/delivery.ts';
import { peoplePorts } from '../../shared/slack/people.ts';
import { risks } from '../risks.ts';
import { sections } from '../sections.ts';

const { ports, hints, charts } = notifierPorts(process.env);
const log = lambdaLog();
const metrics = lambdaMetrics();
const config = deployedConfig({
  path: process.env['PARAMEDIC_CONFIG'] ?? 'paramedic.yaml',
  troubles: sections,
  ...ports,
  log,
  metrics,
});
const environment = {
  ports,
  log,
  metrics,
  people: async () => peopleOf((await config.get()).config),
  policyFor: async (...about: [cluster: Parameters<typeof policyFor>[1], trouble: string]) =>
    policyFor(await config.get(), ...about, ports.clock.now()),
};

export const handler = notifierHandler(
  notifierEnvironment(environment, { ...peoplePorts(process.env), charts }, hints, risks),
);
