import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/**
 * The window in a plain browser with hot reload (`npm run dev:web`). The lab runs in the browser
 * host; `src/main/dev.mjs` starts this server and hands over where the host listens.
 */
const hostOrigin = process.env['PAXOS_LAB_HOST_ORIGIN'] ?? 'http://127.0.0.1:0'

export default defineConfig({
  root: resolve(import.meta.dirname, 'src/renderer'),
  base: './',
  publicDir: false,
  plugins: [vue()],
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    // Fonts and the icon lie outside of the page's own folder.
    fs: { allow: [import.meta.dirname] },
    proxy: {
      // The host checks Host and Origin exactly, so both are rewritten to its own.
      '/session': { target: hostOrigin, changeOrigin: true, headers: { origin: hostOrigin } },
      '/ws': { target: hostOrigin, changeOrigin: true, ws: true, rewriteWsOrigin: true },
    },
  },
})
