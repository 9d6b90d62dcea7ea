import { policyFor } from '../../shared/config/effective.ts';
import type { Config } from '../../shared/config/load.ts';
import type { ApproverGroup } from '../../shared/config/people.ts';
import { table } from '../output.ts';
import { EXIT, type ExitCode, type VerbInput } from '../verb.ts';
import { fromFile } from './candidate.ts';

interface EffectiveMode {
  cluster: string;
  trouble: string;
  mode: string;
  rule: string;
  /** Whether anybody may answer a question there. */
  answered: boolean;
}

/** A good file shows what mode holds where and why; a bad one everything that is wrong with it. */
export async function validateFile(input: VerbInput, file: string): Promise<ExitCode> {
  const { options, output, context } = input;
  const candidate = await fromFile(input, file);
  if (candidate === undefined) return EXIT.blocked;
  const modes = effectiveModes(candidate, context.clock.now());
  if (options['json'] === true) output.json({ ok: true, file, hash: candidate.hash, modes });
  else for (const line of modeLines(modes)) output.data(line);
  const mute = modes.filter(({ mode, answered }) => (mode === 'approve' || mode === 'auto') && !answered);
  if (mute.length > 0) output.talk(nobodyAnswers(mute));
  output.talk(`${file} is valid (${candidate.hash})`);
  return EXIT.ok;
}

function effectiveModes(loaded: { config: Config; hash: string }, now: number): EffectiveMode[] {
  const { troubles, clusters } = loaded.config;
  const anyOther = { name: '(any other)', account: '', region: '' };
  // An entry without account or region applies everywhere, so an empty one matches it as well; a glob matches itself.
  const refs = clusters.map(({ name, account = '', region = '' }) => ({ name, account, region }));
  return [...refs, anyOther].flatMap((cluster) =>
    Object.keys(troubles).map((trouble) => {
      const { mode, modeRule, approvers } = policyFor(loaded, cluster, trouble, now);
      const answered = approvers.some((group) => canAnswer(group, loaded.config));
      return { cluster: cluster.name, trouble, mode, rule: modeRule, answered };
    }),
  );
}

function canAnswer({ slackUsers, slackGroups, awsPrincipals }: ApproverGroup, { slack }: Config): boolean {
  const inSlack = slack.delivery === 'app' ? slackUsers.length + slackGroups.length : 0;
  return inSlack + awsPrincipals.length > 0;
}

const MANY = 5;

function nobodyAnswers(modes: readonly EffectiveMode[]): string {
  const clusters = [...new Set(modes.map(({ cluster }) => cluster))];
  const more = clusters.length > MANY ? ` and ${clusters.length - MANY} more` : '';
  return `nobody may answer for ${clusters.slice(0, MANY).join(', ')}${more}: what is asked there ends as no; see approvers`;
}

function modeLines(modes: readonly EffectiveMode[]): string[] {
  const rows = modes.map(({ cluster, trouble, mode, rule }) => [cluster, trouble, mode, rule]);
  return table([['CLUSTER', 'TROUBLE', 'MODE', 'DECIDED BY'], ...rows]);
}
