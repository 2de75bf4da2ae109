/**
 * Rows E11, EL1, EL2 and EL3 of the shell: files by handle, against a stand-in for the `electron`
 * module that records options, handlers and calls. No Electron takes part.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ARGUMENTS_MAX, fileArgument } from '../../src/main/electron/fileNames'
import { HANDLES_MAX } from '../../src/main/electron/files'
import { FILE_PART_BYTES, FILE_TEXT_CHARS_MAX } from '../../src/shared/shell'
import type { OpenedFile } from '../../src/shared/shell'
import { app } from '../support/electronStandIn/electron'
import { attach, useShell } from '../support/electronStandIn/rig'
import { callsOf, emitPreventable, standIn } from '../support/electronStandIn/standIn'
import { eventually } from '../support/eventually'

vi.mock('electron', () => import('../support/electronStandIn/electron'))

const rig = useShell()
const TEXT = 'version: 1\nname: mine\n'
let folder = ''

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'paxos-lab-files-')))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function put(name: string, text: string | Buffer = TEXT): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

async function choose(path: string) {
  const { shell } = attach(await rig.open())
  standIn.chosen = path
  const opened = await shell.openFile()
  if (opened === null) throw new Error('the dialog was cancelled')
  return { shell, opened }
}

const refused = (code: string, words: RegExp) => ({
  code,
  message: expect.stringMatching(words) as string,
})

describe('E11: a page has handles, and no paths', () => {
  it('E11: a file that a person chose is read and written by its handle', async () => {
    const path = put('mine.paxlab.yaml')
    const { shell, opened } = await choose(path)
    const { handle, ...rest } = opened
    expect(rest).toEqual({ name: 'mine.paxlab.yaml', bytes: TEXT.length, isExperiment: true })
    expect(handle).toMatch(/^[0-9a-f]{32}$/)
    expect(await shell.readFile(handle, 0)).toBe(TEXT)
    await shell.saveFile(handle, 'other')
    expect(readFileSync(path, 'utf8')).toBe('other')
    // Nothing lies beside it: it was renamed into its place.
    expect(readdirSync(folder)).toEqual(['mine.paxlab.yaml'])
    expect(JSON.stringify([opened, await shell.recents()])).not.toContain(folder)
  })

  it('E11: bytes come as they are, in parts', async () => {
    const bytes = Buffer.from(Array.from({ length: FILE_PART_BYTES + 300 }, (_, at) => at % 256))
    const { shell, opened } = await choose(put('events.ndjson', bytes))
    const first = await shell.readFile(opened.handle, 0)
    const second = await shell.readFile(opened.handle, first.length)
    expect(first).toHaveLength(FILE_PART_BYTES)
    expect(Buffer.from(first + second, 'latin1').equals(bytes)).toBe(true)
    expect(await shell.readFile(opened.handle, bytes.length)).toBe('')
    // A record is evidence: it is not written.
    await expect(shell.saveFile(opened.handle, 'x')).rejects.toMatchObject(
      refused('badArgument', /no file of an experiment/),
    )
  })

  it.each(['/etc/passwd', '../x', 'app://lab/', '', 'f'.repeat(31), 'F'.repeat(32)])(
    'E11: "%s" is no handle',
    async (handle) => {
      const { shell } = attach(await rig.open())
      for (const act of [
        () => shell.readFile(handle, 0),
        () => shell.saveFile(handle, 'x'),
        () => shell.openRecentFile(handle),
      ]) {
        await expect(act()).rejects.toMatchObject({ code: 'badArgument' })
      }
    },
  )

  it('E11: a handle that nobody was given opens nothing', async () => {
    const { shell } = await choose(put('mine.paxlab.yaml'))
    await expect(shell.readFile('0'.repeat(32), 0)).rejects.toMatchObject({ code: 'badArgument' })
  })

  it('E11: a link that is put in its place, or in that of its folder, leads nowhere', async () => {
    mkdirSync(join(folder, 'inner'))
    mkdirSync(join(folder, 'other'))
    put('inner/mine.paxlab.yaml')
    const outside = put('other/mine.paxlab.yaml', 'outside')
    const { shell, opened } = await choose(join(folder, 'inner/mine.paxlab.yaml'))
    const moved = refused('wrongState', /^mine.paxlab.yaml is not where it was/)
    const tries = [
      () => shell.readFile(opened.handle, 0),
      () => shell.saveFile(opened.handle, 'mine'),
    ]
    rmSync(join(folder, 'inner/mine.paxlab.yaml'))
    symlinkSync(outside, join(folder, 'inner/mine.paxlab.yaml'))
    for (const act of tries) await expect(act()).rejects.toMatchObject(moved)
    rmSync(join(folder, 'inner'), { recursive: true })
    symlinkSync(join(folder, 'other'), join(folder, 'inner'))
    for (const act of tries) await expect(act()).rejects.toMatchObject(moved)
    expect(readFileSync(outside, 'utf8')).toBe('outside')
  })

  it('E11: what is no plain file, or too long, is not opened', async () => {
    mkdirSync(join(folder, 'folder.yaml'))
    put('long.yaml', 'x'.repeat(FILE_TEXT_CHARS_MAX + 1))
    const { shell } = attach(await rig.open())
    for (const [name, words] of [
      ['folder.yaml', /^folder.yaml is no file/],
      ['gone.yaml', /^gone.yaml is no file/],
      ['long.yaml', /^long.yaml has 262145 bytes/],
    ] as const) {
      standIn.chosen = join(folder, name)
      await expect(shell.openFile()).rejects.toMatchObject(refused('badArgument', words))
    }
    standIn.chosen = ''
    expect(await shell.openFile()).toBeNull()
  })

  it('E11: a new file is written where the dialog says, whole or not at all', async () => {
    const { shell } = attach(await rig.open())
    standIn.chosen = join(folder, 'copy.yaml')
    const saved = await shell.saveFileAs('mine.paxlab.yaml', TEXT)
    expect(saved).toMatchObject({ name: 'copy.yaml', isExperiment: true })
    expect(callsOf('dialog.showSaveDialog')).toMatchObject([[{ defaultPath: 'mine.paxlab.yaml' }]])
    await shell.saveFile(saved?.handle ?? '', 'again')
    expect(readFileSync(join(folder, 'copy.yaml'), 'utf8')).toBe('again')
    // The dialog did not ask about the name that the ending makes of it.
    put('bare.paxlab.yaml', 'before')
    standIn.chosen = join(folder, 'bare')
    await expect(shell.saveFileAs('x', TEXT)).rejects.toMatchObject(
      refused('wrongState', /^bare.paxlab.yaml exists already/),
    )
    expect(readFileSync(join(folder, 'bare.paxlab.yaml'), 'utf8')).toBe('before')
    standIn.chosen = join(folder, 'fresh')
    expect(await shell.saveFileAs('x', TEXT)).toMatchObject({ name: 'fresh.paxlab.yaml' })
    for (const name of ['../up.yaml', '/etc/x.yaml', 'a\\b', 'a\0b', '']) {
      await expect(shell.saveFileAs(name, TEXT), name).rejects.toMatchObject({
        code: 'badArgument',
      })
    }
    standIn.chosen = ''
    expect(await shell.saveFileAs('x', TEXT)).toBeNull()
  })

  it(`E11: at most ${HANDLES_MAX} handles; the oldest goes`, async () => {
    const { shell, opened } = await choose(put('mine.paxlab.yaml'))
    let last: OpenedFile | null = null
    for (let count = 0; count < HANDLES_MAX; count += 1) last = await shell.openFile()
    expect(await shell.readFile(last?.handle ?? '', 0)).toBe(TEXT)
    await expect(shell.readFile(opened.handle, 0)).rejects.toMatchObject(
      refused('badArgument', /not open any more/),
    )
  })

  it('E11: recent files are opened by an id; what is gone is missing, and can be removed', async () => {
    const path = put('mine.paxlab.yaml')
    const { shell } = await choose(path)
    const [item] = await shell.recents()
    expect(item).toMatchObject({ kind: 'file', title: 'mine.paxlab.yaml', missing: false })
    const again = await shell.openRecentFile(item?.ref ?? '')
    expect(await shell.readFile(again.handle, 0)).toBe(TEXT)
    renameSync(path, `${path}.away`)
    expect(await shell.recents()).toMatchObject([{ kind: 'file', missing: true }])
    await expect(shell.openRecentFile(item?.ref ?? '')).rejects.toMatchObject({
      code: 'badArgument',
    })
    await shell.forgetRecent('file', item?.ref ?? '')
    expect(await shell.recents()).toEqual([])
  })
})

describe('EL1 and EL2: files that the system hands over', () => {
  const whenWaits = async (client: ReturnType<typeof attach>) => {
    let waits = 0
    client.listen({ fileWaits: () => (waits += 1) })
    return () => eventually('the page is told', () => waits > 0)
  }

  it('EL1: a second start hands its file to the first, which comes to the front', async () => {
    put('mine.paxlab.yaml')
    const client = attach(await rig.open())
    const told = await whenWaits(client)
    const argv = ['/app/paxos-lab', '--devtools', 'nothing.yaml', 'notes.txt', 'mine.paxlab.yaml']
    app.emit('second-instance', {}, argv, folder)
    await told()
    const opened = await client.shell.waitingFile()
    expect(opened).toMatchObject({ name: 'mine.paxlab.yaml', isExperiment: true })
    expect(await client.shell.readFile(opened?.handle ?? '', 0)).toBe(TEXT)
    expect(await client.shell.waitingFile()).toBeNull()
    expect(callsOf('window.focus')).toHaveLength(1)
  })

  it('EL1: a file of the system that comes before the window is kept for it', async () => {
    const path = put('mine.paxlab.yaml')
    let prevented = 0
    const opening = rig.open()
    app.emit('open-file', { preventDefault: () => (prevented += 1) }, path)
    const client = attach(await opening)
    const opened = await eventually('the file', () => client.shell.waitingFile())
    expect(opened).toMatchObject({ name: 'mine.paxlab.yaml' })
    expect(prevented).toBe(1)
    // The window shows itself when it can be drawn, not before.
    expect(callsOf('window.focus')).toEqual([])
  })

  it('EL2: an associated file among the arguments is opened; nothing else is', async () => {
    const path = put('mine.paxlab.yaml')
    put('notes.txt')
    const argv = process.argv
    process.argv = ['electron', '.', '--user-data-dir=x', join(folder, 'notes.txt'), path]
    try {
      const { shell } = attach(await rig.open())
      const opened = await eventually('the file', () => shell.waitingFile())
      expect(opened).toMatchObject({ name: 'mine.paxlab.yaml' })
    } finally {
      process.argv = argv
    }
  })

  it('EL2: what is no file of ours is ignored, however it is called', () => {
    const path = put('mine.paxlab.yaml')
    mkdirSync(join(folder, 'folder.yaml'))
    const strange = ['notes.txt', '..', '', '-x.yaml', 'folder.yaml', 'a\0.yaml', 'y'.repeat(9000)]
    const addresses = [
      ...['https://evil.example/x.yaml', 'file://evil.example/x.yaml', 'paxoslab://x/y.yaml'],
      ...['file:///etc/passwd', 'file:///%00.yaml', 'http://[.yaml'],
    ]
    put('notes.txt')
    expect(fileArgument([...strange, ...addresses], folder)).toBeNull()
    // As a desktop of Linux hands it over.
    const address = pathToFileURL(path).href
    expect(fileArgument([...strange, ...addresses, address], folder)).toBe(path)
    expect(fileArgument([...Array<string>(ARGUMENTS_MAX).fill('-'), path], folder)).toBeNull()
    expect(existsSync(path)).toBe(true)
  })
})

describe('EL3: unsaved changes', () => {
  it('EL3: quitting names what is not saved, and Cancel keeps the window', async () => {
    const window = await rig.open()
    const { shell } = attach(window)
    await shell.setUnsaved('mine.paxlab.yaml')
    rig.lab.setStatus({ state: 'running' })
    standIn.pressed = 1
    app.quit()
    const [asked] = await eventually('a question', () => callsOf('dialog.showMessageBox')[0])
    expect(asked).toMatchObject({
      message: 'mine.paxlab.yaml has changes that are not saved. A cluster is running.',
      defaultId: 1,
      cancelId: 1,
    })
    expect(callsOf('app.exit')).toEqual([])
    rig.lab.setStatus({ state: 'idle' })
    await shell.setUnsaved(null)
    window.close()
    expect(await eventually('the exit', () => callsOf('app.exit')[0])).toEqual([0])
    expect(callsOf('dialog.showMessageBox')).toHaveLength(1)
  })

  it('EL3: a page that refuses to unload stays, unless a person lets it go', async () => {
    const { webContents } = await rig.open()
    standIn.pressed = 1
    expect(emitPreventable(webContents, 'will-prevent-unload')).toBe(false)
    standIn.pressed = 0
    expect(emitPreventable(webContents, 'will-prevent-unload')).toBe(true)
    expect(callsOf('dialog.showMessageBoxSync')).toHaveLength(2)
  })
})
