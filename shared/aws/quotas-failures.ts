import { type FailureKind, PortError } from '../errors.ts';
import { awsCall } from './classify.ts';

/** Service Quotas' own codes, whatever HTTP status they come with. */
const KINDS: Readonly<Record<string, FailureKind>> = {
  /** A request for this quota is open already. */
  ResourceAlreadyExistsException: 'conflict',
  InvalidResourceStateException: 'conflict',
  NoSuchResourceException: 'not-found',
  /** Not above the present value, or not adjustable: asking again changes nothing. */
  IllegalArgumentException: 'invalid',
  /** Too many requests are open: that is for a person, not for another attempt in a moment. */
  QuotaExceededException: 'invalid',
  InvalidPaginationTokenException: 'invalid',
  DependencyAccessDeniedException: 'unauthorised',
  AWSServiceAccessNotEnabledException: 'unauthorised',
};

/** Our permission is there, but not the one that Service Quotas needs in our name. */
const BEHIND: ReadonlySet<string> = new Set([
  'DependencyAccessDeniedException',
  'AWSServiceAccessNotEnabledException',
]);

/** `awsCall`, with what these codes mean here. */
export async function quotaCall<T>(operation: string, send: () => Promise<T>): Promise<T> {
  try {
    return await awsCall(operation, send);
  } catch (error) {
    throw error instanceof PortError ? inWordsOfQuotas(error) : error;
  }
}

function inWordsOfQuotas(error: PortError): PortError {
  const { code, operation, message, retryAfterMs } = error;
  const kind = code === undefined || !Object.hasOwn(KINDS, code) ? undefined : KINDS[code];
  if (code === undefined || kind === undefined) return error;
  const text = BEHIND.has(code)
    ? `Service Quotas may not read the service behind the quota (${code})`
    : message;
  return new PortError(kind, text, { operation, code, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}
