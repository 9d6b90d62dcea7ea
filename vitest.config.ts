import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/engines/**'],
    testTimeout: 30_000,
    // Vitest leaves one core to itself, and so would use one of two.
    maxWorkers: '100%',
  },
});
