import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const server = process.env['QD_SERVER'] ?? 'http://127.0.0.1:8000';

const page = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { '@': page('./src') } },
  server: {
    port: 8080,
    strictPort: true,
    proxy: Object.fromEntries(
      ['/api', '/openapi.json', '/healthz'].map((path) => [path, { target: server, ws: true }]),
    ),
  },
  build: {
    target: 'es2022',
    // The font and the libraries stay files of their own, so that a new version of ours reloads little.
    assetsInlineLimit: 2048,
    // Swagger UI comes as one file; only /docs loads it.
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      onwarn(warning, warn) {
        if (/^circular chunk/i.test(warning.message)) throw new Error(warning.message);
        warn(warning);
      },
      input: { index: page('index.html'), docs: page('docs/index.html') },
      output: {
        // A few files rather than a hundred: what every page needs, and each heavy library by itself.
        manualChunks(id) {
          // Helpers of the bundler, and what these libraries themselves stand on: a chunk below the others
          // must import none of them, or the two would run in the wrong order.
          if (!id.includes('/node_modules/') && id.startsWith('\0')) return 'react';
          if (/node_modules\/(react|react-dom|scheduler|react-router|cookie|set-cookie-parser)\//.test(id)) return 'react';
          if (/node_modules\/(@xyflow|d3-|zustand|classcat)/.test(id) || id.includes('/src/components/graph/')) return 'graph';
          if (/node_modules\/swagger-ui-dist\//.test(id) || id.includes('/src/docs/')) return 'docs';
          if (/node_modules\/(yaml)\//.test(id) || id.includes('/src/components/code-tabs')) return 'yaml';
          if (/node_modules\/cmdk\//.test(id)) return 'palette';
          if (id.includes('node_modules') || /\/src\/(api|components|lib)\//.test(id)) return 'shared';
          return undefined;
        },
      },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test/setup.ts'],
    restoreMocks: true,
  },
});
