/**
 * Makes a value and everything in it unchangeable, so that it can be handed out without a copy. Stops at what is
 * frozen already: an object that shares most of its parts with its predecessor costs little.
 */
export function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}
