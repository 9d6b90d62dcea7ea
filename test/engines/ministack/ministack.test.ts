import { afterAll, beforeAll } from 'vitest';
import { accountingTests, report } from './accounting.ts';
import { deploymentTests } from './deployment.ts';
import { pipelineTests } from './pipeline.ts';
import { type Stage, setStage } from './stage.ts';

const INSTALL_MS = 360_000;
let stage: Stage | undefined;

function theStage(): Stage {
  if (stage === undefined) throw new Error('no stage');
  return stage;
}

beforeAll(async () => {
  stage = await setStage();
}, INSTALL_MS);

afterAll(async () => {
  if (stage !== undefined) console.log(await report(stage));
  await stage?.close();
});

deploymentTests(theStage);
pipelineTests(theStage);
accountingTests(theStage);
