import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

/** Groups run one after another, so that real clusters never compete with the fast suites. */
const FAST = 0
const PROCESSES = 1
const BROWSER = 2

/** Two workers suit the smallest machine we support; a third one makes real processes time out. */
const WORKERS_MAX = 2

const limits = (seconds: number) => ({ testTimeout: seconds * 1000, hookTimeout: seconds * 1000 })

function fast(name: string, include: string[], seconds = 20) {
  return {
    extends: true as const,
    test: {
      name,
      include,
      ...limits(seconds),
      maxWorkers: WORKERS_MAX,
      sequence: { groupOrder: FAST },
    },
  }
}

/** One file at a time: each owns real processes, sockets or a browser. */
function alone(name: string, include: string[], seconds: number, groupOrder: number) {
  return {
    extends: true as const,
    test: { name, include, ...limits(seconds), fileParallelism: false, sequence: { groupOrder } },
  }
}

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
      alone('lab', ['test/lab/**/*.test.ts'], 90, PROCESSES),
      alone('e2e', ['test/e2e/**/*.spec.ts'], 120, BROWSER),
    ],
  },
})
