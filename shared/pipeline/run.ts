import type { Ledger, RunRef } from '../incident/ledger.ts';
import type { Environment } from './environment.ts';

/** One execution's hold on its incident. */
export interface Run {
  environment: Environment;
  ledger: Ledger;
  ref: RunRef;
}
