/**
 * The command registry as a model: in any situation a key runs at most one command, what cannot be
 * used never runs, and every list of commands says the same.
 */
import { mount } from '@vue/test-utils'
import fc from 'fast-check'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, nextTick } from 'vue'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { menuTemplate } from '../../src/main/electron/menu'
import CheatSheet from '../../src/renderer/src/components/dialogs/CheatSheet.vue'
import CommandPalette from '../../src/renderer/src/components/dialogs/CommandPalette.vue'
import { keyWords } from '../../src/renderer/src/commands/keys'
import { useCommands } from '../../src/renderer/src/composables/useCommands'
import type { Commands } from '../../src/renderer/src/composables/useCommands'
import { useHotkeys } from '../../src/renderer/src/composables/useHotkeys'
import type { SavedView } from '../../src/renderer/src/sources/savedView'
import { useEditingStore } from '../../src/renderer/src/stores/editing'
import { useGateStore } from '../../src/renderer/src/stores/gate'
import { IDLE_STATUS, useLabStore } from '../../src/renderer/src/stores/lab'
import { useSelectionStore } from '../../src/renderer/src/stores/selection'
import type { Selection } from '../../src/renderer/src/stores/selection'
import { useSettingsStore } from '../../src/renderer/src/stores/settings'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import type { LabState, LabStatus } from '../../src/shared/api'
import { COMMANDS, COMMAND_GROUPS, keysOf, SELECT_NODE_KEYS } from '../../src/shared/commands'
import type { Command } from '../../src/shared/commands'
import { BROWSER_CAPS, ELECTRON_CAPS } from '../../src/shared/shell'

/** What ran, in order: commands do nothing else here. */
const ran = vi.hoisted(() => [] as string[])

vi.mock('../../src/renderer/src/commands/run', () => {
  const get = (_target: object, id: string) => () => void ran.push(id)
  return { COMMAND_RUNS: new Proxy({}, { get }) }
})

interface World {
  readonly state: LabState
  readonly direct: boolean
  readonly hasFault: boolean
  readonly scenario: 'none' | 'plays' | 'over'
  readonly stepping: boolean
  readonly storm: 'none' | 'blows' | 'over'
  readonly selection: Selection
  readonly marked: readonly number[]
  readonly connected: boolean
  readonly control: 'holds' | 'free' | 'other'
  readonly saved: boolean
  readonly heldFrames: number
  readonly past: boolean
  readonly unsaved: boolean
  readonly shell: boolean
  readonly mac: boolean
  readonly letterKeys: boolean
  readonly dialog: boolean
}

const node = fc.integer({ min: 1, max: 5 })
const world: fc.Arbitrary<World> = fc.record({
  state: fc.constantFrom<LabState[]>('idle', 'starting', 'running', 'stopping'),
  direct: fc.boolean(),
  hasFault: fc.boolean(),
  scenario: fc.constantFrom('none', 'plays', 'over'),
  stepping: fc.boolean(),
  storm: fc.constantFrom('none', 'blows', 'over'),
  selection: fc.oneof(
    fc.constant({ kind: 'none' } as const),
    node.map((at) => ({ kind: 'node', node: at }) as const),
    fc.tuple(node, node).map(([from, to]) => ({ kind: 'link', from, to }) as const),
    fc.constant({ kind: 'slot', slot: 3 } as const),
  ),
  marked: fc.uniqueArray(node, { maxLength: 3 }),
  connected: fc.boolean(),
  control: fc.constantFrom('holds', 'free', 'other'),
  saved: fc.boolean(),
  heldFrames: fc.constantFrom(0, 3),
  past: fc.boolean(),
  unsaved: fc.boolean(),
  shell: fc.boolean(),
  mac: fc.boolean(),
  letterKeys: fc.boolean(),
  dialog: fc.boolean(),
})

const FAULT = { id: 'f1', startedAtMs: 1, endedAtMs: null, fault: { kind: 'kill', node: 2 } }

