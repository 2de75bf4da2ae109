/**
 * The app in a real Electron, where its binary is found and can open a window. Never imports
 * `electron`: that alone would start a download.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron } from 'playwright-core'
import type { ElectronApplication, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { electronEnv, locateElectron, missingDisplay } from '../../src/main/electronBinary.mjs'
import { eventually } from '../support/eventually'
import { childPids, isAlive } from '../support/processTree'
import { root } from '../support/tree'

const located = locateElectron()

/** Why this suite cannot run here; null if it can. */
function obstacle(): string | null {
  if (located.path === null) return located.reason
  if (process.getuid?.() === 0) return 'Electron keeps its sandbox on and does not run as root'
  return missingDisplay()
}

const why = obstacle()

describe.skipIf(why !== null)(`Electron${why === null ? '' : ` (skipped: ${why})`}`, () => {
  let userData: string
  let app: ElectronApplication
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    const path = located.path ?? ''
    const env = Object.entries(electronEnv(path)).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    )
    userData = mkdtempSync(join(tmpdir(), 'paxos-lab-electron-'))
    app = await _electron.launch({
      executablePath: path,
      args: [root, `--user-data-dir=${userData}`],
      env: Object.fromEntries(env),
    })
    page = await app.firstWindow()
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    page.on('pageerror', (error) => problems.push(String(error)))
  })
  afterAll(async () => {
    await app?.close()
    if (userData) rmSync(userData, { recursive: true, force: true, maxRetries: 3 })
  })

  it('loads app://lab/ in a sandboxed page that sees three things', async () => {
    await page.getByTestId('start-five').waitFor()
    expect(page.url()).toBe('app://lab/')
    expect(await page.evaluate(() => Object.keys(window.paxosLab ?? {}).toSorted())).toEqual([
      'caps',
      'connect',
      'platform',
    ])
    const hasRequire = await page.evaluate(() => 'require' in globalThis || 'process' in globalThis)
    expect(hasRequire).toBe(false)
  })

  it('starts five nodes, and ends them when it ends', async () => {
    await page.getByTestId('start-five').click()
    const up = page.getByTestId('nodes-up')
    await eventually('five nodes', async () => (await up.textContent())?.includes('5/5'))
    const main = app.process()
    const children = childPids(main.pid ?? 0)
    expect(problems).toEqual([])
    // As Ctrl-C in the terminal: without a question.
    main.kill('SIGTERM')
    await eventually('the end', () => main.exitCode !== null || main.signalCode)
    await eventually('no process is left', () => !children.some(isAlive))
  })
})
