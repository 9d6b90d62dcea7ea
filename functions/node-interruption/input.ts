import type { PlaybookInput } from '../../shared/pipeline/trouble.ts';
import type { NodeInterruptionFacts } from './facts.ts';
import type { NodeInterruptionPolicy } from './policy.ts';

/** What every pure part of the playbook decides from. */
export type Input = PlaybookInput<NodeInterruptionFacts, NodeInterruptionPolicy>;
