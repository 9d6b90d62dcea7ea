import { lambdaEnvironment } from '../../shared/aws/environment.ts';
import { receiveHandler } from '../../shared/aws/handlers/receive.ts';
import { sections } from '../sections.ts';
import { nodeInterruption } from './index.ts';

export const handler = receiveHandler(nodeInterruption, lambdaEnvironment(process.env, sections));
