/**
 * What a window does with the files of its shell and with what was opened last; row EL10; and what
 * the page offers in their place where the host has none (EP5).
 */
import { mount } from '@vue/test-utils'
import { createPinia, disposePinia, setActivePinia } from 'pinia'
import type { Pinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import AboutDialog from '../../src/renderer/src/components/dialogs/AboutDialog.vue'
import OpenRunDialog from '../../src/renderer/src/components/dialogs/OpenRunDialog.vue'
import RecentList from '../../src/renderer/src/components/start/RecentList.vue'
import { chooseFile, saveCopy, takeWaitingFile } from '../../src/renderer/src/commands/fileActs'
import { mergeRecents } from '../../src/renderer/src/composables/recentRows'
import { useExperimentsStore } from '../../src/renderer/src/stores/experiments'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import { LabCallError } from '../../src/shared/api'
import type { RunCard } from '../../src/shared/api'
import type { DeskApi } from '../../src/shared/deskApi'
import { BROWSER_CAPS, ELECTRON_CAPS, FILE_PART_BYTES, RECENTS_MAX } from '../../src/shared/shell'
import type { Caps, OpenedFile, RecentItem, ShellApi } from '../../src/shared/shell'
import { eventually } from '../support/eventually'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticClient } from '../support/syntheticSource'

const TEXT = 'version: 1\nname: mine\n# ä\n'
const OPENED: OpenedFile = {
  ...{ handle: 'ab'.repeat(16), name: 'Mine 2.paxlab.yaml', bytes: 28, isExperiment: true },
}
const recent = (kind: RecentItem['kind'], ref: string, missing = false): RecentItem => ({
  ...{ kind, ref, title: `The ${ref}`, openedAt: '2026-11-22T03:00:00.000Z', missing },
})

let ends: (() => void)[] = []
let pinia: Pinia

async function connect(
  shell: Partial<ShellApi>,
  desk: Partial<DeskApi> = {},
  caps: Caps = ELECTRON_CAPS,
): Promise<void> {
  const client = syntheticClient(new SyntheticLab(), desk, shell)
  const end = useLabStore().connect({ caps, platform: 'Linux', open: async () => client })
  ends.push(end)
  await eventually('connected', () => useLabStore().connected)
}

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

/** A shell with one file, which notes what is written. */
function shellOf(text = TEXT) {
  const written: (readonly string[])[] = []
  const shell: Partial<ShellApi> = {
    openFile: async () => OPENED,
    readFile: async (_handle, from) => latin1(text).slice(from, from + FILE_PART_BYTES),
    saveFile: async (...args) => void written.push(args),
    setUnsaved: async (name) => void written.push(['unsaved', String(name)]),
  }
  return { shell, written }
}

beforeEach(() => {
  localStorage.clear()
  document.body.innerHTML = ''
  pinia = createPinia()
  setActivePinia(pinia)
})
afterEach(() => {
  for (const end of ends) end()
  ends = []
  // Its listeners of the window would go on.
  disposePinia(pinia)
})