function statusOf(now: World): LabStatus {
  const { state, direct, hasFault, scenario, stepping, storm } = now
  const rest: object = {
    faults: hasFault ? [FAULT] : [],
    scenario: scenario === 'none' ? null : { name: 's', step: '', done: scenario === 'over' },
    stepping: stepping ? {} : null,
    storm: storm === 'none' ? null : { phase: storm === 'over' ? 'over' : 'blowing' },
    options: state === 'idle' ? null : { ...DEFAULT_CLUSTER, policy: LEADER_POLICY, direct },
  }
  return { ...IDLE_STATUS, state, ...rest }
}

function bring(now: World): void {
  const [lab, selection, ui] = [useLabStore(), useSelectionStore(), useUiStore()]
  lab.status = statusOf(now)
  const state = now.connected ? 'connected' : 'lost'
  lab.connection = { state, words: '', retryInS: 0, silentS: 0 }
  lab.control = { holds: now.control === 'holds', free: now.control === 'free', viewers: 1 }
  lab.saved = now.saved ? ({ title: 'a run' } as SavedView) : null
  const run = { id: 'r1', title: 'a run', startedAt: '', events: 1, verdict: 'valid' } as const
  lab.runs = now.past ? [run] : []
  useGateStore().view = { frames: [], total: now.heldFrames }
  const can = now.unsaved
  useEditingStore().tell({
    ...{ canSave: can, canSaveAs: can, canUndo: can, canRedo: can },
    ...{ words: 'nothing', acts: null },
  })
  lab.caps = now.shell ? ELECTRON_CAPS : BROWSER_CAPS
  lab.mac = now.mac
  selection.select(now.selection)
  selection.mark(now.marked)
  useSettingsStore().letterKeys = now.letterKeys
  ui.dialog = now.dialog ? 'about' : null
  ui.view = 'lab'
  ran.length = 0
}

const OF_EDITOR = ['unsaved', 'ownOpen', 'undoable', 'redoable']
/** What they need is not a cluster that runs. */
const OFF_THE_LAB = ['always', 'saved', 'scenario', 'reported', 'runShown', ...OF_EDITOR]

/** Every key of the registry and more, with any modifiers. */
const NAMES = [
  ...new Set(
    COMMANDS.flatMap(({ keys, browserKey }) => [...keys, browserKey ?? '']).map(
      (key) => key.split('+').at(-1) ?? '',
    ),
  ),
  ...['q', 'Q', 'm', '5', 'F7', 'Tab', 'Enter', '%', 'é'],
].filter((name) => name !== '')
const PLACES = ['div', 'input', 'textarea', 'button'] as const

interface Press {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  readonly place: (typeof PLACES)[number]
}

const often = fc.boolean()
const press: fc.Arbitrary<Press> = fc.record({
  key: fc.constantFrom(...NAMES).chain((name) => {
    if (name === 'Space') return fc.constant(' ')
    return fc.constantFrom(name, name.length === 1 ? name.toLowerCase() : name)
  }),
  ...{ ctrlKey: often, metaKey: often, altKey: often, shiftKey: often },
  place: fc.constantFrom(...PLACES),
})

/** By hand, apart from the dispatcher: whether this press is that key of the registry. */
function means(key: string, pressed: Press, mac: boolean): boolean {
  const parts = key.split('+')
  const name = parts.pop() ?? ''
  const is = pressed.key === ' ' ? 'Space' : pressed.key
  const isSign = name.length === 1 && !/[A-Z]/.test(name)
  const mod = parts.includes('Mod')
  const ctrl = parts.includes('Ctrl') || (mod && !mac)
  return (
    (name.length === 1 ? is.toUpperCase() === name : is === name) &&
    pressed.ctrlKey === ctrl &&
    pressed.metaKey === (mod && mac) &&
    pressed.altKey === parts.includes('Alt') &&
    (isSign || pressed.shiftKey === parts.includes('Shift'))
  )
}

