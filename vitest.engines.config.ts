import { defineConfig } from 'vitest/config';

/** Real third-party engines: slow to start, and too heavy for two at a time. */
export default defineConfig({
  test: {
    include: ['test/engines/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
