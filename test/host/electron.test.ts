/**
 * Security rows E1-E13 of the shell, against a stand-in for the `electron` module that records
 * options, handlers and calls. No Electron takes part.
 */
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { APP_ORIGIN } from '../../src/main/electron/origin'
import { DeskRig } from '../support/deskRig'
import { session } from '../support/electronStandIn/electron'
import { ask, attach, useShell } from '../support/electronStandIn/rig'
import { callsOf, emitPreventable, orderOf, standIn } from '../support/electronStandIn/standIn'
import { opened } from '../support/electronStandIn/windows'
import { eventually } from '../support/eventually'
import { makeRun, started } from '../support/reportRuns'

vi.mock('electron', () => import('../support/electronStandIn/electron'))

const rig = useShell()

describe('E1: sandboxed pages', () => {
  it('turns the sandbox on first, and every window has the same preferences', async () => {
    const window = await rig.open()
    expect(orderOf('app.enableSandbox')).toBe(0)
    expect(orderOf('app.ready')).toBeGreaterThan(0)
    expect(window.options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      preload: '/preload/index.cjs',
    })
  })

  it('EL8: leaves background throttling on', async () => {
    const { webPreferences } = (await rig.open()).options
    expect(webPreferences).not.toHaveProperty('backgroundThrottling')
  })

  it('E13: developer tools only while developing or by name', async () => {
    expect((await rig.open()).options.webPreferences['devTools']).toBe(true)
    standIn.isPackaged = true
    opened.windows.length = 0
    expect((await rig.open()).options.webPreferences['devTools']).toBe(false)
    expect(callsOf('commandLine.removeSwitch')).toEqual([['remote-debugging-port']])
    expect(orderOf('commandLine.removeSwitch')).toBeGreaterThan(0)
  })
})

describe('E4 and E5: app://lab', () => {
  const get = async (url: string, method = 'GET'): Promise<Response> => {
    const handler = standIn.schemeHandlers.get('app')
    // `Request` knows no scheme of our own, so it is described by its parts.
    return handler?.({ url, method } as Request) ?? Response.error()
  }

  it('registers the scheme before the app is ready, with these privileges alone', async () => {
    await rig.open()
    expect(callsOf('protocol.register')).toEqual([
      [[{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }]],
    ])
    expect(orderOf('protocol.register')).toBeLessThan(orderOf('app.ready'))
    expect(callsOf('window.loadURL')).toEqual([['app://lab/']])
  })

  it('serves the page with a fresh nonce and exactly this policy', async () => {
    await rig.open()
    const answer = await get('app://lab/')
    const body = await answer.text()
    const nonce = /nonce="([^"]+)"/.exec(body)?.[1] ?? ''
    expect(nonce).not.toBe('__CSP_NONCE__')
    expect(answer.headers.get('content-security-policy')).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; ` +
        `img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; ` +
        `base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'`,
    )
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(await (await get('app://lab/')).text()).not.toContain(nonce)
  })

  it.each([
    'app://lab/../package.json',
    'app://lab/..%2f..%2fpackage.json',
    'app://lab/%2e%2e/%2e%2e/etc/passwd',
    'app://lab//etc/passwd',
    'app://lab/unknown.js',
    'app://other/index.html',
    'app://lab.evil/index.html',
    'nonsense',
  ])('serves nothing for %s', async (url) => {
    await rig.open()
    expect((await get(url)).status).toBe(404)
  })

  it('answers GET and HEAD only', async () => {
    await rig.open()
    expect((await get('app://lab/', 'POST')).status).toBe(405)
    const head = await get('app://lab/', 'HEAD')
    expect([head.status, await head.text()]).toEqual([200, ''])
  })
})

describe('E7: the page stays where it is', () => {
  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])('%s', async (name) => {
    const { webContents } = await rig.open()
    const away = ['https://evil.example/', 'file:///etc/passwd', 'app://lab.evil/', 'javascript:1']
    const likeOurs = ['app://lab@evil/', 'app://user@lab/', 'app://labs/', 'nonsense']
    for (const url of [...away, ...likeOurs]) {
      expect(emitPreventable(webContents, name, url), url).toBe(true)
    }
    expect(emitPreventable(webContents, name, 'app://lab/index.html#x')).toBe(false)
  })

  it('opens no window and attaches no web view', async () => {
    const { webContents } = await rig.open()
    expect(webContents.openHandler?.({ url: 'https://example.org' })).toEqual({ action: 'deny' })
    expect(webContents.openHandler?.({ url: 'app://lab/' })).toEqual({ action: 'deny' })
    expect(emitPreventable(webContents, 'will-attach-webview')).toBe(true)
  })

  it('a packaged app ignores the address of a development server', async () => {
    vi.stubEnv('ELECTRON_RENDERER_URL', 'http://localhost:5173')
    standIn.isPackaged = true
    await rig.open()
    standIn.isPackaged = false
    await rig.open()
    expect(callsOf('window.loadURL')).toEqual([['app://lab/'], ['http://localhost:5173']])
  })
})

