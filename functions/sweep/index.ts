import { lambdaEnvironment } from '../../shared/aws/environment.ts';
import { sweepHandler } from '../../shared/aws/handlers/sweep.ts';
import { notifierHints } from '../../shared/aws/notifier-ports.ts';
import { troubles } from '../index.ts';

export const handler = sweepHandler(
  troubles,
  lambdaEnvironment(process.env, troubles),
  notifierHints(process.env),
);
