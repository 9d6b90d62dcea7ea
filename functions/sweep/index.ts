import { lambdaEnvironment } from '../../shared/aws/environment.ts';
import { sweepHandler } from '../../shared/aws/handlers/sweep.ts';
import { notifierHints } from '../../shared/aws/notifier-ports.ts';
import { sections } from '../sections.ts';
import { sweepers } from '../sweepers.ts';

export const handler = sweepHandler(
  sweepers,
  lambdaEnvironment(process.env, sections),
  notifierHints(process.env),
);