describe('a file of the shell', () => {
  it('E11: is read by its handle and written back to it; no path is in sight', async () => {
    const { shell, written } = shellOf()
    await connect(shell)
    await chooseFile()
    const store = useExperimentsStore()
    expect(useUiStore().view).toBe('experiments')
    expect(store.text).toBe(TEXT)
    expect(store.fileName).toBe('Mine 2.paxlab.yaml')
    expect(store.dirty).toBe(false)
    store.typeText(`${TEXT}# more\n`)
    expect(store.dirty).toBe(true)
    expect(await store.save()).toBe(true)
    expect(store.dirty).toBe(false)
    expect(written).toContainEqual([OPENED.handle, `${TEXT}# more\n`])
  })

  it('EL3: the shell is told what is not saved, and when it is', async () => {
    const { shell, written } = shellOf()
    await connect(shell)
    await chooseFile()
    const store = useExperimentsStore()
    store.typeText(`${TEXT}# more\n`)
    await nextTick()
    expect(written.at(-1)).toEqual(['unsaved', 'Mine 2.paxlab.yaml'])
    await store.save()
    await nextTick()
    expect(written.at(-1)).toEqual(['unsaved', 'null'])
  })

  it('EL6: a window that loses the focus keeps its draft at once', async () => {
    const kept: unknown[] = []
    const { shell } = shellOf()
    await connect(shell, { keepDraft: async (draft) => void kept.push(draft) })
    await chooseFile()
    useExperimentsStore().typeText('version: 1\n')
    window.dispatchEvent(new Event('blur'))
    // Within a second: the next of the regular ones is five away.
    await eventually('the draft', () => kept.length > 0, 1000)
    expect(kept.at(-1)).toEqual({ id: null, text: 'version: 1\n' })
  })

  it('EL3: a page with unsaved changes refuses to unload, in the shell as in a browser', async () => {
    const { shell } = shellOf()
    await connect(shell, { keepDraft: async () => {} })
    await chooseFile()
    const leave = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))
    expect(leave()).toBe(false)
    useExperimentsStore().typeText('version: 1\n')
    expect(leave()).toBe(true)
  })

  it('is read in parts, and a refusal is told', async () => {
    const long = `# ${'x'.repeat(FILE_PART_BYTES)}\nversion: 1\n`
    const asked: number[] = []
    const { shell } = shellOf(long)
    const { readFile } = shell
    await connect({
      ...shell,
      readFile(handle, from) {
        asked.push(from)
        return readFile!(handle, from)
      },
    })
    await chooseFile()
    expect(useExperimentsStore().text).toBe(long)
    expect(asked).toEqual([0, FILE_PART_BYTES])
    const gone = new LabCallError('wrongState', 'mine.yaml is not where it was')
    await connect({ ...shell, readFile: () => Promise.reject(gone) })
    await chooseFile()
    expect(useToastsStore().toasts.at(-1)?.why).toBe('mine.yaml is not where it was')
  })

  it('EL2: one that the system handed over is asked for; none is nothing', async () => {
    const { shell } = shellOf()
    let waiting: OpenedFile | null = OPENED
    await connect({
      ...shell,
      async waitingFile() {
        const now = waiting
        waiting = null
        return now
      },
    })
    await takeWaitingFile()
    expect(useExperimentsStore().text).toBe(TEXT)
    useUiStore().view = 'start'
    await takeWaitingFile()
    expect(useUiStore().view).toBe('start')
  })

  it('a copy is written where a dialog says; nobody may choose a place', async () => {
    await connect({ saveFileAs: async (name) => (name === 'a.yaml' ? OPENED : null) })
    expect(await saveCopy('a.yaml', TEXT)).toBe(true)
    expect(await saveCopy('b.yaml', TEXT)).toBe(false)
  })
})

