/**
 * The built Electron main and preload with the real renderer in Chromium and real nodes behind it.
 * A STAND-IN takes the place of the `electron` module; no Electron takes part.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NO_BROWSER, findBrowser } from '../support/browser'
import { runElectronShell } from '../support/electronShell'
import type { RunningShell } from '../support/electronShell'
import { eventually } from '../support/eventually'
import { childPids, isAlive } from '../support/processTree'
import { root } from '../support/tree'

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

    it('E11: opens a file by a dialog, and writes it back where it was', async () => {
      const { page, chosen } = shell
      const text = readFileSync(join(root, 'resources/scenarios/bridge.paxlab.yaml'), 'utf8')
      writeFileSync(chosen, text)
      await page.keyboard.press('Control+o')
      await page.getByTestId('choose-file').click()
      const editor = page.getByTestId('ex-text')
      await eventually('the text', async () => (await editor.inputValue()) === text)
      await page.getByRole('heading', { name: 'from elsewhere.paxlab.yaml' }).waitFor()
      await editor.press('Control+End')
      await editor.pressSequentially('# seen')
      await editor.press('Control+s')
      await eventually('the file', () => readFileSync(chosen, 'utf8').endsWith('# seen'))
      await eventually('saved', async () => (await page.getByTestId('ex-dirty').count()) === 0)
      // The list of what was opened last has it, by its name alone.
      const views = page.getByRole('navigation', { name: 'Views' })
      await views.getByRole('button', { name: /Start/ }).click()
      const recents = page.getByTestId('recents')
      await recents.getByRole('button', { name: /from elsewhere/ }).waitFor()
      rmSync(chosen)
      await page.reload()
      await page.getByTestId('nodes-up').waitFor()
      await views.getByRole('button', { name: /Start/ }).click()
      await page.getByTestId('recent-missing').getByRole('button', { name: 'Remove' }).click()
      await eventually('removed', async () => (await recents.getByText(/elsewhere/).count()) === 0)
    })

    it('EL10: About names the Node that runs the lab', async () => {
      const { page } = shell
      await page.keyboard.press('Control+k')
      await page.keyboard.type('About')
      await page.keyboard.press('Enter')
      const node = page.getByTestId('about-node')
      await eventually('its version', async () =>
        (await node.textContent())?.includes(process.versions.node),
      )
      await page.keyboard.press('Escape')
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
