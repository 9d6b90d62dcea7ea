import { compareConfigs, isRisky } from '../../shared/config/compare.ts';
import type { NewConfig, StoredConfig } from '../../shared/config/store.ts';
import { pushedName } from '../../shared/config/stored-or-packaged.ts';
import type { Deployment } from '../deployment.ts';
import { SECTIONS } from '../files.ts';
import { type Output, plain } from '../output.ts';
import { targetOf } from '../target.ts';
import { EXIT, type ExitCode, requiredText, UsageError, type VerbInput } from '../verb.ts';
import { type Base, baseOf, defaults, printChanges } from './base.ts';
import { type Candidate, checked, fromFile } from './candidate.ts';

const MAX_REASON = 500;

/** The changes of a file, and nothing else. */
export async function diffFile(input: VerbInput, file: string): Promise<ExitCode> {
  const candidate = await fromFile(input, file);
  if (candidate === undefined) return EXIT.blocked;
  const deployment = await input.context.connect(targetOf(input.options, input.context.env));
  const base = await baseOf(deployment.config);
  const changes = changesOf(base, candidate);
  if (input.options['json'] === true) input.output.json({ base: base.version, changes });
  else printChanges(input.output, changes, base);
  return EXIT.ok;
}

export async function pushFile(input: VerbInput, file: string): Promise<ExitCode> {
  requiredReason(input);
  const candidate = await fromFile(input, file);
  if (candidate === undefined) return EXIT.blocked;
  const deployment = await input.context.connect(targetOf(input.options, input.context.env));
  return await push(input, deployment, candidate);
}

/** An older version becomes the newest, by the same rules as any other push. */
export async function rollback(input: VerbInput, version: string): Promise<ExitCode> {
  requiredReason(input);
  if (!/^[1-9]\d{0,7}$/.test(version)) throw new UsageError('rollback needs a version, such as 12');
  const deployment = await input.context.connect(targetOf(input.options, input.context.env));
  const stored = await deployment.config.version(Number(version));
  if (stored === undefined) {
    input.output.talk(`${deployment.name}: there is no version ${version}; \`config history\` lists them`);
    return EXIT.error;
  }
  const candidate = checked(input, stored.text, pushedName(stored.version));
  return candidate === undefined ? EXIT.blocked : await push(input, deployment, candidate);
}

async function push(input: VerbInput, deployment: Deployment, candidate: Candidate): Promise<ExitCode> {
  const { options, output } = input;
  const base = await baseOf(deployment.config);
  if (base.hash === candidate.hash) {
    output.talk(`${deployment.name}: ${candidate.hash} is in force already, as version ${base.version}`);
    return EXIT.ok;
  }
  const changes = changesOf(base, candidate);
  printChanges(output, changes, base);
  const isHarmless = !isRisky(changes);
  if (!isHarmless && options['accept-risk'] !== true) {
    output.talk('nothing was pushed: the change is risky; look at it, then add --accept-risk');
    return EXIT.blocked;
  }
  const by = await deployment.identity();
  const { text, hash } = candidate;
  const config: NewConfig = { text, hash, by, reason: requiredReason(input) };
  return isHarmless || !needsTwo(base, candidate)
    ? await store(output, deployment, config, base.version)
    : await propose(output, deployment, config, base.version);
}

/** The rule in force decides, not the one of the new file; the first push has no other. */
function needsTwo(base: Base, candidate: Candidate): boolean {
  return base.needsTwo ?? candidate.config.approvals.configNeedsTwo;
}

async function propose(
  output: Output,
  deployment: Deployment,
  config: NewConfig,
  base: number,
): Promise<ExitCode> {
  const { hash } = await deployment.config.propose(config, base);
  output.data(`proposed ${hash}`);
  output.talk(`${deployment.name}: it waits for another person, for 7 days: paramedic config accept ${hash}`);
  return EXIT.ok;
}

/** What a second person does; never the one who proposed it. */
export async function accept(input: VerbInput, hash: string): Promise<ExitCode> {
  const { options, output, context } = input;
  if (!/^[0-9a-f]{12}$/.test(hash)) throw new UsageError('accept needs the hash that push printed');
  const deployment = await context.connect(targetOf(options, context.env));
  const proposal = await deployment.config.proposal(hash);
  const base = await baseOf(deployment.config);
  if (proposal === undefined || proposal.base !== base.version) {
    const why = proposal === undefined ? 'nothing waits under' : 'another config was pushed since';
    output.talk(`${deployment.name}: ${why} ${hash}; push it again`);
    return EXIT.blocked;
  }
  const candidate = checked(input, proposal.text, `proposal ${hash}`);
  if (candidate === undefined) return EXIT.blocked;
  printChanges(output, changesOf(base, candidate), base);
  output.talk(plain(`proposed by ${proposal.by}: ${proposal.reason}`));
  const acceptedBy = await deployment.identity();
  if (acceptedBy === proposal.by) {
    output.talk('nothing was pushed: whoever proposed it cannot accept it');
    return EXIT.blocked;
  }
  return await store(output, deployment, { ...proposal, acceptedBy }, base.version);
}

async function store(
  output: Output,
  deployment: Deployment,
  { text, hash, by, reason, acceptedBy }: NewConfig,
  base: number,
): Promise<ExitCode> {
  const config = { text, hash, by, reason, ...(acceptedBy !== undefined && { acceptedBy }) };
  const stored: StoredConfig | undefined = await deployment.config.push(config, base);
  if (stored === undefined) {
    output.talk(`${deployment.name}: somebody else pushed at the same moment; nothing was changed`);
    return EXIT.blocked;
  }
  output.data(`version ${stored.version} ${stored.hash}`);
  output.talk(plain(`${deployment.name}: in force everywhere within a minute; pushed by ${by}`));
  return EXIT.ok;
}

function changesOf({ loaded = defaults() }: Base, candidate: Candidate) {
  return compareConfigs(loaded.config, candidate.config, SECTIONS);
}

function requiredReason({ options }: VerbInput): string {
  const reason = requiredText(options, 'reason');
  if (reason.length > MAX_REASON) throw new UsageError(`--reason is longer than ${MAX_REASON} characters`);
  return reason;
}
