/** `npm start` (design.md section 2): which program it opens, what it says, and how it ends. */
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually'
import { StartTree, isRunning } from '../support/startTree'

const DISPLAY = { DISPLAY: ':99' }
const NOBODY = 65_534
const isLinux = process.platform === 'linux'
const isRoot = process.getuid?.() === 0

/** False where Node lies in a folder that only root may enter. */
function nobodyRunsNode(): boolean {
  return spawnSync(process.execPath, ['--version'], { uid: NOBODY, gid: NOBODY }).status === 0
}

let tree: StartTree

beforeEach(() => {
  tree = new StartTree()
})
afterEach(() => tree.close())

describe.runIf(isLinux)('npm start on Linux', () => {
  it('without a display opens the browser host, with the reason in one line', async () => {
    tree.putElectron()
    tree.start([])
    expect(await tree.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#t=/)
    expect(tree.stderr).toMatch(/^Opening the lab in a browser[^\n]*no display[^\n]*\n$/)
  })

  it('ends on Ctrl-C, with what it started', async () => {
    tree.start(['--web'])
    const url = await tree.url()
    tree.signal('SIGINT')
    expect(await tree.ended()).toBe(0)
    expect(tree.stdout).toContain('web closed')
    await expect(fetch(url)).rejects.toThrow()
    expect(tree.stderr).toBe('')
  })

  it('starts the Electron that is there, as Electron, and hands arguments on', async () => {
    tree.putElectron()
    tree.start(['--electron', 'a.paxlab.yaml'], { ...DISPLAY, ELECTRON_RUN_AS_NODE: '1' })
    expect(await tree.electronHello()).toMatchObject({
      args: [tree.folder, 'a.paxlab.yaml'],
      asNode: null,
      exec: tree.binary,
      dist: dirname(tree.binary),
    })
  })

  it('hands Ctrl-C on to Electron, takes its exit code, leaves no process behind', async () => {
    tree.putElectron()
    tree.start(['--electron'], DISPLAY)
    const { helper } = await tree.electronHello()
    expect(isRunning(helper)).toBe(true)
    tree.signal('SIGINT')
    expect(await tree.ended()).toBe(7)
    expect(tree.stdout.match(/electron closed/g)).toHaveLength(1)
    await eventually('the helper is gone', () => !isRunning(helper))
  })

  it('finds an Electron that a variable names', async () => {
    tree.putElectron('0.0.1')
    tree.start(['--electron'], { ...DISPLAY, ELECTRON_OVERRIDE_DIST_PATH: dirname(tree.binary) })
    expect((await tree.electronHello()).exec).toBe(tree.binary)
  })

  it('fetches a missing Electron with its own installer, and says so', async () => {
    tree.putInstaller()
    tree.start(['--electron'], DISPLAY)
    expect((await tree.electronHello()).exec).toBe(tree.binary)
    expect(tree.stderr).toMatch(/Fetching Electron 45\.0\.0.*at most \d+ s/)
  })

  it('--no-fetch does not; another version is not taken for the right one', async () => {
    tree.putElectron('44.0.0')
    tree.putInstaller()
    tree.start(['--electron', '--no-fetch'], DISPLAY)
    expect(await tree.ended()).toBe(1)
    expect(tree.stderr).toBe(
      'Electron cannot start: Electron 44.0.0 is there, but 45.0.0 is wanted.\n',
    )
  })

  it('passes on why the installer failed', async () => {
    tree.putInstaller("console.error('RequestError: no route to host'); process.exit(1)")
    tree.start(['--electron'], DISPLAY)
    expect(await tree.ended()).toBe(1)
    expect(tree.stderr).toContain('could not be fetched: RequestError: no route to host.')
  })

  it('refuses flags that exclude each other', async () => {
    tree.start(['--web', '--electron'])
    expect(await tree.ended()).toBe(2)
  })

  it('as root opens the browser host: the sandbox stays on', async ({ skip }) => {
    skip(!isRoot, 'runs as root only')
    tree.putElectron()
    tree.start([], DISPLAY)
    await tree.url()
    expect(tree.stderr).toContain('does not run as root')
  })

  it('opens the browser host when Electron ends during start', async ({ skip }) => {
    skip(isRoot && !nobodyRunsNode(), 'no other user can run this Node')
    tree.putElectron()
    tree.write('node_modules/electron/dist/electron', `#!${process.execPath}\nprocess.exit(5)\n`)
    tree.start([], DISPLAY, isRoot ? NOBODY : undefined)
    await tree.url()
    expect(tree.stderr).toContain('Electron ended during start (code 5)')
  })
})
