import { fileURLToPath } from 'node:url';
import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const server = `http://127.0.0.1:${process.env.PORT ?? '4000'}`;

export default defineConfig({
  root: here,
  plugins: [react(), lingui({ cwd: here, configPath: `${here}lingui.config.ts`, failOnMissing: true })],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Nothing may be inlined as data: the page's policy allows files of this origin only.
    assetsInlineLimit: 0,
    // The pages are used all day from one tab; one file for what rarely changes keeps an update small.
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: { '/graphql': { target: server, ws: true }, '/auth': server, '/api': server },
  },
});
