import type { FailureKind } from '../errors.ts';

/** Codes by which AWS services and the SDK name a failure, without `Client.`, `Server.` or shape prefixes. */
const CODES: Partial<Record<FailureKind, readonly string[]>> = {
  throttled: [
    'Throttling',
    'ThrottlingException',
    'ThrottledException',
    'RequestThrottled',
    'RequestThrottledException',
    'RequestLimitExceeded',
    'TooManyRequestsException',
    'ProvisionedThroughputExceededException',
    'SlowDown',
    'BandwidthLimitExceeded',
    'PriorRequestNotComplete',
    'EC2ThrottledException',
    'KmsThrottled',
    'KMSThrottlingException',
    'OverLimit',
  ],
  unauthorised: [
    'AccessDenied',
    'AccessDeniedException',
    'UnauthorizedOperation',
    'UnauthorizedAccess',
    'NotAuthorized',
    'AuthorizationError',
    'AuthorizationErrorException',
    'KmsAccessDenied',
    'KMSAccessDeniedException',
    'EC2AccessDeniedException',
    'OptInRequired',
  ],
  'not-found': [
    'ResourceNotFoundException',
    'NotFoundException',
    'NotFound',
    'QueueDoesNotExist',
    'AWS.SimpleQueueService.NonExistentQueue',
    'TableNotFoundException',
    'IndexNotFoundException',
    'KMSNotFoundException',
    'KmsNotFound',
    'InvalidLaunchTemplateId.VersionNotFound',
  ],
  conflict: [
    'ScalingActivityInProgress',
    'ScalingActivityInProgressFault',
    'ResourceContention',
    'ResourceContentionFault',
    'InstanceRefreshInProgress',
    'InstanceRefreshInProgressFault',
    'ResourceInUse',
    'ResourceInUseFault',
    'ResourceInUseException',
    'Conflict',
    'ConflictException',
    'ResourceConflictException',
    'ConcurrentAccess',
    'ConcurrentAccessException',
    'ConcurrentTagAccess',
    'ConditionalCheckFailedException',
    'TransactionConflictException',
    'ReplicatedWriteConflictException',
    'PreconditionFailedException',
    'IncorrectState',
    'IncorrectInstanceState',
    'IncorrectModificationState',
    'VolumeModificationRateExceeded',
    'OperationAborted',
  ],
  unsupported: [
    'Unsupported',
    'UnsupportedOperation',
    'UnsupportedOperationException',
    'UnknownOperationException',
    'InvalidAction',
    'OperationNotPermitted',
    'NotImplemented',
  ],
  transient: [
    'InternalError',
    'InternalErrorException',
    'InternalFailure',
    'InternalServerError',
    'InternalServiceError',
    'ServerException',
    'ServiceException',
    'ServiceUnavailable',
    'ServiceUnavailableException',
    'Unavailable',
    'RequestTimeout',
    'RequestTimeoutException',
    'RetryableError',
    'IdempotentCallInProgress',
    'TransactionInProgressException',
    'ResourcePropagationDelayException',
  ],
  invalid: [
    'ValidationError',
    'ValidationException',
    'InvalidParameterException',
    'InvalidRequestException',
    'InvalidParameterValue',
    'InvalidParameterCombination',
    'VolumeModificationSizeLimitExceeded',
    'VolumeIOPSLimit',
    'MaxIOPSLimitExceeded',
    'VolumeTypeNotAvailableInZone',
    'UnknownVolumeType',
  ],
  unreachable: ['TimeoutError', 'NetworkingError', 'AbortError'],
};

/** AWS did not accept who we are, so no permission was looked at. */
const CREDENTIAL_CODES: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'AuthFailure',
  'InvalidSecurity',
  'InvalidSecurityException',
  'CredentialsProviderError',
]);

/** Node's socket, DNS and TLS codes: nothing was answered. */
const SOCKET_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPROTO',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const KIND_OF_CODE: ReadonlyMap<string, FailureKind> = new Map(
  Object.entries(CODES).flatMap(([kind, codes]) =>
    codes.map((code): [string, FailureKind] => [code, kind as FailureKind]),
  ),
);

export function isCredentialCode(code: string): boolean {
  return CREDENTIAL_CODES.has(code);
}

export function isSocketCode(code: string): boolean {
  return SOCKET_CODES.has(code);
}

export function kindOfCode(code: string): FailureKind | undefined {
  if (isCredentialCode(code)) return 'unauthorised';
  if (isSocketCode(code)) return 'unreachable';
  // EC2 names every missing resource in its own way: `InvalidInstanceID.NotFound`, `InvalidVolume.NotFound`.
  return KIND_OF_CODE.get(code) ?? (code.endsWith('.NotFound') ? 'not-found' : undefined);
}

export function kindOfStatus(status: number): FailureKind {
  if (status === 429) return 'throttled';
  if (status === 401 || status === 403) return 'unauthorised';
  if (status === 404) return 'not-found';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 405 || status === 501) return 'unsupported';
  return status >= 500 ? 'transient' : 'invalid';
}
