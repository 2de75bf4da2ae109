/** What benches of the window share: the link of a browser host, and the Chromium that opens it. */
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { runnerImport } from 'vite'

const ROOT = join(import.meta.dirname, '..')
const LINK = /http:\/\/127\.0\.0\.1:\d+\/#t=[\w-]+/
const LINK_WAIT_MS = 30_000

/** @param {import('./stage.mjs').Program} host */
export async function linkOf(host) {
  for (;;) {
    const link = LINK.exec(await host.line(LINK_WAIT_MS))?.[0]
    if (link !== undefined) return link
  }
}

export async function openBrowser() {
  /** @type {{ module: typeof import('../test/support/browser') }} */
  const { module } = await runnerImport(join(ROOT, 'test/support/browser.ts'), {
    root: ROOT,
    configFile: false,
  })
  const executablePath = module.findBrowser()
  if (executablePath === null) throw new Error(module.NO_BROWSER)
  // Signals are the stage's: it ends all that the bench started, and then this process.
  const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }
  return await chromium.launch({ executablePath, args: module.browserArgs(), ...signals })
}
