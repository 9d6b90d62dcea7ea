import type { IncomingHttpHeaders } from 'node:http';

/** A request on its way to AWS, as it came in. */
export interface Incoming {
  method: string;
  /** Encoded, with query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Services that name their calls by method and path, with the calls that are made of them here. */
const REST: Readonly<Record<string, readonly [RegExp, string][]>> = {
  lambda: [
    [/^POST .*\/functions\/[^/]+\/invocations$/, 'Invoke'],
    [/^POST .*\/durable-executions\/.+\/checkpoint$/, 'CheckpointDurableExecution'],
    [/^GET .*\/durable-executions\/.+\/state$/, 'GetDurableExecutionState'],
    [/^POST .*\/durable-execution-callbacks\/.+\/succeed$/, 'SendDurableExecutionCallbackSuccess'],
    [/^GET .*\/functions\/[^/]+\/durable-executions$/, 'ListDurableExecutionsByFunction'],
    [/^PUT .*\/functions\/[^/]+\/configuration$/, 'UpdateFunctionConfiguration'],
    [/^GET .*\/functions\/[^/]+\/configuration$/, 'GetFunctionConfiguration'],
    [/^GET .*\/functions\/[^/]+$/, 'GetFunction'],
    [/^GET .*\/functions\/[^/]+\/aliases\/[^/]+$/, 'GetAlias'],
    [/^GET .*\/functions\/[^/]+\/policy$/, 'GetPolicy'],
    [/^GET .*\/functions\/[^/]+\/event-invoke-config$/, 'GetFunctionEventInvokeConfig'],
    [/^GET .*\/event-source-mappings\/[^/]+$/, 'GetEventSourceMapping'],
  ],
  eks: [
    [/^POST \/clusters$/, 'CreateCluster'],
    [/^GET \/clusters$/, 'ListClusters'],
    [/^GET \/clusters\/[^/]+$/, 'DescribeCluster'],
  ],
  s3: [
    [/^PUT \/[^/]+\/.+$/, 'PutObject'],
    [/^HEAD \/[^/]+\/?$/, 'HeadBucket'],
    [/^GET \/[^/]+\/?$/, 'ListObjectsV2'],
  ],
};

/** How the SDKs sign the services we name otherwise. */
const SIGNED_AS: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/** `service:Operation`, e.g. `dynamodb:GetItem`; what is not known keeps its method and path. */
export function operationOf(request: Incoming): string {
  const { method, url, headers, body } = request;
  const signed =
    /Credential=[^/]+\/\d+\/[\w-]+\/([\w-]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'unsigned';
  const service = SIGNED_AS[signed] ?? signed;
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return `${service}:${target.split('.').at(-1)}`;
  const action = isForm(headers) ? new URLSearchParams(body.toString('utf8')).get('Action') : null;
  if (action !== null) return `${service}:${action}`;
  const route = `${method} ${pathOf(url)}`;
  const known = REST[service]?.find(([pattern]) => pattern.test(route));
  return `${service}:${known?.[1] ?? route}`;
}

function isForm(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
}

function pathOf(url: string): string {
  return url.replace(/\?.*$/, '');
}

/** The access key that signed; our functions sign with those of their role's session. */
export function signerOf({ headers }: Pick<Incoming, 'headers'>): string {
  return /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
}
