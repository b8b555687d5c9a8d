import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      // Of Lumino's built files nothing is left out, be it a menu bar that nobody has; of its sources what is not used is.
      { find: /^@lumino\/widgets$/, replacement: at('tools/lumino.ts') },
      { find: /^@lumino\/(algorithm|coreutils|domutils|dragdrop|virtualdom)$/, replacement: at('node_modules/@lumino/$1/src/index.ts') },
    ],
  },
  build: {
    target: 'es2022', assetsInlineLimit: 0, modulePreload: false,
    // What the first visit needs is one file: twenty small ones would be asked for only after the first of them was read.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } } },
  },
  server: { proxy: { '/rt/v1': { target: 'ws://127.0.0.1:10080', ws: true } } },
  // Of a machine that does much else, five seconds are little.
  test: { include: ['tests/unit/**/*.test.ts'], testTimeout: 30_000 },
});
