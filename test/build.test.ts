/** When a build is made, and that nobody ever meets half of one. The bundler is a stand-in. */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { root } from './support/tree'

/** Counts its runs, and fails when a source says so. */
const BUNDLER = `
const fs = require('node:fs')
const out = process.argv[process.argv.indexOf('--outDir') + 1]
fs.appendFileSync('runs', 'x')
const source = fs.readFileSync('src/main/cli.ts', 'utf8')
if (source.includes('broken')) { console.error('cli.ts is broken'); process.exit(1) }
fs.mkdirSync(out + '/renderer', { recursive: true })
fs.mkdirSync(out + '/main', { recursive: true })
fs.writeFileSync(out + '/main/cli.js', 'console.log(' + JSON.stringify(source) + ')')
`

let tree: string

function write(path: string, text: string): void {
  const target = join(tree, path)
  mkdirSync(join(target, '..'), { recursive: true })
  writeFileSync(target, text)
}

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'paxos-lab-build-'))
  for (const name of ['build', 'licences', 'labCli']) {
    mkdirSync(join(tree, 'src/main'), { recursive: true })
    cpSync(join(root, `src/main/${name}.mjs`), join(tree, `src/main/${name}.mjs`))
  }
  write('package.json', JSON.stringify({ type: 'module' }))
  write('electron.vite.config.ts', '')
  write('src/main/cli.ts', 'first')
  write('node_modules/electron-vite/bin/electron-vite.js', BUNDLER)
  write('node_modules/electron/package.json', '{"name":"electron","version":"1","license":"MIT"}')
})

afterEach(() => rmSync(tree, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The command line, which builds if stale and then runs what was built. */
function lab(): Promise<Ended> {
  const child = spawn(process.execPath, [join(tree, 'src/main/labCli.mjs')], { cwd: tree })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return new Promise((done) => child.on('close', (code) => done({ code, stdout, stderr })))
}

const runs = () => readFileSync(join(tree, 'runs'), 'utf8').length

it('builds when sources changed, and only then; progress stays off standard output', async () => {
  expect(await lab()).toMatchObject({ code: 0, stdout: 'first\n' })
  expect(await lab()).toEqual({ code: 0, stdout: 'first\n', stderr: '' })
  expect(runs()).toBe(1)
  write('src/main/cli.ts', 'second')
  const again = await lab()
  expect(again.stdout).toBe('second\n')
  expect(again.stderr).toMatch(/^Building \(sources changed.*\n.*Built in/)
})

it('judges by content: a touched file is not a changed one', async () => {
  await lab()
  const later = new Date(Date.now() + 60_000)
  utimesSync(join(tree, 'src/main/cli.ts'), later, later)
  await lab()
  expect(runs()).toBe(1)
})

it('notices that a source went away', async () => {
  write('src/main/extra.ts', '')
  await lab()
  rmSync(join(tree, 'src/main/extra.ts'))
  await lab()
  expect(runs()).toBe(2)
})

it('builds once for several that start at the same time', async () => {
  const ended = await Promise.all([lab(), lab(), lab()])
  expect(ended.map(({ stdout }) => stdout)).toEqual(['first\n', 'first\n', 'first\n'])
  expect(runs()).toBe(1)
})

it('a failed build says why, keeps the last good one, and leaves nothing behind', async () => {
  await lab()
  write('src/main/cli.ts', 'broken')
  expect(await lab()).toMatchObject({ code: 2, stdout: '' })
  expect((await lab()).stderr).toContain('cli.ts is broken')
  expect(readFileSync(join(tree, 'out/main/cli.js'), 'utf8')).toContain('first')
  expect(readdirSync(join(tree, '.cache'))).toEqual([])
})

it('passes over the lock of a builder that was killed', async () => {
  const gone = spawn(process.execPath, ['-e', ''])
  await new Promise((done) => gone.on('close', done))
  write('.cache/build.lock', String(gone.pid))
  expect(await lab()).toMatchObject({ code: 0, stdout: 'first\n' })
  expect(existsSync(join(tree, '.cache/build.lock'))).toBe(false)
})

it('an installed package, which has no sources, is never built', async () => {
  await lab()
  rmSync(join(tree, 'electron.vite.config.ts'))
  write('src/main/cli.ts', 'second')
  expect(await lab()).toEqual({ code: 0, stdout: 'first\n', stderr: '' })
})
