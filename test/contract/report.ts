import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, type TestContext } from 'vitest';
import { type ContractRun, RESULTS } from '../../scripts/engines/table.ts';

/** Of a case that an engine is known to fail: it runs all the same, and one that passes is a failure of the list. */
export const NOT_HERE = 'not by this engine';

/** Keeps how each test of the suite it stands in ended, for `scripts/engines/table.ts`. Cases run again under a title of their own are named by `nameOf`. */
export function reportsRun(
  contract: string,
  subject: string,
  nameOf: (title: string) => string | undefined = (title) => title,
): void {
  const tasks: TestContext['task'][] = [];
  beforeEach(({ task }: TestContext) => {
    tasks.push(task);
  });
  afterAll(() => {
    const behaviours: Record<string, string> = {};
    for (const task of tasks) {
      const name = nameOf(task.name);
      if (name !== undefined) behaviours[name] = verdictOf(task);
    }
    const run: ContractRun = { contract, subject, behaviours };
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(join(RESULTS, `${contract}.${subject}.json`), `${JSON.stringify(run, null, 2)}\n`);
  });
}

/** A failure that was expected counts as passed. */
function verdictOf({ fails, result }: TestContext['task']): string {
  if (result?.state !== 'pass') return 'failed';
  return fails === true ? NOT_HERE : 'passed';
}
