import { lambdaEnvironment } from '../../shared/aws/environment.ts';
import { receiveHandler } from '../../shared/aws/handlers/receive.ts';
import { sections } from '../sections.ts';
import { ebsSaturation } from './index.ts';

export const handler = receiveHandler(ebsSaturation, lambdaEnvironment(process.env, sections));
