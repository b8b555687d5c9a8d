import { defineConfig } from 'vitest/config';

export default defineConfig({
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: false },
  server: { proxy: { '/rt/v1': { target: 'ws://127.0.0.1:10080', ws: true } } },
  test: { include: ['tests/unit/**/*.test.ts'] },
});
