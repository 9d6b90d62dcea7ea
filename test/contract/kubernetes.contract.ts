import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, type TestContext } from 'vitest';
import { type ContractRun, RESULTS } from '../../scripts/engines/table.ts';
import { budgetCases } from './kubernetes-budgets.contract.ts';
import { evictionCases } from './kubernetes-evictions.contract.ts';
import { nodeCases } from './kubernetes-nodes.contract.ts';
import { readCases } from './kubernetes-reads.contract.ts';
import type { SetStage, Stage, Theatre } from './kubernetes-stage.ts';

export { RESULTS };

/** What every cluster does by way of the Kubernetes port. The simulator and a real API server pass the same cases. */
export function kubernetesContract(subject: string, makeTheatre: () => Promise<Theatre>): void {
  describe(`${subject} keeps the Kubernetes contract`, () => {
    const behaviours: Record<string, string> = {};
    let theatre: Theatre | undefined;
    let stages: Stage[] = [];

    beforeAll(async () => {
      theatre = await makeTheatre();
    });
    beforeEach(({ task, onTestFinished }: TestContext) => {
      onTestFinished(() => {
        behaviours[task.name] = task.result?.state === 'pass' ? 'passed' : 'failed';
      });
    });
    afterEach(async () => {
      const used = stages;
      stages = [];
      for (const stage of used) await theatre?.clear(stage);
    });
    afterAll(async () => {
      await theatre?.close();
      report(subject, behaviours);
    });

    const setStage: SetStage = async (setting = {}) => {
      if (theatre === undefined) throw new Error('no theatre');
      const stage = await theatre.stage(setting);
      stages.push(stage);
      return stage;
    };
    evictionCases(setStage);
    budgetCases(setStage);
    nodeCases(setStage);
    readCases(setStage);
  });
}

/** For `scripts/engines/table.ts`. */
function report(subject: string, behaviours: Record<string, string>): void {
  mkdirSync(RESULTS, { recursive: true });
  const value: ContractRun = { contract: 'kubernetes', subject, behaviours };
  writeFileSync(join(RESULTS, `kubernetes.${subject}.json`), `${JSON.stringify(value, null, 2)}\n`);
}
