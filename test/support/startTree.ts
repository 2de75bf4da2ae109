/**
 * An installed copy of the launcher in a folder of its own, with stand-ins for what it starts: a
 * browser host that prints its URL, and an Electron that reports how it was started.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually'
import { root } from './tree'

export const STAND_IN_VERSION = '45.0.0'

const WEB = `
import { createServer } from 'node:http'
const server = createServer().listen(0, '127.0.0.1', () => {
  console.log('http://127.0.0.1:' + server.address().port + '/#t=token')
})
process.on('SIGINT', () => { server.close(); console.log('web closed') })
`

/** Starts a child of its own, as Electron does, and says how it was started. */
const ELECTRON = `#!${process.execPath}
const { spawn } = require('node:child_process')
const helper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
const { ELECTRON_RUN_AS_NODE: asNode = null, ELECTRON_EXEC_PATH: exec = null } = process.env
const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? null
process.on('SIGINT', () => { console.log('electron closed'); process.exit(7) })
const args = process.argv.slice(2)
console.log(JSON.stringify({ args, asNode, exec, dist, pid: process.pid, helper: helper.pid }))
setInterval(() => {}, 1000)
`

const INSTALLER = `
const fs = require('node:fs')
const path = require('node:path')
const dist = path.join(__dirname, 'dist')
fs.mkdirSync(dist, { recursive: true })
fs.copyFileSync(path.join(__dirname, 'stored'), path.join(dist, 'electron'))
fs.writeFileSync(path.join(dist, 'version'), '${STAND_IN_VERSION}')
fs.writeFileSync(path.join(__dirname, 'path.txt'), 'electron')
`

export interface ElectronHello {
  readonly args: string[]
  readonly asNode: string | null
  readonly exec: string | null
  readonly dist: string | null
  readonly pid: number
  readonly helper: number
}

export class StartTree {
  readonly folder = mkdtempSync(join(tmpdir(), 'paxos-lab-start-'))
  readonly electron = join(this.folder, 'node_modules/electron')
  readonly binary = join(this.electron, 'dist/electron')
  stdout = ''
  stderr = ''
  private process: ChildProcess | null = null

  constructor() {
    const main = join(this.folder, 'src/main')
    mkdirSync(main, { recursive: true })
    for (const name of ['start', 'build', 'licences', 'electronBinary']) {
      cpSync(join(root, `src/main/${name}.mjs`), join(main, `${name}.mjs`))
    }
    this.write('package.json', JSON.stringify({ type: 'module' }))
    this.write('out/main/web.js', WEB)
    this.write(
      'node_modules/electron/package.json',
      JSON.stringify({ name: 'electron', version: STAND_IN_VERSION }),
    )
    this.write('node_modules/electron/stored', ELECTRON)
    chmodSync(join(this.electron, 'stored'), 0o755)
    chmodSync(this.folder, 0o755)
  }

  write(path: string, text: string): void {
    const target = join(this.folder, path)
    mkdirSync(join(target, '..'), { recursive: true })
    writeFileSync(target, text)
  }

  /** Electron as if it had been fetched before. */
  putElectron(version = STAND_IN_VERSION): void {
    mkdirSync(join(this.electron, 'dist'), { recursive: true })
    cpSync(join(this.electron, 'stored'), this.binary)
    this.write('node_modules/electron/dist/version', version)
    this.write('node_modules/electron/path.txt', 'electron')
  }

  putInstaller(text = INSTALLER): void {
    this.write('node_modules/electron/install.js', text)
  }

  /** `env` replaces everything that could tell the launcher of a display or an Electron. */
  start(flags: readonly string[], env: NodeJS.ProcessEnv = {}, uid?: number): void {
    const { DISPLAY: _x, WAYLAND_DISPLAY: _wayland, ...rest } = process.env
    const others = Object.entries(rest).filter(([name]) => !name.startsWith('ELECTRON_'))
    const child = spawn(process.execPath, [join(this.folder, 'src/main/start.mjs'), ...flags], {
      env: { ...Object.fromEntries(others), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    })
    child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()))
    this.process = child
  }

  signal(name: NodeJS.Signals): void {
    this.process?.kill(name)
  }

  /** The exit code, or the signal that ended the launcher. */
  ended(): Promise<number | NodeJS.Signals> {
    return eventually('the launcher ends', () => {
      const { exitCode = null, signalCode = null } = this.process ?? {}
      return exitCode === null ? signalCode : { code: exitCode }
    }).then((end) => (typeof end === 'string' ? end : end.code))
  }

  url(): Promise<string> {
    return eventually('a URL is printed', () => /http:\S+/.exec(this.stdout)?.[0])
  }

  electronHello(): Promise<ElectronHello> {
    return eventually('Electron says how it was started', () => {
      const line = this.stdout.split('\n').find((text) => text.startsWith('{'))
      return line === undefined ? null : (JSON.parse(line) as ElectronHello)
    })
  }

  close(): void {
    this.process?.kill('SIGKILL')
    const hello = this.stdout.split('\n').find((text) => text.startsWith('{'))
    if (hello !== undefined) {
      const { pid, helper } = JSON.parse(hello) as ElectronHello
      for (const left of [pid, helper]) if (isRunning(left)) process.kill(left, 'SIGKILL')
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A process that ended and that nobody has waited for counts as gone. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const stat = `/proc/${pid}/stat`
  if (!existsSync(stat)) return process.platform !== 'linux'
  try {
    return !/\) Z /.test(readFileSync(stat, 'utf8'))
  } catch {
    return false
  }
}
