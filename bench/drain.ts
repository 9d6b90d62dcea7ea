import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findKubernetes, type Programs } from '../scripts/engines/kubernetes.ts';
import { startCluster } from '../test/engines/kubernetes/cluster.ts';
import { auditIn } from './drain/audit.ts';
import { GROUP } from './drain/deployed.ts';
import { type Sample, scenarioFigures } from './drain/figures.ts';
import { Bench } from './drain/measure.ts';
import { OPERATORS, operatorConfig } from './drain/operator.ts';
import { type DrainOptions, drainOptions } from './drain/options.ts';
import { paramedic } from './drain/paramedic.ts';
import type { Scenario } from './drain/scenarios.ts';
import { commandTool, kubectlDrain, type Tool } from './drain/tool.ts';
import { asJson, asTable, type Report } from './report.ts';

/** Of one turn of one tool. */
const LIMIT_MS = 240_000;
/** As real kubelets report; nothing here is about nodes that fall silent. */
const CALM = { heartbeatMs: 10_000, controllerFlags: ['--node-monitor-grace-period=60s'] };

/** Other people's disk traffic is not what is measured. */
const MEMORY = '/dev/shm';

async function measure(programs: Programs, { scenarios, tools }: DrainOptions): Promise<Report> {
  const parent = existsSync(MEMORY) ? MEMORY : tmpdir();
  const folder = await mkdtemp(join(parent, 'paramedic-drain-'));
  try {
    const audit = await auditIn(folder);
    const cluster = await startCluster(programs, [GROUP, OPERATORS], {
      ...CALM,
      apiserverFlags: audit.flags,
    });
    try {
      const kubeconfig = await operatorConfig(cluster, folder);
      const place = { kubeconfig, home: folder, limitMs: LIMIT_MS };
      const all = [
        paramedic(place),
        kubectlDrain(programs.kubectl, place),
        ...tools.map((tool) => commandTool(tool, place)),
      ];
      const samples = await playAll(new Bench(cluster, audit), scenarios, all);
      return reportOf(scenarios, samples);
    } finally {
      await cluster.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The tools take turns, so that each sees the same machine. */
async function playAll(
  bench: Bench,
  scenarios: readonly Scenario[],
  tools: readonly Tool[],
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const scenario of scenarios) {
    for (let round = 1; round <= scenario.rounds; round++) {
      for (const tool of tools) {
        process.stderr.write(`${scenario.title}, round ${round}: ${tool.name} …\n`);
        samples.push(await bench.play(scenario, tool));
      }
    }
  }
  return samples;
}

function reportOf(scenarios: readonly Scenario[], samples: readonly Sample[]): Report {
  return {
    setting: settingOf(),
    figures: scenarios.flatMap((scenario) => scenarioFigures(scenario, samples)),
    broken: samples.flatMap(({ scenario, tool, broken }) =>
      broken.map((why) => `${scenario}, ${tool}: ${why}`),
    ),
  };
}

function settingOf(): string[] {
  const cpu = cpus()[0]?.model ?? 'unknown processor';
  return [
    `Node ${process.versions.node} on ${process.platform} ${process.arch}, ${cpu}, ${availableParallelism()} cores`,
  ];
}

const options = drainOptions(process.argv.slice(2));
const programs = await findKubernetes();
if (programs === undefined) {
  console.error('no Kubernetes control plane on this machine: node scripts/engines/kubernetes.ts builds it');
  process.exitCode = 3;
} else {
  const report = await measure(programs, options);
  console.log(options.json ? asJson(report) : asTable(report));
  if (report.broken.length > 0) process.exitCode = 1;
}
