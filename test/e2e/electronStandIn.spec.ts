/**
 * The built Electron main and preload with the real renderer in Chromium and real nodes behind it.
 * A STAND-IN takes the place of the `electron` module; no Electron takes part.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NO_BROWSER, findBrowser } from '../support/browser'
import { runElectronShell } from '../support/electronShell'
import type { RunningShell } from '../support/electronShell'
import { eventually } from '../support/eventually'
import { childPids, isAlive } from '../support/processTree'

const browser = findBrowser()

describe.skipIf(browser === null)(
  `Electron shell over a stand-in${browser === null ? ` (skipped: ${NO_BROWSER})` : ''}`,
  () => {
    let shell: RunningShell

    beforeAll(async () => {
      shell = await runElectronShell(browser ?? '')
    })
    afterAll(() => shell?.dispose())

    it('shows the start page, through app://lab and the preload’s port', async () => {
      const { page } = shell
      await page.getByTestId('start-five').waitFor()
      const given = await page.evaluate(() => ({
        keys: Object.keys(window.paxosLab ?? {}).toSorted(),
        host: window.paxosLab?.caps.host,
        require: typeof (globalThis as { require?: unknown }).require,
        process: typeof (globalThis as { process?: unknown }).process,
      }))
      expect(given).toEqual({
        keys: ['caps', 'connect', 'platform'],
        host: 'electron',
        require: 'undefined',
        process: 'undefined',
      })
      // The system draws the menu bar.
      expect(await page.getByTestId('menu-lab').count()).toBe(0)
    })

    it('a second connect is refused', async () => {
      const words = await shell.page.evaluate(() =>
        window.paxosLab?.connect().then(
          () => 'connected twice',
          (error: Error) => error.message,
        ),
      )
      expect(words).toMatch(/asked for its port already/)
    })

    it('starts five real nodes, elects a leader, and shows a kill', async () => {
      const { page } = shell
      await page.getByTestId('start-five').click()
      const up = page.getByTestId('nodes-up')
      await eventually('five nodes', async () => (await up.textContent())?.includes('5/5'))
      const leader = page.getByTestId('leader')
      await eventually('a leader', async () => /N\d/.test((await leader.textContent()) ?? ''))
      await page.getByTestId('node-4').click()
      await page.keyboard.press('k')
      await eventually('four nodes', async () => (await up.textContent())?.includes('4/5'))
    })

    it('keeps the cluster when the page is loaded again', async () => {
      const { page } = shell
      await page.reload()
      const up = page.getByTestId('nodes-up')
      await eventually('the same cluster', async () => (await up.textContent())?.includes('4/5'))
    })

    it('broke no policy and wrote no error', () => {
      expect(shell.problems).toEqual([])
      expect(shell.stderr()).toBe('')
    })

    it('the policy is in force: a style attribute is blocked', async () => {
      const blocked = await shell.page.evaluate(
        () =>
          new Promise<string>((resolve) => {
            document.addEventListener('securitypolicyviolation', (event) =>
              resolve(event.effectiveDirective),
            )
            document.body.setAttribute('style', 'color: red')
          }),
      )
      expect(blocked).toMatch(/^style-src/)
    })

    it.skipIf(process.platform === 'win32')('ends its nodes when it ends', async () => {
      const children = childPids(shell.pid)
      // Four nodes and the switchboard.
      expect(children.length).toBeGreaterThanOrEqual(5)
      expect(await shell.quit()).toBe(0)
      expect(children.filter(isAlive)).toEqual([])
    })
  },
)
