import type { PlaybookInput } from '../../shared/pipeline/trouble.ts';
import type { ApiThrottlingFacts } from './facts.ts';
import type { ApiThrottlingPolicy } from './policy.ts';

/** What every pure part of the playbook decides from. */
export type Input = PlaybookInput<ApiThrottlingFacts, ApiThrottlingPolicy>;
