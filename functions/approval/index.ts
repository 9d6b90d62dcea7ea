import { approvalPorts } from '../../shared/aws/approval-ports.ts';
import { deployedConfig } from '../../shared/aws/environment.ts';
import { lambdaLog } from '../../shared/aws/log.ts';
import { lambdaMetrics } from '../../shared/aws/metrics.ts';
import { policyFor } from '../../shared/config/effective.ts';
import { peoplePorts } from '../../shared/slack/people.ts';
import { replyToClick } from '../../shared/slack/response-url.ts';
import { sections } from '../sections.ts';
import { approvalHandler } from './endpoint.ts';
import { readPeople } from './people.ts';

const ports = approvalPorts(process.env);
const log = lambdaLog();
const config = deployedConfig({
  path: process.env['PARAMEDIC_CONFIG'] ?? 'paramedic.yaml',
  troubles: sections,
  table: ports.table,
  clock: ports.clock,
  log,
  metrics: lambdaMetrics(),
});

export const handler = approvalHandler({
  ...ports,
  log,
  secrets: peoplePorts(process.env).secrets,
  people: () => readPeople(config),
  policyFor: async (cluster, trouble) => policyFor(await config.get(), cluster, trouble, ports.clock.now()),
  reply: replyToClick,
});
