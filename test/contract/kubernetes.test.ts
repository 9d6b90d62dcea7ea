import { kubernetesContract } from './kubernetes.contract.ts';
import { simulatedTheatre } from './kubernetes-simulator.ts';

kubernetesContract('simulator', async () => simulatedTheatre());
