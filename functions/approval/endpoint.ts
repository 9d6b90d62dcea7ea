import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { type ApprovalRequest, answerer, type Status } from '../../shared/approval/answer.ts';
import type { ApprovalEnvironment } from '../../shared/approval/environment.ts';

export interface Response {
  statusCode: Status;
  headers: Record<string, string>;
}

type Event = Partial<Pick<LambdaFunctionURLEvent, 'headers' | 'body' | 'isBase64Encoded'>>;

/** Function URL → answer. */
export function approvalHandler(environment: ApprovalEnvironment): (event: Event) => Promise<Response> {
  const answer = answerer(environment);
  return async (event) => {
    const statusCode = await answer(requestOf(event));
    return { statusCode, headers: { 'cache-control': 'no-store' } };
  };
}

/** A function URL gives a header that came twice as one, with a comma. */
function requestOf({ headers = {}, body = '', isBase64Encoded = false }: Event): ApprovalRequest {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { headers: given, body, isBase64: isBase64Encoded };
}
