import type { PlaybookInput } from '../../shared/pipeline/trouble.ts';
import type { EbsSaturationFacts } from './facts.ts';
import type { EbsSaturationPolicy } from './policy.ts';

/** What every pure part of the playbook decides from. */
export type Input = PlaybookInput<EbsSaturationFacts, EbsSaturationPolicy>;