describe('what was opened last', () => {
  const RUN: RunCard = {
    ...{ id: 'r1', title: 'Five nodes', startedAt: '2026-11-22T02:00:00.000Z' },
    ...{ events: 12, verdict: 'valid' },
  }

  it('is listed with the newest runs, each once, at most eight', () => {
    const runs = Array.from({ length: 12 }, (_, at): RunCard => {
      const startedAt = `2026-11-22T02:${String(40 - at).padStart(2, '0')}:00.000Z`
      return { ...RUN, id: `r${at}`, startedAt }
    })
    const rows = mergeRecents([recent('run', 'r0'), recent('experiment', 'own/mine')], runs)
    expect(rows).toHaveLength(RECENTS_MAX)
    expect(rows.map(({ ref }) => ref).slice(0, 4)).toEqual(['r0', 'own/mine', 'r1', 'r2'])
    expect(rows[0]?.run?.id).toBe('r0')
    expect(new Set(rows.map(({ ref }) => ref)).size).toBe(rows.length)
  })

  it.each([
    ['Electron', ELECTRON_CAPS],
    ['a browser', BROWSER_CAPS],
  ])('opens what is there; what is missing can be removed (%s)', async (_host, caps) => {
    let items = [recent('experiment', 'own/mine'), recent('file', 'ff', true)]
    const forgotten: unknown[] = []
    const shell: Partial<ShellApi> = {
      recents: async () => items,
      async forgetRecent(kind, ref) {
        forgotten.push([kind, ref])
        items = items.filter((item) => item.ref !== ref)
      },
    }
    const asked: string[] = []
    const desk: Partial<DeskApi> = {
      experimentDraft: async () => null,
      async experimentText(id) {
        asked.push(id)
        throw new LabCallError('badArgument', `there is no ${id}`)
      },
    }
    await connect(shell, desk, caps)
    const list = mount(RecentList)
    await eventually('the list', () => list.find('[data-testid="recent-missing"]').exists())
    // Two runs of the lab are listed below.
    expect(list.findAll('li')).toHaveLength(4)
    const missing = list.get('[data-testid="recent-missing"]')
    expect(missing.text()).toMatch(/The ff.*Remove.*this file is missing/s)
    await missing.get('button').trigger('click')
    await eventually('it is gone', () => list.findAll('li').length === 3)
    expect(forgotten).toEqual([['file', 'ff']])
    await list.get('li button').trigger('click')
    expect(useUiStore().view).toBe('experiments')
    // The editor is fetched when it is first wanted.
    await eventually('it is opened', () => asked.length === 1)
    expect(asked).toEqual(['own/mine'])
    list.unmount()
  })

  it('EL6: a draft of an earlier window is offered on the start page', async () => {
    const draft = { id: null, text: TEXT, savedAt: '2026-11-22T03:00:00.000Z' }
    await connect({}, { experimentDraft: async () => draft })
    const list = mount(RecentList)
    await eventually('the offer', () => list.find('[data-testid="start-draft"]').exists())
    await list.get('[data-testid="start-draft-open"]').trigger('click')
    expect(useUiStore().view).toBe('experiments')
    list.unmount()
  })
})

describe('EP5: a browser host has what browsers have', () => {
  const props = { runs: [], usable: true }
  const within = (sign: string) => document.querySelector(`.dialog ${sign}`)

  it('EP5: a file input there, the dialog of the system here, and never both', async () => {
    const web = mount(OpenRunDialog, { props: { ...props, nativeFiles: false } })
    await nextTick()
    expect(within('input[type="file"]')).not.toBeNull()
    expect(within('[data-testid="choose-file"]')).toBeNull()
    web.unmount()
    const app = mount(OpenRunDialog, { props: { ...props, nativeFiles: true } })
    await nextTick()
    expect(within('input[type="file"]')).toBeNull()
    const button = within('[data-testid="choose-file"]')
    button?.dispatchEvent(new Event('click'))
    expect(app.emitted('choose')).toHaveLength(1)
    app.unmount()
  })
})

describe('EL10: About', () => {
  it('EL10: versions of lab, host and window, licences, and diagnostics to copy', async () => {
    const facts = { node: '20.19.5', electron: null, chromium: null, system: 'linux x64' }
    const copied: string[] = []
    vi.stubGlobal('navigator', {
      ...{ userAgent: 'Mozilla/5.0 Chrome/150.0.1.2 Safari/537.36', platform: 'Linux' },
      clipboard: { writeText: async (text: string) => void copied.push(text) },
    })
    vi.stubGlobal('fetch', async () =>
      Response.json([{ name: 'vue', version: '3.5.0', licence: 'MIT', homepage: null, text: 'x' }]),
    )
    await connect({ hostFacts: async () => facts }, {}, BROWSER_CAPS)
    const about = mount(AboutDialog)
    const text = () => document.querySelector('.dialog')?.textContent ?? ''
    await eventually('the version of Node', () => text().includes('20.19.5'))
    expect(text()).toMatch(/Paxos Lab \d+\.\d+\.\d+/)
    expect(text()).toContain('Chromium 150.0.1.2')
    expect(text()).toContain('Licences of what is built in')
    await eventually('the licences', () => text().includes('vue'))
    const buttons = [...document.querySelectorAll<HTMLElement>('.dialog button')]
    buttons.find((button) => button.textContent.includes('Copy diagnostics'))?.click()
    await eventually('the copy', () => copied.length === 1)
    expect(copied[0]).toMatch(
      /Paxos Lab [\d.]+\nhost browser, connected\nElectron none, Chromium 150/,
    )
    expect(copied[0]).toContain('Node 20.19.5 on linux x64')
    about.unmount()
  })
})
