import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

/** Groups run one after another, so that real clusters never compete with the fast suites. */
const FAST = 0
const PROCESSES = 1

/** Two workers suit the smallest machine we support; a third one makes real processes time out. */
const WORKERS_MAX = 2

const limits = (seconds: number) => ({ testTimeout: seconds * 1000, hookTimeout: seconds * 1000 })

function project(name: string, include: string[], seconds: number, groupOrder: number) {
  return {
    extends: true as const,
    test: {
      name,
      include,
      ...limits(seconds),
      maxWorkers: WORKERS_MAX,
      sequence: { groupOrder },
    },
  }
}

const fast = (name: string, include: string[], seconds = 20) =>
  project(name, include, seconds, FAST)

/** Real processes, sockets or a browser: they wait more than they work, so two files go at once. */
const processes = (name: string, include: string[], seconds: number) =>
  project(name, include, seconds, PROCESSES)

const renderer = fast('renderer', ['test/renderer/**/*.test.ts'])

export default defineConfig({
  plugins: [vue()],
  test: {
    allowOnly: false,
    passWithNoTests: false,
    restoreMocks: true,
    unstubGlobals: true,
    unstubEnvs: true,
    projects: [
      fast('core', ['test/{core,check,sim}/**/*.test.ts'], 60),
      fast('node', ['test/node/**/*.test.ts']),
      fast('host', ['test/host/**/*.test.ts']),
      { ...renderer, test: { ...renderer.test, environment: 'happy-dom' } },
      fast('repo', ['test/*.test.ts'], 60),
      processes('lab', ['test/lab/**/*.test.ts'], 90),
      processes('e2e', ['test/e2e/**/*.spec.ts'], 120),
    ],
  },
})
