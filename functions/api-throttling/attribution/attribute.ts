import type { CallerHints } from './caller.ts';
import { controllerOf } from './controller.ts';
import type { Known } from './known.ts';
import { scopeOf } from './scope.ts';
import type { Attribution, Confidence } from './types.ts';

/**
 * Who made a throttled call, and for which cluster. Pure, total, bounded; nothing in it is longer than 64 characters
 * of what the caller wrote. The confidence is the lower of both answers; it is `unknown` exactly when the scope is.
 */
export function attribute(call: CallerHints, context: Known): Attribution {
  const controller = controllerOf(call, context);
  const scope = scopeOf(call, context);
  return {
    controller: controller.value,
    scope: scope.value,
    by: `${scope.by}; ${controller.by}`,
    confidence: lower(controller.confidence, scope.confidence),
  };
}

const LOWEST_FIRST: readonly Confidence[] = ['unknown', 'likely', 'certain'];

function lower(left: Confidence, right: Confidence): Confidence {
  return LOWEST_FIRST.find((each) => each === left || each === right) ?? 'unknown';
}
