/**
 * Rows E1-E13, EL1, EL3, EL5, EL7-EL9 of the shell, against a stand-in for the `electron` module
 * that records options, handlers and calls. No Electron takes part.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { APP_ORIGIN } from '../../src/main/electron/origin'
import { startShell } from '../../src/main/electron/shell'
import { COMMANDS } from '../../src/shared/commands'
import type { CommandId } from '../../src/shared/commands'
import { connectLab } from '../../src/shared/rpc'
import type { LabClient, WireError } from '../../src/shared/rpc'
import { mainPortChannel } from '../../src/main/host/mainPortChannel'
import { app, dialog, Menu, nativeTheme, session } from '../support/electronStandIn/electron'
import type { MenuItem } from '../support/electronStandIn/electron'
import type { PortMainStandIn } from '../support/electronStandIn/ports'
import { callsOf, emitPreventable, orderOf, standIn } from '../support/electronStandIn/standIn'
import type { WindowStandIn } from '../support/electronStandIn/windows'
import { eventually } from '../support/eventually'
import { pageFolder } from '../support/hostSources'
import { MemoryLab } from '../support/memoryLab'

vi.mock('electron', () => import('../support/electronStandIn/electron'))

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'unhandledRejection'] as const

let lab: MemoryLab
let rendererDir: string
let processListeners: Map<string, readonly ((...args: unknown[]) => void)[]>

beforeEach(() => {
  lab = new MemoryLab()
  rendererDir = pageFolder()
  standIn.userData = mkdtempSync(join(tmpdir(), 'paxos-lab-user-'))
  standIn.calls.length = 0
  standIn.windows.length = 0
  standIn.ipcHandlers.clear()
  standIn.schemeHandlers.clear()
  Object.assign(standIn, { hasLock: true, isPackaged: false, dark: false, pressed: 0 })
  standIn.workAreas = [{ x: 0, y: 0, width: 1920, height: 1080 }]
  nativeTheme.themeSource = 'system'
  app.removeAllListeners()
  processListeners = new Map(SIGNALS.map((name) => [name, listenersOf(name)]))
})
afterEach(() => {
  // What the shell added to this process goes; what the runner had stays.
  for (const name of SIGNALS) {
    const before = processListeners.get(name) ?? []
    for (const listener of listenersOf(name)) {
      if (!before.includes(listener)) process.off(name, listener)
    }
  }
  rmSync(rendererDir, { recursive: true })
  rmSync(standIn.userData, { recursive: true })
})

function listenersOf(name: string): readonly ((...args: unknown[]) => void)[] {
  return process.listeners(name as 'SIGINT') as ((...args: unknown[]) => void)[]
}

/** What a signal or an error does to the shell, without sending one to this process. */
function strike(name: (typeof SIGNALS)[number], ...args: unknown[]): void {
  const before = processListeners.get(name) ?? []
  for (const listener of listenersOf(name)) {
    if (!before.includes(listener)) listener(...args)
  }
}

async function openShell(): Promise<WindowStandIn> {
  const options = { rendererDir, preload: '/preload/index.cjs', icon: '/icon.png' }
  await startShell({ ...options, makeLab: async () => lab })
  const [window] = standIn.windows
  if (!window) throw new Error('no window was opened')
  return window
}

function ask(
  window: WindowStandIn,
  frame: unknown = window.webContents.mainFrame,
  ...more: unknown[]
) {
  const handler = standIn.ipcHandlers.get('lab:connect')
  const event = { senderFrame: frame, sender: window.webContents }
  return handler?.(event, ...more) as WireError | null
}

/** Connects as the page would, over the port that the shell sent. */
function attach(window: WindowStandIn): LabClient {
  expect(ask(window)).toBeNull()
  const [, , ports] = callsOf('frame.postMessage').at(-1) ?? []
  const [port] = ports as PortMainStandIn[]
  if (!port) throw new Error('no port was sent')
  return connectLab(mainPortChannel(port))
}

