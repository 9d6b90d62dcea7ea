import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AwsTheatre, GROUP_CASES } from '../../contract/aws.contract.ts';
import { VOLUME_CASES } from '../../contract/aws-volumes.contract.ts';
import { NOT_HERE, reportsRun } from '../../contract/report.ts';

const CASES = { ...GROUP_CASES, ...VOLUME_CASES };

/**
 * Runs every case against one subject. `lacking` names the cases an engine is known not to do, with
 * what it does instead: they run all the same, and one that passes is a failure of the list.
 */
export function awsContract(
  subject: string,
  makeTheatre: () => Promise<AwsTheatre>,
  lacking: Readonly<Record<string, string>> = {},
): void {
  describe(`${subject} keeps the contract of EC2, its volumes, and Auto Scaling`, () => {
    const titles = new Map(Object.keys(CASES).map((name) => [titleOf(name, lacking), name]));
    reportsRun('aws', subject, (title) => titles.get(title));
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
      for (const [name, instead] of Object.entries(lacking))
        console.log(`${subject}: ${NOT_HERE}: ${name} (${instead})`);
    });

    for (const [name, run] of Object.entries(CASES)) {
      const declare = lacking[name] === undefined ? test : test.fails;
      declare(titleOf(name, lacking), () => run(set));
    }
    test('what is said to be lacking is a case', () => {
      expect(Object.keys(lacking).filter((name) => !(name in CASES))).toEqual([]);
    });
  });
}

function titleOf(name: string, lacking: Readonly<Record<string, string>>): string {
  const instead = lacking[name];
  return instead === undefined ? name : `${NOT_HERE}: ${name} (${instead})`;
}
