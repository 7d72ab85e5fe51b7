import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.SUISHOUPAI_BASE ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  server: { port: 18111, proxy: { '/v1': server, '/healthz': server, '/readyz': server } },
  build: { target: 'es2022', sourcemap: false, chunkSizeWarningLimit: 1200 },
});
