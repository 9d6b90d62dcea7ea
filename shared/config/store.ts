import { type Clock, DAY_MS, type EpochMs, SECOND_MS } from '../clock.ts';
import { PortError } from '../errors.ts';
import { sha256Hex } from '../incident/step-key.ts';
import type { Item, Table } from '../ports/table.ts';
import { MAX_CONFIG_BYTES } from './text-guard.ts';

/** A config somebody pushed. */
export interface StoredConfig {
  /** From 1; the first push makes it 1. */
  version: number;
  hash: string;
  text: string;
  /** ARN of whoever pushed it, and of the other person who accepted it where that was needed. */
  by: string;
  acceptedBy?: string;
  at: EpochMs;
  reason: string;
}

/** A risky config that waits for another person. */
export interface Proposal {
  hash: string;
  text: string;
  by: string;
  at: EpochMs;
  reason: string;
  /** It replaces this version and no other; 0 is the packaged file. */
  base: number;
  until: EpochMs;
}

export type NewConfig = Pick<StoredConfig, 'hash' | 'text' | 'by' | 'reason' | 'acceptedBy'>;

/** The config in the ledger's table. Reads are strongly consistent; failures are PortErrors. */
export interface ConfigStore {
  /** The one in force; undefined before the first push. */
  head(): Promise<StoredConfig | undefined>;
  version(version: number): Promise<StoredConfig | undefined>;
  /** Newest first, at most `limit`. */
  history(limit: number): Promise<StoredConfig[]>;
  /** Undefined when `base` is not the version in force any more: somebody else was faster. */
  push(config: NewConfig, base: number): Promise<StoredConfig | undefined>;
  propose(config: NewConfig, base: number): Promise<Proposal>;
  /** Undefined when there is none, or its time is over. */
  proposal(hash: string): Promise<Proposal | undefined>;
}

const PK = 'CONFIG';
const HEAD = { pk: PK, sk: 'HEAD' };
const PROPOSAL_MS = 7 * DAY_MS;

export function configStore(table: Table, clock: Clock): ConfigStore {
  const read = async (sk: string) => storedOf(await table.get({ pk: PK, sk }));
  const history = async (limit: number): Promise<StoredConfig[]> => {
    const newest = await read(HEAD.sk);
    if (newest === undefined) return [];
    const first = Math.max(1, newest.version - limit + 1);
    const older = Array.from({ length: newest.version - first }, (_, index) => newest.version - 1 - index);
    const found = await Promise.all(older.map((version) => read(rowOf(version))));
    return [newest, ...found.filter((each) => each !== undefined)].slice(0, limit);
  };
  return {
    head: () => read(HEAD.sk),
    version: async (version) => {
      const newest = await read(HEAD.sk);
      return newest?.version === version ? newest : await read(rowOf(version));
    },
    history,
    push: (config, base) => push(table, { ...config, version: base + 1, at: clock.now() }),
    propose: (config, base) => propose(table, config, base, clock.now()),
    proposal: async (hash) => {
      const found = proposalOf(await table.get({ pk: PK, sk: `P#${hash}` }));
      return found === undefined || found.until <= clock.now() ? undefined : found;
    },
  };
}

/**
 * The version in force gets its own row before it is replaced, and after: whichever of the two a crash cuts off, the
 * next push makes up for it.
 */
async function push(table: Table, config: StoredConfig): Promise<StoredConfig | undefined> {
  refuseTooLarge(config.text);
  const before = storedOf(await table.get(HEAD));
  if ((before?.version ?? 0) !== config.version - 1) return undefined;
  if (before !== undefined) await keep(table, before);
  const unmoved =
    before === undefined
      ? ({ attribute: 'version', is: 'missing' } as const)
      : ({ attribute: 'version', is: 'equal', value: before.version } as const);
  const remove = config.acceptedBy === undefined ? ['acceptedBy'] : [];
  const isPut = await table.update(HEAD, { set: { ...config }, remove }, [unmoved]);
  if (!isPut && !(await isInForce(table, config))) return undefined;
  await keep(table, config);
  return config;
}

/** A write whose reply was lost is tried again by the SDK, and then fails on what it wrote itself. */
async function isInForce(table: Table, { version, hash, by, at }: StoredConfig): Promise<boolean> {
  const head = storedOf(await table.get(HEAD));
  return head?.version === version && head.hash === hash && head.by === by && head.at === at;
}

async function keep(table: Table, config: StoredConfig): Promise<void> {
  await table.putNew({ pk: PK, sk: rowOf(config.version), ...config });
}

/** The same text proposed again belongs to whoever proposed it last. */
async function propose(table: Table, config: NewConfig, base: number, now: EpochMs): Promise<Proposal> {
  refuseTooLarge(config.text);
  const { hash, text, by, reason } = config;
  const proposal: Proposal = { hash, text, by, reason, base, at: now, until: now + PROPOSAL_MS };
  const expiresAt = Math.ceil(proposal.until / SECOND_MS);
  await table.update({ pk: PK, sk: `P#${hash}` }, { set: { ...proposal, expiresAt } }, []);
  return proposal;
}

function rowOf(version: number): string {
  return `V#${String(version).padStart(8, '0')}`;
}

function refuseTooLarge(text: string): void {
  if (new TextEncoder().encode(text).length > MAX_CONFIG_BYTES)
    throw invalid(`the config is larger than ${MAX_CONFIG_BYTES / 1024} KiB`);
}

function storedOf(item: Item | undefined): StoredConfig | undefined {
  if (item === undefined) return undefined;
  const { version, acceptedBy } = item;
  if (typeof version !== 'number') throw invalid('the stored config has no version');
  return {
    version,
    ...writtenIn(item),
    ...(typeof acceptedBy === 'string' && { acceptedBy }),
  };
}

function proposalOf(item: Item | undefined): Proposal | undefined {
  if (item === undefined) return undefined;
  const { base, until } = item;
  if (typeof base !== 'number' || typeof until !== 'number') throw invalid('the proposal is damaged');
  return { ...writtenIn(item), base, until };
}

/** A text that is not the one its hash was made of was not written by `push`. */
function writtenIn({ hash, text, by, at, reason }: Item) {
  const isWhole =
    typeof hash === 'string' &&
    typeof text === 'string' &&
    typeof by === 'string' &&
    typeof reason === 'string' &&
    typeof at === 'number';
  if (!isWhole || configHash(text) !== hash) throw invalid('the stored config is damaged');
  return { hash, text, by, at, reason };
}

/** Of a text without byte order mark. */
export function configHash(text: string): string {
  return sha256Hex(text).slice(0, 12);
}

function invalid(message: string): PortError {
  return new PortError('invalid', message, { operation: 'read config' });
}