describe('E8: links by id', () => {
  it('opens known https pages only', async () => {
    const { shell } = attach(await rig.open())
    await shell.openLink('paxosMadeSimple')
    expect(callsOf('shell.openExternal')).toEqual([
      ['https://lamport.azurewebsites.net/pubs/paxos-simple.pdf'],
    ])
    for (const id of ['https://evil.example', 'toString', '__proto__', '']) {
      const call = shell.openLink(id as 'paxosMadeSimple')
      await expect(call, id).rejects.toMatchObject({ code: 'badArgument' })
    }
    expect(callsOf('shell.openExternal')).toHaveLength(1)
  })
})

describe('E8: reports by id', () => {
  const RUN = '2026-11-21T10-00-00-abcd'

  it('opens the file that the desk names, and nothing that a page names', async () => {
    const desk = new DeskRig()
    onTestFinished(() => desk.close())
    rig.desk = desk.desk
    const made = makeRun([started()])
    onTestFinished(() => rmSync(made, { recursive: true }))
    cpSync(made, join(desk.runsDir, RUN), { recursive: true })
    const { shell, call } = attach(await rig.open())
    await shell.openReport(RUN)
    const path = join(desk.runsDir, RUN, 'report.html')
    expect(callsOf('shell.openPath')).toEqual([[path]])
    expect(existsSync(path)).toBe(true)
    for (const id of ['/etc/passwd', '../x', `${RUN}/../${RUN}`, `file://${path}`, '', 'nothing']) {
      await expect(shell.openReport(id), id).rejects.toMatchObject({ code: 'badArgument' })
    }
    expect(callsOf('shell.openPath')).toHaveLength(1)
    standIn.openFailure = 'no browser'
    await expect(shell.openReport(RUN)).rejects.toMatchObject({ code: 'internal' })
    const handler = standIn.schemeHandlers.get('app')
    const url = `app://lab${await call.reportPage(RUN)}`
    const page = (await handler?.({ url, method: 'GET' } as Request)) ?? Response.error()
    expect([page.status, await page.text()]).toEqual([200, readFileSync(path, 'utf8')])
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src/)
  })

  it('a shell without a desk keeps none', async () => {
    const { shell } = attach(await rig.open())
    await expect(shell.openReport(RUN)).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('E9: permissions', () => {
  it('denies all but sanitized writing to the clipboard from our page', async () => {
    await rig.open()
    const { permissionCheck, permissionRequest, device } = session.defaultSession
    const asks = (permission: string, from: string): boolean => {
      let answer = false
      const done = (allowed: unknown): void => void (answer = allowed === true)
      permissionRequest?.({}, permission, done, { requestingUrl: from })
      expect(permissionCheck?.({}, permission, from)).toBe(answer)
      return answer
    }
    expect(asks('clipboard-sanitized-write', `${APP_ORIGIN}/`)).toBe(true)
    expect(asks('clipboard-sanitized-write', 'https://evil.example/')).toBe(false)
    for (const name of [
      'clipboard-read',
      'media',
      'geolocation',
      'notifications',
      'openExternal',
    ]) {
      expect(asks(name, `${APP_ORIGIN}/`), name).toBe(false)
    }
    expect(device?.({})).toBe(false)
    let pairing: unknown = null
    session.defaultSession.pairing?.({}, (answer) => (pairing = answer))
    expect(pairing).toEqual({ confirmed: false })
    expect(callsOf('session.displayMedia')).toEqual([])
    expect(orderOf('session.guarded')).toBeLessThan(orderOf('window.loadURL'))
  })
})

describe('E10: one message, from our page only', () => {
  it('there is one, and it hands over a port', async () => {
    const window = await rig.open()
    expect(callsOf('ipcMain.handle')).toEqual([['lab:connect']])
    expect(callsOf('ipcMain.on')).toEqual([])
    const client = attach(window)
    expect((await client.call.snapshot()).status.state).toBe('idle')
    expect(callsOf('frame.postMessage')).toHaveLength(1)
  })

  it.each([
    ['no frame', () => null],
    ['a frame inside the page', () => ({ url: 'app://lab/' })],
  ])('refuses %s', async (_what, frame) => {
    expect(ask(await rig.open(), frame())).toMatchObject({ code: 'badArgument' })
    expect(callsOf('frame.postMessage')).toEqual([])
  })

  it.each(['https://evil.example/', 'app://lab.evil/', 'app://user@lab/', 'about:blank', ''])(
    'refuses a page at "%s"',
    async (url) => {
      const window = await rig.open()
      window.webContents.mainFrame.url = url
      const refusal = ask(window)
      expect(refusal).toEqual({
        code: 'badArgument',
        words: 'This frame may not call the lab.',
        details: [],
      })
      expect(rig.lab.listeners.size).toBe(1)
    },
  )

  it('refuses arguments, and too many asks', async () => {
    const window = await rig.open()
    const { mainFrame } = window.webContents
    expect(ask(window, mainFrame, { path: '/etc' })).toMatchObject({ code: 'badArgument' })
    const asks = Array.from({ length: 30 }, () => ask(window))
    expect(asks.at(-1)).toMatchObject({ code: 'overloaded' })
  })

  it('a reloaded page gets a new port, the old one is closed', async () => {
    const window = await rig.open()
    const before = attach(window)
    let reason = ''
    before.onClose((why) => (reason = why))
    const after = attach(window)
    await eventually('the old port is closed', () => reason !== '')
    await after.call.killNode(1)
    expect(rig.lab.calls).toHaveLength(1)
  })
})
