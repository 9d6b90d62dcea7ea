import type { Trouble } from '../../shared/pipeline/trouble.ts';
import { changeAttributesClass } from './actions/change-attributes-class.ts';
import { modifyVolume } from './actions/modify-volume.ts';
import { events, TROUBLE } from './events.ts';
import { expand } from './expand.ts';
import { type EbsSaturationFacts, gather } from './facts.ts';
import { guardFacts } from './guard-facts.ts';
import { ownersOf } from './owners.ts';
import { reads, sweeps } from './permissions.ts';
import { playbook } from './playbook.ts';
import { type EbsSaturationPolicy, ebsSaturationSection } from './policy.ts';
import { toSignals } from './signals.ts';
import { sweep } from './sweep.ts';
import { findFiring } from './sweeping/firing.ts';
import { opens, trigger } from './trigger.ts';

/** A volume is asked for more than it can do: find out what limits it, and raise the right thing. */
export const ebsSaturation: Trouble<EbsSaturationFacts, EbsSaturationPolicy> = {
  name: TROUBLE,
  title: 'An EBS volume is saturated',
  events,
  toSignals,
  trigger,
  opens,
  keepsNewest: true,
  expand,
  ownersOf,
  gather,
  playbook,
  guardFacts,
  actions: [modifyVolume, changeAttributesClass],
  reads,
  sweeps,
  section: ebsSaturationSection,
  // The section was validated against this trouble's schema when the file was loaded.
  policyOf: (policy) => policy.section as unknown as EbsSaturationPolicy,
  sweep,
  find: findFiring,
};
