import { lambdaEnvironment } from '../../shared/aws/environment.ts';
import { receiveHandler } from '../../shared/aws/handlers/receive.ts';
import { sections } from '../sections.ts';
import { apiThrottling } from './index.ts';

export const handler = receiveHandler(apiThrottling, lambdaEnvironment(process.env, sections));
