import { describe, test } from 'vitest';
import { findKubernetes } from '../../../scripts/engines/kubernetes.ts';
import { kubernetesContract } from '../../contract/kubernetes.contract.ts';
import { engineTheatre } from './theatre.ts';

const programs = await findKubernetes();

if (programs === undefined) {
  describe('kube-apiserver', () => {
    test.skip('is not on this machine: node scripts/engines/kubernetes.ts builds it', () => undefined);
  });
} else {
  kubernetesContract('engine', () => engineTheatre(programs));
}
