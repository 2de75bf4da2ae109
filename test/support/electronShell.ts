/**
 * Runs the built Electron main and preload in a child Node with the stand-in for `electron`, and a
 * Chromium page behind its window that the test can look at.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import { browserArgs } from './browser'
import { builtEntry } from './built'
import { eventually } from './eventually'

const REGISTER = join(import.meta.dirname, 'electronStandIn/register.mjs')

export interface RunningShell {
  readonly page: Page
  readonly pid: number
  /** What a person chooses in every dialog of the system; there is none at first. */
  readonly chosen: string
  /** Console errors and policy violations of the page, as they came. */
  readonly problems: readonly string[]
  /** What the shell wrote to standard error. */
  stderr(): string
  /** Ends the shell as a person does by closing the window; answers its exit code. */
  quit(): Promise<number | null>
  /** Whatever state it is in, nothing is left afterwards. */
  dispose(): Promise<void>
}

export async function runElectronShell(executablePath: string): Promise<RunningShell> {
  const folder = mkdtempSync(join(tmpdir(), 'paxos-lab-shell-'))
  const browserData = join(folder, 'browser')
  const chosen = join(folder, 'from elsewhere.paxlab.yaml')
  const context = await chromium.launchPersistentContext(browserData, {
    executablePath,
    args: [...browserArgs(), '--remote-debugging-port=0'],
    viewport: { width: 1440, height: 900 },
  })
  const port = readFileSync(join(browserData, 'DevToolsActivePort'), 'utf8').split('\n')[0]
  const problems: string[] = []
  const opened = context.waitForEvent('page')
  const child = spawn(process.execPath, ['--import', REGISTER, builtEntry('index')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      STAND_IN_BROWSER: `http://127.0.0.1:${port}`,
      STAND_IN_USER_DATA: join(folder, 'user'),
      STAND_IN_CHOSEN: chosen,
    },
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')))
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  const dispose = async (): Promise<void> => {
    // Ended in order, so that its nodes end with it; killed if that does not work.
    child.kill('SIGTERM')
    await eventually(
      'the shell ends',
      () => child.exitCode !== null || child.signalCode,
      15_000,
    ).catch(() => child.kill('SIGKILL'))
    await context.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    const failed = exited.then((code) => {
      throw new Error(`the shell ended early with code ${code}: ${errors}`)
    })
    const page = await Promise.race([opened, failed])
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    page.on('pageerror', (error) => problems.push(String(error)))
    return {
      page,
      pid: child.pid ?? 0,
      chosen,
      problems,
      stderr: () => errors,
      quit() {
        child.kill('SIGTERM')
        return exited
      },
      dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}
