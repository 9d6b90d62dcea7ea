import { lambdaEnvironment } from '../../shared/aws/environment.ts';
import { remediateHandler } from '../../shared/aws/handlers/remediate.ts';
import { sections } from '../sections.ts';
import { nodeInterruption } from './index.ts';

export const handler = remediateHandler(nodeInterruption, lambdaEnvironment(process.env, sections));
