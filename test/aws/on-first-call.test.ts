import { expect, test } from 'vitest';
import { onFirstCall } from '../../shared/aws/on-first-call.ts';

interface Greeter {
  greet(name: string): Promise<string>;
}

const greeter: Greeter = { greet: async (name) => `hello ${name}` };

test('nothing is loaded before the first call, and then once', async () => {
  let loads = 0;
  const port = onFirstCall<Greeter>(async () => {
    loads++;
    return greeter;
  });
  expect(loads).toBe(0);
  expect(await Promise.all([port.greet('ana'), port.greet('ben')])).toEqual(['hello ana', 'hello ben']);
  expect(await port.greet('eva')).toBe('hello eva');
  expect(loads).toBe(1);
});

test('awaiting the port itself gives the port, and loads nothing', async () => {
  const port = onFirstCall<Greeter>(async () => Promise.reject(new Error('loaded')));
  expect(await Promise.resolve(port)).toBe(port);
  expect(String(Object.keys(port))).toBe('');
});

test('a load that failed reaches the caller and is tried again with the next call', async () => {
  let loads = 0;
  const port = onFirstCall<Greeter>(async () => {
    if (++loads === 1) throw new Error('disk');
    return greeter;
  });
  await expect(port.greet('ana')).rejects.toThrow('disk');
  expect(await port.greet('ana')).toBe('hello ana');
});
