/** The real browser host with the real window in Chromium, for end-to-end tests. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { browserArgs } from './browser'
import { builtEntry } from './built'
import { eventually } from './eventually'
import { reportViolations, watchPage } from './pageChecks'

const LINK = /http:\/\/127\.0\.0\.1:\d+\/#t=[\w-]+/

export interface WebWindow {
  readonly page: Page
  /** Console errors, violations of the policy, requests off loopback. */
  readonly problems: readonly string[]
  readonly folder: string
  /** The host dies without a word; the window stays open. */
  killHost(): Promise<void>
  /** SIGSTOP and SIGCONT: it is there, and does nothing. */
  signalHost(signal: 'SIGSTOP' | 'SIGCONT'): void
  close(): Promise<void>
}

export async function openWebWindow(
  browserPath: string,
  options: BrowserContextOptions = {},
): Promise<WebWindow> {
  // Beside the folder of runs lie recents and own experiments: no other test may see them.
  const home = mkdtempSync(join(tmpdir(), 'paxos-lab-window-'))
  const folder = join(home, 'runs')
  mkdirSync(folder)
  const host = spawn(process.execPath, [builtEntry('web'), '--runs', folder], { cwd: folder })
  let stdout = ''
  host.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')))
  let browser: Browser | null = null
  const hostEnded = (): Promise<true> =>
    eventually('the host ends', () => host.exitCode !== null || host.signalCode !== null)
  const killHost = async (): Promise<void> => {
    host.kill('SIGKILL')
    await hostEnded()
  }
  const close = async (): Promise<void> => {
    await browser?.close()
    host.kill('SIGTERM')
    await hostEnded()
    rmSync(home, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    const url = await eventually('the host prints its link', () => LINK.exec(stdout)?.[0])
    browser = await chromium.launch({ executablePath: browserPath, args: browserArgs() })
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      ...options,
    })
    const page = await context.newPage()
    const problems = watchPage(page)
    await reportViolations(page)
    await page.goto(url)
    // Until the host has answered, what starts something is disabled, and so is its key.
    await page.locator('[data-testid=start-five]:enabled').waitFor()
    const signalHost = (signal: 'SIGSTOP' | 'SIGCONT'): void => void host.kill(signal)
    return { page, problems, folder, killHost, signalHost, close }
  } catch (error) {
    await close()
    throw error
  }
}