const wrapped: { commands: Commands | null } = { commands: null }
const Frame = defineComponent({
  setup() {
    useHotkeys()
    wrapped.commands = useCommands()
    return () => null
  },
})

describe('EL9: the registry of commands', () => {
  let commands: Commands
  let end: () => void

  beforeEach(() => {
    localStorage.clear()
    document.body.innerHTML = ''
    setActivePinia(createPinia())
    const frame = mount(Frame)
    commands = wrapped.commands!
    end = () => frame.unmount()
    return () => end()
  })

  const usable = (command: Command): boolean => commands.canRun(command)

  it('a key runs at most one command, the one that has it, and none that cannot be used', () => {
    let runs = 0
    fc.assert(
      fc.property(world, press, (now, pressed) => {
        bring(now)
        const target = document.createElement(pressed.place)
        document.body.append(target)
        const { place: _place, ...keys } = pressed
        target.dispatchEvent(new KeyboardEvent('keydown', { ...keys, bubbles: true }))
        target.remove()
        const named = COMMANDS.filter((command) =>
          keysOf(command, now.shell).some((key) => means(key, pressed, now.mac)),
        )
        // One key is shared: Save is about what is in front, a run or an experiment.
        const shared = ['view.saveRun', 'view.experimentSave']
        if (named.length > 1) expect(named.map(({ id }) => id)).toEqual(shared)
        expect(ran.length).toBeLessThanOrEqual(1)
        const command = named.find(usable) ?? named[0]
        if (command === undefined || now.dialog || !usable(command)) expect(ran).toEqual([])
        else if (command.scope === 'global') expect(ran).toEqual([command.id])
        else if (['input', 'textarea'].includes(pressed.place)) expect(ran).toEqual([])
        else if (ran.length === 1) expect(ran).toEqual([command.id])
        if (command !== undefined) runs += ran.length
      }),
      { numRuns: 3000 },
    )
    // The property says something: keys did run commands, some sixty in the mean.
    expect(runs).toBeGreaterThan(10)
  })

  it('nothing that cannot be used runs, from whatever list it is chosen', () => {
    fc.assert(
      fc.property(world, (now) => {
        bring(now)
        for (const { id } of COMMANDS) commands.run(id)
        expect(ran).toEqual(COMMANDS.filter(usable).map(({ id }) => id))
        const changes = ['lab', 'node', 'network', 'policy']
        const holds = now.connected && now.control !== 'other' && !now.saved
        for (const command of COMMANDS.filter(usable)) {
          const { when, group, id } = command
          if (changes.includes(group) && id !== 'lab.takeControl') expect(holds, id).toBe(true)
          if (!OFF_THE_LAB.includes(when)) expect(now.state).toBe('running')
          if (when === 'reported') expect(now.past && now.connected && !now.saved, id).toBe(true)
          if (when === 'gateHolds') expect(now.heldFrames > 0 && !now.stepping, id).toBe(true)
          if (OF_EDITOR.includes(when)) expect(now.unsaved, id).toBe(true)
          if (['links', 'linkSelected', 'nodesSelected'].includes(when)) {
            expect(now.direct, id).toBe(false)
          }
          if (when === 'nodeSelected') expect(now.selection.kind, id).toBe('node')
          if (when === 'linkSelected') expect(now.selection.kind, id).toBe('link')
          if (when === 'faults') expect(now.hasFault, id).toBe(true)
          if (when === 'saved') expect(now.saved, id).toBe(true)
        }
        for (const { when, group, id } of COMMANDS) {
          if (when !== 'always' || changes.includes(group)) continue
          expect(ran, id).toContain(id)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('palette, cheat sheet and native menu list what the registry has, and how it is', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (now) => {
        bring({ ...now, dialog: false })
        const views = commands.views.value
        expect(views.map(({ id }) => id)).toEqual(COMMANDS.map(({ id }) => id))
        expect(views.map(({ enabled }) => enabled)).toEqual(COMMANDS.map(usable))
        expect(views.map(({ key }) => key)).toEqual(
          COMMANDS.map((command) => {
            const [first] = keysOf(command, now.shell)
            return first === undefined ? '' : keyWords(first, now.mac)
          }),
        )
        const palette = mount(CommandPalette, {
          props: { commands: views, scenarios: [], lessons: [] },
        })
        await nextTick()
        const rows = [...document.querySelectorAll('[data-testid="palette"] .menu-item')]
        const shown = rows.map((row) => ({
          title: row.querySelector('.clip')?.textContent ?? '',
          enabled: !row.hasAttribute('data-disabled'),
          key: row.querySelector('.kbd')?.textContent ?? '',
        }))
        const wanted = views.filter(({ id }) => id !== 'view.palette')
        const plain = wanted.map(({ title, enabled, key }) => ({ title, enabled, key }))
        const byTitle = (a: { title: string }, b: { title: string }) => (a.title < b.title ? -1 : 1)
        expect(shown.toSorted(byTitle)).toEqual(plain.toSorted(byTitle))
        palette.unmount()

        const sheet = mount(CheatSheet, { props: { commands: views, letterKeys: true } })
        await nextTick()
        const texts = (sign: string) =>
          [...document.querySelectorAll(`.sheet ${sign}`)].map((each) => each.textContent.trim())
        const titles = texts('dt')
        const keys = texts('dd')
        const listed = titles.map((title, at) => `${title} ${keys[at]}`)
        const { title, keys: digits } = SELECT_NODE_KEYS
        expect(listed).toContain(`${title} ${digits}`)
        for (const one of views.filter(({ key }) => key !== '')) {
          const row = listed.find((text) => text.startsWith(one.title) && text.endsWith(one.keys))
          expect(row, one.title).toBeDefined()
          expect(one.keys.split(' or ')).toContain(one.key)
        }
        // Keys that a picture handles itself are told in every view, with where they hold.
        for (const row of [
          'Happens-before',
          'To its cause',
          'Fit the selection',
          'All of the run',
        ]) {
          expect(titles.find((text) => text.startsWith(row))).toMatch(/diagram/)
        }
        expect(new Set(titles).size).toBe(titles.length)
        sheet.unmount()
      }),
      { numRuns: 6 },
    )
  })

  it.each(['linux', 'darwin', 'win32'])('the native menu of %s runs every command', (platform) => {
    const chosen: string[] = []
    const menus = menuTemplate({
      ...{ platform, appName: 'Paxos Lab', withDevTools: false },
      run: (id) => chosen.push(id),
    })
    const items = menus.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []))
    const own = items.filter(({ id }) => id !== undefined)
    expect(own.map(({ id, label }) => `${id} ${label}`).toSorted()).toEqual(
      COMMANDS.map(({ id, title }) => `${id} ${title}`).toSorted(),
    )
    for (const { click } of own) Reflect.apply(click ?? (() => undefined), undefined, [])
    expect(chosen).toEqual(own.map(({ id }) => id))
    const labels = menus.map(({ label }) => label)
    for (const title of Object.values(COMMAND_GROUPS)) expect(labels).toContain(title)
  })

  /** No page gets these, in Chromium or Firefox: a command behind one would be dead. */
  const KEPT = [
    ...['N', 'T', 'W', 'Q', 'Tab', 'PageUp', 'PageDown'].map((key) => `Mod+${key}`),
    ...['N', 'P', 'Q', 'T', 'W', 'Tab'].map((key) => `Mod+Shift+${key}`),
    ...['Alt+F4', 'Alt+Tab', 'Alt+Space', 'F11'],
  ]

  it('no key of the page is one that browsers keep', () => {
    const keys = COMMANDS.flatMap((command) => keysOf(command, false))
    expect(keys.filter((key) => KEPT.includes(key.replace('Ctrl+', 'Mod+')))).toEqual([])
    // In its own window the app may use them.
    expect(COMMANDS.flatMap((command) => keysOf(command, true))).toContain('Mod+N')
  })
})
