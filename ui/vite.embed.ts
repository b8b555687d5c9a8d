/** `embed.js`: a script as pages have had them for ever, which any page may load from a server of another origin. */
import { defineConfig } from 'vite';

export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2022', emptyOutDir: false,
    lib: { entry: 'src/embed/table.ts', formats: ['iife'], name: 'kinetable', fileName: () => 'embed.js' },
  },
});