describe('E1: sandboxed pages', () => {
  it('turns the sandbox on before anything else, and every window has the same preferences', async () => {
    const window = await openShell()
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
    const { webPreferences } = (await openShell()).options
    expect(webPreferences).not.toHaveProperty('backgroundThrottling')
  })

  it('E13: developer tools only while developing or by name', async () => {
    expect((await openShell()).options.webPreferences['devTools']).toBe(true)
    standIn.isPackaged = true
    standIn.windows.length = 0
    expect((await openShell()).options.webPreferences['devTools']).toBe(false)
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
    await openShell()
    expect(callsOf('protocol.register')).toEqual([
      [[{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }]],
    ])
    expect(orderOf('protocol.register')).toBeLessThan(orderOf('app.ready'))
    expect(callsOf('window.loadURL')).toEqual([['app://lab/']])
  })

  it('serves the page with a fresh nonce and exactly this policy', async () => {
    await openShell()
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
    await openShell()
    expect((await get(url)).status).toBe(404)
  })

  it('answers GET and HEAD only', async () => {
    await openShell()
    expect((await get('app://lab/', 'POST')).status).toBe(405)
    const head = await get('app://lab/', 'HEAD')
    expect([head.status, await head.text()]).toEqual([200, ''])
  })
})

describe('E7: the page stays where it is', () => {
  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])('%s', async (name) => {
    const { webContents } = await openShell()
    const away = ['https://evil.example/', 'file:///etc/passwd', 'app://lab.evil/', 'javascript:1']
    const likeOurs = ['app://lab@evil/', 'app://user@lab/', 'app://labs/', 'nonsense']
    for (const url of [...away, ...likeOurs]) {
      expect(emitPreventable(webContents, name, url), url).toBe(true)
    }
    expect(emitPreventable(webContents, name, 'app://lab/index.html#x')).toBe(false)
  })

  it('opens no window and attaches no web view', async () => {
    const { webContents } = await openShell()
    expect(webContents.openHandler?.({ url: 'https://example.org' })).toEqual({ action: 'deny' })
    expect(webContents.openHandler?.({ url: 'app://lab/' })).toEqual({ action: 'deny' })
    expect(emitPreventable(webContents, 'will-attach-webview')).toBe(true)
  })

  it('a packaged app ignores the address of a development server', async () => {
    vi.stubEnv('ELECTRON_RENDERER_URL', 'http://localhost:5173')
    standIn.isPackaged = true
    await openShell()
    standIn.isPackaged = false
    await openShell()
    expect(callsOf('window.loadURL')).toEqual([['app://lab/'], ['http://localhost:5173']])
  })
})

