/** A lab that is killed leaves nothing behind, and its data can be used by the next one. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PID_FILE, processId } from '../../src/main/lab/processIds'
import { sweepStaleRuns } from '../../src/main/lab/sweep'
import { builtEntry } from '../support/built'
import { LabRig, processExists, temporaryDir } from '../support/cluster'
import { eventually } from '../support/eventually'

/** A child checks its parent four times a second; a busy machine lets it look later. */
const GONE_WITHIN_MS = 15_000

const programDir = temporaryDir()
const program = join(programDir, 'labProcess.mjs')
let dir: string
let labProcess: ChildProcess | null = null
let children: number[] = []

beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: {
      ssr: join(import.meta.dirname, '../support/labProcess.ts'),
      outDir: programDir,
      emptyOutDir: false,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: 'labProcess.mjs' } },
    },
  })
})
afterAll(() => rmSync(programDir, { recursive: true, force: true }))
beforeEach(() => {
  children = []
  dir = temporaryDir()
})
afterEach(() => {
  labProcess?.kill('SIGKILL')
  // Only where a test failed is there anything left.
  for (const pid of children.filter(processExists)) process.kill(pid, 'SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

/** Starts a lab of three nodes over `dir`; its children are known then. */
async function startLab(paused: string): Promise<void> {
  const args = [program, builtEntry('node'), builtEntry('switchboard'), dir, paused]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  labProcess = child
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  const line = await eventually('the lab runs', () => /^\[.*\]$/m.exec(text)?.[0])
  children = JSON.parse(line) as number[]
}

async function killLab(): Promise<void> {
  const exit = once(labProcess!, 'exit')
  labProcess?.kill('SIGKILL')
  await exit
}

describe.skipIf(process.platform === 'win32')('EL4: a lab that is killed', () => {
  it.each([
    ['with all nodes running', ''],
    ['with two nodes paused, which cannot see it', '1,3'],
  ])('%s leaves no child', async (_when, paused) => {
    await startLab(paused)
    expect(children).toHaveLength(4)
    expect(children.every(processExists)).toBe(true)
    await killLab()
    await eventually('all are gone', () => !children.some(processExists), GONE_WITHIN_MS)
  })

  it('lets the next lab go on with its data at once', async () => {
    await startLab('2')
    await killLab()
    const rig = new LabRig()
    try {
      await rig.start({ nodes: 3, dataDir: join(dir, 'data') })
      for (const node of [1, 2, 3]) {
        await eventually(`key${node} is there`, async () => {
          return (await rig.get(node, `key${node}`)) === '"kept"'
        })
      }
    } finally {
      await rig.close()
    }
  })

  it('keeps its data directory for itself while it lives', async () => {
    await startLab('')
    const rig = new LabRig()
    try {
      const start = rig.start({ nodes: 3, dataDir: join(dir, 'data') })
      await expect(start).rejects.toThrow(/in use by another lab/)
    } finally {
      await rig.close()
    }
  })
})

describe.skipIf(process.platform === 'win32')('EL4: the sweep', () => {
  it('kills what a dead lab left, and nothing that only has the same id', async () => {
    const sleeper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    const exit = once(sleeper, 'exit')
    try {
      const pid = sleeper.pid ?? 0
      const child = await eventually('its start is known', () => {
        const id = processId(pid)
        return id.start === null ? null : id
      })
      const gone = { pid: 999_999_999, start: '1' }
      putPids('stale', gone, [{ ...child, start: `${child.start}0` }])
      putPids('living', processId(process.pid), [child])
      expect(await sweepStaleRuns(dir)).toEqual({ stale: 1, killed: 0 })
      expect(processExists(pid)).toBe(true)
      putPids('stale', gone, [child])
      expect(await sweepStaleRuns(dir)).toEqual({ stale: 1, killed: 1 })
      await exit
      expect(await sweepStaleRuns(dir)).toEqual({ stale: 0, killed: 0 })
    } finally {
      sleeper.kill('SIGKILL')
    }
  })
})

function putPids(run: string, lab: object, children: readonly object[]): void {
  mkdirSync(join(dir, run), { recursive: true })
  writeFileSync(join(dir, run, PID_FILE), JSON.stringify({ lab, children }))
}
