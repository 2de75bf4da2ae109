/**
 * Lifecycle rows EL1, EL3, EL5, EL7 and EL9 of the shell, against a stand-in for the `electron`
 * module that records options, handlers and calls. No Electron takes part.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startShell } from '../../src/main/electron/shell'
import { COMMANDS } from '../../src/shared/commands'
import type { CommandId } from '../../src/shared/commands'
import { DeskRig } from '../support/deskRig'
import { app, Menu, nativeTheme } from '../support/electronStandIn/electron'
import type { MenuItem } from '../support/electronStandIn/electron'
import { attach, useShell } from '../support/electronStandIn/rig'
import { callsOf, orderOf, standIn } from '../support/electronStandIn/standIn'
import { opened } from '../support/electronStandIn/windows'
import { eventually } from '../support/eventually'

vi.mock('electron', () => import('../support/electronStandIn/electron'))

const rig = useShell()

describe('EL1: one instance', () => {
  it('a second one ends at once and starts nothing', async () => {
    standIn.hasLock = false
    await startShell({
      rendererDir: rig.rendererDir,
      preload: '',
      icon: '',
      makeLab: () => expect.fail('a lab was made'),
    })
    expect(callsOf('app.quit')).toHaveLength(1)
    expect(opened.windows).toEqual([])
  })

  it('the first one comes to the front', async () => {
    const window = await rig.open()
    window.minimize()
    app.emit('second-instance', {}, [], '')
    expect(callsOf('window.restore')).toHaveLength(1)
    expect(callsOf('window.focus')).toHaveLength(1)
  })
})

describe('EL3: nodes end before the app', () => {
  const ended = () => eventually('the exit', () => callsOf('app.exit')[0])

  it('quitting closes the lab first', async () => {
    await rig.open()
    app.quit()
    expect(await ended()).toEqual([0])
    expect(rig.lab.isClosed).toBe(true)
    expect(callsOf('dialog.showMessageBox')).toEqual([])
  })

  it('with a running cluster it asks, and Cancel keeps everything', async () => {
    standIn.pressed = 1
    const window = await rig.open()
    rig.lab.setStatus({ state: 'running' })
    window.close()
    await eventually('the question', () => callsOf('dialog.showMessageBox').length === 1)
    expect(window.isDestroyed()).toBe(false)
    standIn.pressed = 0
    window.close()
    expect(await ended()).toEqual([0])
    expect(callsOf('dialog.showMessageBox')).toHaveLength(2)
    expect(rig.lab.isClosed).toBe(true)
  })

  it('with running trials it asks as well, and they end with the app', async () => {
    const ended: string[] = []
    const desk = new DeskRig()
    onTestFinished(() => desk.close())
    vi.spyOn(desk.desk, 'isBusy', 'get').mockReturnValue(true)
    vi.spyOn(desk.desk, 'close').mockImplementation(async () => void ended.push('desk'))
    rig.desk = desk.desk
    standIn.pressed = 1
    const window = await rig.open()
    window.close()
    await eventually('the question', () => callsOf('dialog.showMessageBox').length === 1)
    const [[asked] = []] = callsOf('dialog.showMessageBox')
    expect(asked).toMatchObject({ message: 'Trials or a re-enactment are running.' })
    expect(ended).toEqual([])
    standIn.pressed = 0
    window.close()
    await eventually('the exit', () => callsOf('app.exit')[0])
    expect(ended).toEqual(['desk'])
  })

  it('a signal does not ask', async () => {
    await rig.open()
    rig.lab.setStatus({ state: 'running' })
    rig.strike('SIGTERM')
    expect(await ended()).toEqual([0])
    expect(callsOf('dialog.showMessageBox')).toEqual([])
    expect(rig.lab.isClosed).toBe(true)
  })
})

describe('EL5: crashes', () => {
  it('a dead page is loaded again while the lab goes on, but not for ever', async () => {
    const note = vi.spyOn(console, 'error').mockReturnValue()
    const { webContents } = await rig.open()
    const die = () =>
      webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 })
    die()
    expect(callsOf('window.loadURL')).toHaveLength(2)
    expect(rig.lab.isClosed).toBe(false)
    expect(note.mock.calls.flat()).toEqual(['The page ended: crashed, code 5.'])
    for (let i = 0; i < 5; i++) die()
    await eventually('the end', () => callsOf('app.exit').length === 1)
    expect(callsOf('app.exit')).toEqual([[1]])
    expect(rig.lab.isClosed).toBe(true)
  })

  it('an error nobody caught leaves a note, ends the nodes and tells', async () => {
    const note = vi.spyOn(console, 'error').mockReturnValue()
    await rig.open()
    app.emit('child-process-gone', {}, { type: 'GPU', reason: 'crashed' })
    rig.strike('uncaughtException', new Error('boom'))
    await eventually('the end', () => callsOf('app.exit').length === 1)
    expect(rig.lab.isClosed).toBe(true)
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
  })
})

describe('EL7: the window', () => {
  const stateFile = () => join(standIn.userData, 'window.json')
  const saved = (bounds: unknown, theme = 'system') =>
    writeFileSync(stateFile(), JSON.stringify({ bounds, isMaximized: false, theme }))

  it('opens hidden, in its default size, and is shown when it can be drawn', async () => {
    const { options } = await rig.open()
    expect(options).toMatchObject({ width: 1440, height: 900, show: false })
    expect(options).toMatchObject({ minWidth: 1024, minHeight: 640, backgroundColor: '#FFFFFF' })
    expect(options).not.toHaveProperty('x')
    await eventually('shown', () => orderOf('window.show') > orderOf('window.loadURL'))
  })

  it('comes back where it was', async () => {
    saved({ x: 100, y: 50, width: 1200, height: 800 })
    expect((await rig.open()).options).toMatchObject({ x: 100, y: 50, width: 1200, height: 800 })
  })

  it.each([
    ['off every display', { x: 5000, y: 0, width: 1200, height: 800 }],
    ['63 px on the display', { x: 1857, y: 0, width: 1200, height: 800 }],
    ['below it', { x: 0, y: 1079, width: 1200, height: 800 }],
  ])('is centred when it would be %s', async (_where, bounds) => {
    saved(bounds)
    const { options } = await rig.open()
    expect(options).toMatchObject({ width: 1200, height: 800 })
    expect(options).not.toHaveProperty('x')
  })

  it('64 px on a display are enough', async () => {
    saved({ x: 1856, y: 1016, width: 1200, height: 800 })
    expect((await rig.open()).options).toMatchObject({ x: 1856, y: 1016 })
  })

  it.each(['', '{', '{"bounds":"wide"}', '[]'])(
    'a damaged file (%s) does no harm',
    async (text) => {
      writeFileSync(stateFile(), text)
      expect((await rig.open()).options).toMatchObject({ width: 1440, height: 900 })
    },
  )

  it('is saved when it ends, with the theme', async () => {
    const window = await rig.open()
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
    const window = await rig.open()
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
    await rig.open()
    const ids = template().flatMap(({ id }) => (id === undefined ? [] : [id]))
    expect(ids.toSorted()).toEqual(COMMANDS.map(({ id }) => id).toSorted())
    const roles = template().map(({ role }) => role)
    expect(roles).toEqual(expect.arrayContaining(['editMenu', 'windowMenu', 'quit']))
  })

  it('shows keys and leaves them to the page', async () => {
    await rig.open()
    const shown = template().filter(({ accelerator }) => accelerator !== undefined)
    expect(shown.length).toBeGreaterThan(10)
    expect(shown.every((item) => item.registerAccelerator === false)).toBe(true)
    const byId = (id: CommandId) => template().find((item) => item.id === id)
    expect(byId('view.palette')?.accelerator).toBe('CmdOrCtrl+K')
    expect(byId('time.backSecond')?.accelerator).toBe('Shift+Left')
  })

  it('tells the page what was chosen, and greys out what cannot be used', async () => {
    const client = attach(await rig.open())
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
