import type { FailureKind } from '../errors.ts';

/** Slack's error codes, of the Web API and of incoming webhooks. */
const CODES: Partial<Record<FailureKind, readonly string[]>> = {
  'not-found': [
    'channel_not_found',
    'channel_is_archived',
    'is_archived',
    'message_not_found',
    'thread_not_found',
    'no_such_subteam',
    'file_not_found',
    'no_service',
    'no_active_hooks',
    'no_team',
    'team_disabled',
    'team_not_found',
    'user_not_found',
  ],
  unauthorised: [
    'invalid_auth',
    'not_authed',
    'account_inactive',
    'token_revoked',
    'token_expired',
    'invalid_token',
    'missing_scope',
    'no_permission',
    'not_in_channel',
    'not_allowed_token_type',
    'access_denied',
    'accesslimited',
    'action_prohibited',
    'ekm_access_denied',
    'enterprise_is_restricted',
    'org_login_required',
    'permission_denied',
    'posting_to_general_channel_denied',
    'restricted_action',
    'restricted_action_non_threadable_channel',
    'restricted_action_read_only_channel',
    'restricted_action_thread_locked',
    'restricted_action_thread_only_channel',
    'team_access_not_granted',
    'two_factor_setup_required',
    'user_is_restricted',
  ],
  /** The message stands and cannot be edited: a new one can be posted. */
  unsupported: [
    'cant_update_message',
    'edit_window_closed',
    'deprecated_endpoint',
    'method_deprecated',
    'method_not_supported_for_channel_type',
    'plan_upgrade_required',
    'unknown_method',
  ],
  invalid: [
    'invalid_arguments',
    'invalid_attachments',
    'invalid_blocks',
    'invalid_blocks_format',
    'invalid_json',
    'invalid_metadata_format',
    'invalid_payload',
    'json_not_object',
    'metadata_too_large',
    'msg_blocks_too_long',
    'msg_too_long',
    'no_text',
    'too_many_attachments',
  ],
  throttled: ['ratelimited', 'rate_limited', 'message_limit_exceeded'],
  transient: [
    'fatal_error',
    'internal_error',
    'request_timeout',
    'rollup_error',
    'service_unavailable',
    'team_added_to_org',
  ],
};

/** With these Slack says that part of it may have been done. */
const UNSURE: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'rollup_error',
  'service_unavailable',
]);

const KIND_OF_CODE: ReadonlyMap<string, FailureKind> = new Map(
  Object.entries(CODES).flatMap(([kind, codes]) =>
    codes.map((code): [string, FailureKind] => [code, kind as FailureKind]),
  ),
);

const SHAPE = /^[a-z][a-z0-9_]{1,60}$/;

/** A code as Slack writes them; anything else in its place is not repeated to anybody. */
export function codeIn(text: unknown): string | undefined {
  return typeof text === 'string' && SHAPE.test(text) ? text : undefined;
}

/** Of an answer that says no. A code that stands in no list is a message Slack does not want. */
export function kindOf(status: number, code: string | undefined): FailureKind {
  if (status === 429) return 'throttled';
  const kind = code === undefined ? undefined : KIND_OF_CODE.get(code);
  return kind ?? kindOfStatus(status);
}

/** Whether it may have been done although the answer says no. */
export function isUnsure(status: number, code: string | undefined): boolean {
  if (code !== undefined && KIND_OF_CODE.has(code)) return UNSURE.has(code);
  return status >= 500;
}

function kindOfStatus(status: number): FailureKind {
  if (status >= 500 || status === 408) return 'transient';
  if (status === 401 || status === 403) return 'unauthorised';
  return status === 404 || status === 410 ? 'not-found' : 'invalid';
}
