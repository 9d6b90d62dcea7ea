import { lambdaEnvironment } from '../../shared/aws/environment.ts';
import { remediateHandler } from '../../shared/aws/handlers/remediate.ts';
import { sections } from '../sections.ts';
import { apiThrottling } from './index.ts';

export const handler = remediateHandler(apiThrottling, lambdaEnvironment(process.env, sections));
