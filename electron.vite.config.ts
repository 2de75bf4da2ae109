import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'

const root = import.meta.dirname

/** One bundle a process. Children are started by path, so each is an input of its own. */
const mainInputs = {
  index: resolve(root, 'src/main/index.ts'),
  web: resolve(root, 'src/main/web.ts'),
  cli: resolve(root, 'src/main/cli.ts'),
  node: resolve(root, 'src/main/node/index.ts'),
  switchboard: resolve(root, 'src/main/switchboard/index.ts'),
  explorer: resolve(root, 'src/main/explore/index.ts'),
  simulator: resolve(root, 'src/main/sim/index.ts'),
  trial: resolve(root, 'src/main/experiment/index.ts'),
  runs: resolve(root, 'src/main/runs/index.ts'),
}

/** Names the packages that went into a bundle; `src/main/licences.mjs` lists their licences. */
function listPackages(): Plugin {
  return {
    name: 'lab:list-packages',
    apply: 'build',
    generateBundle() {
      const names = new Set<string>()
      for (const id of this.getModuleIds()) {
        const name = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id)?.[1]
        if (name) names.add(name.replace('\\', '/'))
      }
      const source = JSON.stringify([...names])
      this.emitFile({ type: 'asset', fileName: 'packages.json', source })
    },
  }
}

export default defineConfig({
  main: {
    plugins: [listPackages()],
    build: {
      // Explicit, so that the same files run under plain Node 20 and inside Electron.
      target: 'node20',
      minify: false,
      rollupOptions: {
        input: mainInputs,
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
        },
      },
    },
  },
  preload: {
    plugins: [listPackages()],
    build: {
      target: 'node20',
      minify: false,
      // A sandboxed preload is one CommonJS file that requires nothing but `electron` (E2).
      isolatedEntries: true,
      externalizeDeps: false,
      rollupOptions: {
        input: resolve(root, 'src/preload/index.ts'),
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'src/renderer'),
    base: './',
    publicDir: false,
    plugins: [vue(), listPackages()],
    worker: { format: 'es' },
    // Fonts and the icon lie outside of the page's own folder.
    server: { fs: { allow: [root] } },
    build: {
      target: 'es2023',
      // `font-src 'self'` allows no data: fonts, so nothing is inlined.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: { input: resolve(root, 'src/renderer/index.html') },
    },
  },
})
