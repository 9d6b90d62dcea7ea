import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { budgetCases } from './kubernetes-budgets.contract.ts';
import { daemonSetCases } from './kubernetes-daemonsets.contract.ts';
import { evictionCases } from './kubernetes-evictions.contract.ts';
import { nodeCases } from './kubernetes-nodes.contract.ts';
import { readCases } from './kubernetes-reads.contract.ts';
import type { SetStage, Stage, Theatre } from './kubernetes-stage.ts';
import { storageCases } from './kubernetes-storage.contract.ts';
import { reportsRun } from './report.ts';

/** What every cluster does by way of the Kubernetes port. The simulator and a real API server pass the same cases. */
export function kubernetesContract(subject: string, makeTheatre: () => Promise<Theatre>): void {
  describe(`${subject} keeps the Kubernetes contract`, () => {
    reportsRun('kubernetes', subject);
    let theatre: Theatre | undefined;
    let stages: Stage[] = [];

    beforeAll(async () => {
      theatre = await makeTheatre();
    });
    afterEach(async () => {
      const used = stages;
      stages = [];
      for (const stage of used) await theatre?.clear(stage);
    });
    afterAll(async () => {
      await theatre?.close();
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
    daemonSetCases(setStage);
    readCases(setStage);
    storageCases(setStage);
  });
}
