import { describe, expect, it } from 'vitest';
import { copyOf } from '../../simulator/copy.ts';

const plain = () => ({
  text: 'a',
  nothing: null,
  missing: undefined,
  list: [1, [true, undefined], { deep: ['b'] }],
  at: new Date(5),
  map: new Map([['key', { inner: 1 }]]),
  bare: Object.assign(Object.create(null), { inner: 'c' }) as object,
});

describe('copy', () => {
  it('is what structuredClone would give', () => {
    expect(copyOf(plain())).toStrictEqual(structuredClone(plain()));
    expect(copyOf([plain()])).toStrictEqual(structuredClone([plain()]));
    expect(copyOf('text')).toBe('text');
    expect(copyOf(undefined)).toBeUndefined();
  });

  it('shares nothing with the original, at any depth', () => {
    const original = plain();
    const copy = copyOf(original);
    (copy.list[2] as { deep: string[] }).deep.push('more');
    copy.list.push(2);
    copy.at.setTime(6);
    copy.map.set('other', { inner: 2 });
    Object.assign(copy.bare, { inner: 'd' });
    expect(original).toStrictEqual(plain());
  });

  it('takes a name like __proto__ for a name', () => {
    const event = JSON.parse('{"__proto__": {"polluted": [1]}, "id": 1}') as object;
    const copy = copyOf(event);
    expect(JSON.stringify(copy)).toBe(JSON.stringify(event));
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(copy).not.toHaveProperty('polluted');
  });

  it('refuses functions, as whatever goes over the wire', () => {
    expect(() => copyOf({ work: () => 1 })).toThrow(/could not be cloned/);
    expect(() => copyOf([() => 1])).toThrow(/could not be cloned/);
  });
});
