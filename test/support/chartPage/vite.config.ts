import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** The window on a recorded run: `npx vite --config test/support/chartPage/vite.config.ts`. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  plugins: [vue()],
  server: {
    host: '127.0.0.1',
    fs: { allow: [resolve(import.meta.dirname, '../../..')] },
  },
})
