import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'

const root = import.meta.dirname

/** One bundle a process. Children are started by path, so each is an input of its own. */
const mainInputs = {
  index: 'src/main/index.ts',
  web: 'src/main/web.ts',
  cli: 'src/main/cli.ts',
  node: 'src/main/node/index.ts',
  switchboard: 'src/main/switchboard/index.ts',
}

function present(inputs: Record<string, string>): Record<string, string> {
  const pairs = Object.entries(inputs).map(([name, path]) => [name, resolve(root, path)] as const)
  return Object.fromEntries(pairs.filter(([, path]) => existsSync(path)))
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

const preloadInput = resolve(root, 'src/preload/index.ts')

const preload = {
  plugins: [listPackages()],
  build: {
    target: 'node20',
    minify: false,
    // A sandboxed preload is one CommonJS file that requires nothing but `electron` (E2).
    isolatedEntries: true,
    externalizeDeps: false,
    rollupOptions: {
      input: preloadInput,
      output: { format: 'cjs' as const, entryFileNames: '[name].cjs' },
    },
  },
}

export default defineConfig({
  main: {
    plugins: [listPackages()],
    build: {
      // Explicit, so that the same files run under plain Node 20 and inside Electron.
      target: 'node20',
      minify: false,
      rollupOptions: {
        input: present(mainInputs),
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
        },
      },
    },
  },
  ...(existsSync(preloadInput) ? { preload } : {}),
  renderer: {
    root: resolve(root, 'src/renderer'),
    base: './',
    publicDir: false,
    plugins: [vue(), listPackages()],
    worker: { format: 'es' },
    build: {
      target: 'es2023',
      // `font-src 'self'` allows no data: fonts, so nothing is inlined.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: { input: resolve(root, 'src/renderer/index.html') },
    },
  },
})