describe('E8: links by id', () => {
  it('opens known https pages only', async () => {
    const { shell } = attach(await openShell())
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

describe('E9: permissions', () => {
  it('denies all but sanitized writing to the clipboard from our page', async () => {
    await openShell()
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
    const window = await openShell()
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
    expect(ask(await openShell(), frame())).toMatchObject({ code: 'badArgument' })
    expect(callsOf('frame.postMessage')).toEqual([])
  })

  it.each(['https://evil.example/', 'app://lab.evil/', 'app://user@lab/', 'about:blank', ''])(
    'refuses a page at "%s"',
    async (url) => {
      const window = await openShell()
      window.webContents.mainFrame.url = url
      const refusal = ask(window)
      expect(refusal).toEqual({
        code: 'badArgument',
        words: 'This frame may not call the lab.',
        details: [],
      })
      expect(lab.listeners.size).toBe(1)
    },
  )

  it('refuses arguments, and too many asks', async () => {
    const window = await openShell()
    const { mainFrame } = window.webContents
    expect(ask(window, mainFrame, { path: '/etc' })).toMatchObject({ code: 'badArgument' })
    const asks = Array.from({ length: 30 }, () => ask(window))
    expect(asks.at(-1)).toMatchObject({ code: 'overloaded' })
  })

  it('a reloaded page gets a new port, the old one is closed', async () => {
    const window = await openShell()
    const before = attach(window)
    let reason = ''
    before.onClose((why) => (reason = why))
    const after = attach(window)
    await eventually('the old port is closed', () => reason !== '')
    await after.call.killNode(1)
    expect(lab.calls).toHaveLength(1)
  })
})

describe('EL1: one instance', () => {
  it('a second one ends at once and starts nothing', async () => {
    standIn.hasLock = false
    await startShell({
      rendererDir,
      preload: '',
      icon: '',
      makeLab: () => expect.fail('a lab was made'),
    })
    expect(callsOf('app.quit')).toHaveLength(1)
    expect(standIn.windows).toEqual([])
  })

  it('the first one comes to the front', async () => {
    const window = await openShell()
    window.minimize()
    app.emit('second-instance', {}, [], '')
    expect(callsOf('window.restore')).toHaveLength(1)
    expect(callsOf('window.focus')).toHaveLength(1)
  })
})

describe('EL3: nodes end before the app', () => {
  const ended = () => eventually('the exit', () => callsOf('app.exit')[0])

  it('quitting closes the lab first', async () => {
    await openShell()
    app.quit()
    expect(await ended()).toEqual([0])
    expect(lab.isClosed).toBe(true)
    expect(callsOf('dialog.showMessageBox')).toEqual([])
  })

  it('with a running cluster it asks, and Cancel keeps everything', async () => {
    standIn.pressed = 1
    const window = await openShell()
    lab.setStatus({ state: 'running' })
    window.close()
    await eventually('the question', () => callsOf('dialog.showMessageBox').length === 1)
    expect(window.isDestroyed()).toBe(false)
    standIn.pressed = 0
    window.close()
    expect(await ended()).toEqual([0])
    expect(callsOf('dialog.showMessageBox')).toHaveLength(2)
    expect(lab.isClosed).toBe(true)
  })

  it('a signal does not ask', async () => {
    await openShell()
    lab.setStatus({ state: 'running' })
    strike('SIGTERM')
    expect(await ended()).toEqual([0])
    expect(callsOf('dialog.showMessageBox')).toEqual([])
    expect(lab.isClosed).toBe(true)
  })
})

describe('EL5: crashes', () => {
  it('a dead page is loaded again while the lab goes on, but not for ever', async () => {
    const note = vi.spyOn(console, 'error').mockReturnValue()
    const { webContents } = await openShell()
    const die = () =>
      webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 })
    die()
    expect(callsOf('window.loadURL')).toHaveLength(2)
    expect(lab.isClosed).toBe(false)
    expect(note.mock.calls.flat()).toEqual(['The page ended: crashed, code 5.'])
    for (let i = 0; i < 5; i++) die()
    await eventually('the end', () => callsOf('app.exit').length === 1)
    expect(callsOf('app.exit')).toEqual([[1]])
    expect(lab.isClosed).toBe(true)
  })

  it('an error nobody caught leaves a note, ends the nodes and tells', async () => {
    const note = vi.spyOn(console, 'error').mockReturnValue()
    await openShell()
    app.emit('child-process-gone', {}, { type: 'GPU', reason: 'crashed' })
    strike('uncaughtException', new Error('boom'))
    await eventually('the end', () => callsOf('app.exit').length === 1)
    expect(lab.isClosed).toBe(true)
    const [name = ''] = readdirSync(standIn.userData).filter((file) => file.startsWith('crash-'))
    expect(readFileSync(join(standIn.userData, name), 'utf8')).toContain('Error: boom')
    const [[title, words]] = callsOf('dialog.showErrorBox') as [[string, string]]
    expect(title).toBe('Paxos Lab has to end')
    expect(words).toContain(join(standIn.userData, name))
    expect(callsOf('app.exit')).toEqual([[1]])
    expect(note.mock.calls.flat()).toEqual([
      'A process of the window ended: GPU, crashed.',
      'The lab failed: boom',
    ])
    expect(dialog).toBeDefined()
  })
})

describe('EL7: the window', () => {
  const stateFile = () => join(standIn.userData, 'window.json')
  const saved = (bounds: unknown, theme = 'system') =>
    writeFileSync(stateFile(), JSON.stringify({ bounds, isMaximized: false, theme }))

  it('opens hidden, in its default size, and is shown when it can be drawn', async () => {
    const { options } = await openShell()
    expect(options).toMatchObject({ width: 1440, height: 900, show: false })
    expect(options).toMatchObject({ minWidth: 1024, minHeight: 640, backgroundColor: '#FFFFFF' })
    expect(options).not.toHaveProperty('x')
    await eventually('shown', () => orderOf('window.show') > orderOf('window.loadURL'))
  })

  it('comes back where it was', async () => {
    saved({ x: 100, y: 50, width: 1200, height: 800 })
    expect((await openShell()).options).toMatchObject({ x: 100, y: 50, width: 1200, height: 800 })
  })

  it.each([
    ['off every display', { x: 5000, y: 0, width: 1200, height: 800 }],
    ['63 px on the display', { x: 1857, y: 0, width: 1200, height: 800 }],
    ['below it', { x: 0, y: 1079, width: 1200, height: 800 }],
  ])('is centred when it would be %s', async (_where, bounds) => {
    saved(bounds)
    const { options } = await openShell()
    expect(options).toMatchObject({ width: 1200, height: 800 })
    expect(options).not.toHaveProperty('x')
  })

  it('64 px on a display are enough', async () => {
    saved({ x: 1856, y: 1016, width: 1200, height: 800 })
    expect((await openShell()).options).toMatchObject({ x: 1856, y: 1016 })
  })

  it.each(['', '{', '{"bounds":"wide"}', '[]'])(
    'a damaged file (%s) does no harm',
    async (text) => {
      writeFileSync(stateFile(), text)
      expect((await openShell()).options).toMatchObject({ width: 1440, height: 900 })
    },
  )

  it('is saved when it ends, with the theme', async () => {
    const window = await openShell()
    window.bounds = { x: 10, y: 20, width: 1100, height: 700 }
    window.emit('resize')
    window.maximize()
    await attach(window).shell.setTheme('dark')
    app.quit()
    await eventually('the exit', () => callsOf('app.exit').length === 1)
    expect(JSON.parse(readFileSync(stateFile(), 'utf8'))).toEqual({
      bounds: { x: 10, y: 20, width: 1100, height: 700 },
      isMaximized: true,
      theme: 'dark',
    })
  })

  it('the theme is that of the setting, from the first pixel on', async () => {
    saved(null, 'dark')
    const window = await openShell()
    expect(window.options.backgroundColor).toBe('#14171C')
    expect(nativeTheme.themeSource).toBe('dark')
    const { shell } = attach(window)
    await shell.setTheme('light')
    expect(nativeTheme.themeSource).toBe('light')
    await expect(shell.setTheme('red' as 'dark')).rejects.toMatchObject({ code: 'badArgument' })
  })
})

describe('EL9: the native menu', () => {
  const items = (menu: readonly MenuItem[]): MenuItem[] =>
    menu.flatMap((item) => [item, ...items(item.submenu ?? [])])
  const template = () => items(Menu.getApplicationMenu()?.template ?? [])

  it('holds every command once, and the system’s own roles', async () => {
    await openShell()
    const ids = template().flatMap(({ id }) => (id === undefined ? [] : [id]))
    expect(ids.toSorted()).toEqual(COMMANDS.map(({ id }) => id).toSorted())
    const roles = template().map(({ role }) => role)
    expect(roles).toEqual(expect.arrayContaining(['editMenu', 'windowMenu', 'quit']))
  })

  it('shows keys and leaves them to the page', async () => {
    await openShell()
    const shown = template().filter(({ accelerator }) => accelerator !== undefined)
    expect(shown.length).toBeGreaterThan(10)
    expect(shown.every((item) => item.registerAccelerator === false)).toBe(true)
    const byId = (id: CommandId) => template().find((item) => item.id === id)
    expect(byId('view.palette')?.accelerator).toBe('CmdOrCtrl+K')
    expect(byId('time.backSecond')?.accelerator).toBe('Shift+Left')
  })

  it('tells the page what was chosen, and greys out what cannot be used', async () => {
    const client = attach(await openShell())
    const chosen: string[] = []
    client.listen({ command: (id) => chosen.push(id) })
    await client.shell.setMenu(['node.kill'])
    const enabled = template().filter((item) => item.id !== undefined && item.enabled)
    expect(enabled.map(({ id }) => id)).toEqual(['node.kill'])
    enabled[0]?.click?.()
    await eventually('the command', () => chosen.length === 1)
    expect(chosen).toEqual(['node.kill'])
  })
})
