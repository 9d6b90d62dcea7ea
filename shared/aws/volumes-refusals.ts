import { type Maximum, PortError } from '../errors.ts';
import { awsCall } from './classify.ts';

/** EC2 has no field for it: `Volume iops of 20000 is too high; maximum is 16000`. Ratios are worded otherwise. */
const TOO_HIGH =
  /^Volume (iops|throughput) of \d[\d.]*(?: ?MiB(?:\/s|ps))? is too high; maximum is (\d{1,6})(?: ?MiB(?:\/s|ps))?\.?$/;

/** `awsCall`, with the most that EC2 would have taken. What kind of failure it is, its code alone says. */
export async function modifyCall<T>(operation: string, send: () => Promise<T>): Promise<T> {
  try {
    return await awsCall(operation, send);
  } catch (error) {
    throw error instanceof PortError ? withMaximum(error) : error;
  }
}

function withMaximum(error: PortError): PortError {
  const maximum = error.code === 'InvalidParameterValue' ? maximumIn(error.message) : undefined;
  if (maximum === undefined) return error;
  const { kind, message, operation, code } = error;
  return new PortError(kind, message, { operation, maximum, ...(code !== undefined && { code }) });
}

function maximumIn(message: string): Maximum | undefined {
  const [, what, most] = TOO_HIGH.exec(message) ?? [];
  const value = Number(most);
  if (what === undefined || !(value > 0)) return undefined;
  return { of: what === 'iops' ? 'iops' : 'throughputMib', value };
}
