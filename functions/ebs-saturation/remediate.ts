import { lambdaEnvironment } from '../../shared/aws/environment.ts';
import { remediateHandler } from '../../shared/aws/handlers/remediate.ts';
import { sections } from '../sections.ts';
import { ebsSaturation } from './index.ts';

export const handler = remediateHandler(ebsSaturation, lambdaEnvironment(process.env, sections));
