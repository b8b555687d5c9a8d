import { defineConfig } from 'vitest/config';

// Limits are for what never comes: a machine that does much else is waited for.
export default defineConfig({
  test: { include: ['tests/journeys/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 120_000, fileParallelism: false, expect: { poll: { timeout: 30_000 } } },
});
