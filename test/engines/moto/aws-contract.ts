import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { type AwsTheatre, CASES } from '../../contract/aws.contract.ts';
import { RESULTS } from '../../contract/kubernetes.contract.ts';

const NOT_HERE = 'not by this engine';

/**
 * Runs every case against one subject. `lacking` names the cases an engine is known not to do, with
 * what it does instead: they run all the same, and one that passes is a failure of the list.
 */
export function awsContract(
  subject: string,
  makeTheatre: () => Promise<AwsTheatre>,
  lacking: Readonly<Record<string, string>> = {},
): void {
  describe(`${subject} keeps the contract of EC2 and Auto Scaling`, () => {
    const tasks = new Map<string, TestContext['task']>();
    let theatre: AwsTheatre | undefined;
    const set = async (hooked = false) => {
      if (theatre === undefined) throw new Error('no theatre');
      return theatre.stage(hooked);
    };

    beforeAll(async () => {
      theatre = await makeTheatre();
    });
    afterAll(async () => {
      await theatre?.close();
      const behaviours = [...tasks].map(([name, { result }]) => {
        // A failure that was expected counts as passed.
        const said = lacking[name] === undefined ? 'passed' : NOT_HERE;
        return [name, result?.state === 'pass' ? said : 'failed'];
      });
      report(subject, Object.fromEntries(behaviours));
      for (const [name, instead] of Object.entries(lacking))
        console.log(`${subject}: ${NOT_HERE}: ${name} (${instead})`);
    });

    for (const [name, run] of Object.entries(CASES)) {
      const instead = lacking[name];
      const body = async ({ task }: TestContext) => {
        tasks.set(name, task);
        await run(set);
      };
      if (instead === undefined) test(name, body);
      else test.fails(`${NOT_HERE}: ${name} (${instead})`, body);
    }
    test('what is said to be lacking is a case', () => {
      expect(Object.keys(lacking).filter((name) => !(name in CASES))).toEqual([]);
    });
  });
}

function report(subject: string, behaviours: Record<string, string>): void {
  mkdirSync(RESULTS, { recursive: true });
  const value = { contract: 'aws', subject, behaviours };
  writeFileSync(join(RESULTS, `aws.${subject}.json`), `${JSON.stringify(value, null, 2)}\n`);
}
