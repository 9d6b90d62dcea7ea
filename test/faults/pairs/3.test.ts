import { twoCrashes } from './pairs.ts';

await twoCrashes(3);
