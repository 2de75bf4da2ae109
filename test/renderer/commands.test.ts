/** The registry in the window: every command runs something, keys reach the right one. */
import { describe, expect, it } from 'vitest'
import { commandFor, isSaveKey, nodeFor } from '../../src/renderer/src/commands/dispatch'
import type { DispatchRules } from '../../src/renderer/src/commands/dispatch'
import { keyName, keyWords } from '../../src/renderer/src/commands/keys'
import { rank } from '../../src/renderer/src/commands/rank'
import { COMMAND_RUNS } from '../../src/renderer/src/commands/run'
import { isEnabled } from '../../src/renderer/src/commands/when'
import type { Situation } from '../../src/renderer/src/commands/when'
import { whyNot } from '../../src/renderer/src/commands/whyNot'
import { IDLE_STATUS } from '../../src/renderer/src/stores/lab'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import type { LabStatus, NodeView } from '../../src/shared/api'
import { COMMANDS } from '../../src/shared/commands'
import type { Command } from '../../src/shared/commands'

const RULES: DispatchRules = {
  mac: false,
  reservedShortcuts: false,
  letterKeys: true,
  dialogOpen: false,
  layerOpen: false,
  isEnabled: () => true,
}

interface Press {
  readonly ctrl?: boolean
  readonly shift?: boolean
  readonly alt?: boolean
  readonly meta?: boolean
  readonly target?: EventTarget
}

const press = (key: string, more: Press = {}) => ({
  key,
  ctrlKey: more.ctrl ?? false,
  shiftKey: more.shift ?? false,
  altKey: more.alt ?? false,
  metaKey: more.meta ?? false,
  target: more.target ?? document.body,
})

const RUNNING: LabStatus = {
  ...IDLE_STATUS,
  state: 'running',
  options: { ...DEFAULT_CLUSTER, policy: LEADER_POLICY },
}
const HERE: Situation = {
  mayAct: true,
  status: RUNNING,
  selection: { kind: 'none' },
  marked: [],
}
const enabled = (id: string, more: Partial<Situation> = {}): boolean => {
  const command = COMMANDS.find((one) => one.id === id)
  if (!command) throw new Error(`no command ${id}`)
  return isEnabled(command, { ...HERE, ...more })
}

describe('commands', () => {
  it('none is dead: each has something to run', () => {
    expect(Object.keys(COMMAND_RUNS).sort()).toEqual(COMMANDS.map((one) => one.id).sort())
  })

  it('no key stands for two commands, but for that of Save', () => {
    // A command may have the same key in every host.
    const keys = COMMANDS.flatMap((one) => [...new Set([...one.keys, one.browserKey ?? []].flat())])
    // Save is about what is in front: a run, or an experiment.
    const shared = keys.filter((key, at) => keys.indexOf(key) !== at)
    expect(shared).toEqual(['Mod+S'])
  })

  it('names keys as the registry does', () => {
    expect(keyName(press('k', { ctrl: true }), false)).toBe('Mod+K')
    expect(keyName(press('P', { ctrl: true, shift: true }), false)).toBe('Mod+Shift+P')
    expect(keyName(press('?', { shift: true }), false)).toBe('?')
    expect(keyName(press('X', { shift: true }), false)).toBe('Shift+X')
    expect(keyName(press(' '), false)).toBe('Space')
    expect(keyName(press('ArrowLeft', { shift: true }), false)).toBe('Shift+ArrowLeft')
    expect(keyName(press('Control', { ctrl: true }), false)).toBe('')
    expect(keyName(press('k', { meta: true }), true)).toBe('Mod+K')
    expect(keyName(press('k', { ctrl: true }), true)).toBe('Ctrl+K')
    expect(keyWords('Mod+Shift+P', true)).toBe('⌘⇧P')
    expect(keyWords('Mod+K', false)).toBe('Ctrl+K')
  })

  it('finds the command of a key', () => {
    expect(commandFor(press('k', { ctrl: true }), RULES)).toBe('view.palette')
    expect(commandFor(press('F5'), RULES)).toBe('lab.startStop')
    expect(commandFor(press('x'), RULES)).toBe('network.cutBoth')
    expect(commandFor(press('X', { shift: true }), RULES)).toBe('network.cutOneWay')
    expect(commandFor(press('s'), RULES)).toBe('node.slow')
    expect(commandFor(press('g'), RULES)).toBe('node.logs')
    expect(commandFor(press('H', { shift: true }), RULES)).toBe('view.gate')
    expect(commandFor(press('q'), RULES)).toBeNull()
    // Cmd+H hides the window on macOS, so healing is Ctrl+H there as well.
    expect(commandFor(press('h', { ctrl: true }), RULES)).toBe('network.healAll')
    const mac = { ...RULES, mac: true }
    expect(commandFor(press('h', { ctrl: true }), mac)).toBe('network.healAll')
    expect(commandFor(press('h', { meta: true }), mac)).toBeNull()
  })

  it('takes the key that a browser leaves free', () => {
    expect(commandFor(press('n', { alt: true }), RULES)).toBe('lab.newCluster')
    expect(commandFor(press('n', { ctrl: true }), RULES)).toBeNull()
    const shell = { ...RULES, reservedShortcuts: true }
    expect(commandFor(press('n', { ctrl: true }), shell)).toBe('lab.newCluster')
  })

  it('leaves letters to the person who types', () => {
    const input = document.createElement('input')
    expect(commandFor(press('k', { target: input }), RULES)).toBeNull()
    expect(commandFor(press('k', { target: input, ctrl: true }), RULES)).toBe('view.palette')
    expect(nodeFor(press('2', { target: input }), RULES)).toBeNull()
    expect(nodeFor(press('2'), RULES)).toBe(2)
  })

  it('single letters can be switched off, and a focused button keeps Space', () => {
    const off = { ...RULES, letterKeys: false }
    expect(commandFor(press('k'), off)).toBeNull()
    expect(nodeFor(press('2'), off)).toBeNull()
    expect(commandFor(press('Escape'), off)).toBe('view.leaveTool')
    const target = document.createElement('button')
    expect(commandFor(press(' ', { target }), RULES)).toBeNull()
    expect(commandFor(press(' '), RULES)).toBe('time.playPause')
  })

  it('stays out of dialogs and open menus', () => {
    expect(commandFor(press('k', { ctrl: true }), { ...RULES, dialogOpen: true })).toBeNull()
    expect(commandFor(press('Escape'), { ...RULES, layerOpen: true })).toBeNull()
    expect(commandFor(press('k', { ctrl: true }), { ...RULES, layerOpen: true })).not.toBeNull()
  })

  it('knows what can be used now', () => {
    expect(enabled('network.healAll')).toBe(false)
    const fault = { id: 'f1', startedAtMs: 1, endedAtMs: null }
    const killed = { ...fault, fault: { kind: 'kill', node: 2 } } as const
    expect(enabled('network.healAll', { status: { ...RUNNING, faults: [killed] } })).toBe(true)
    expect(enabled('network.bridge')).toBe(true)
    const direct = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY, direct: true }
    expect(enabled('network.bridge', { status: { ...RUNNING, options: direct } })).toBe(false)
    expect(enabled('node.kill')).toBe(false)
    expect(enabled('node.kill', { selection: { kind: 'node', node: 2 } })).toBe(true)
    expect(enabled('lab.startStop', { mayAct: false })).toBe(false)
    expect(enabled('view.palette', { mayAct: false })).toBe(true)
  })

  it('says why it cannot: nothing is selected, or the node is not in a state for it', () => {
    const why = (id: string, more: Partial<Situation> = {}): string | null => {
      const command = COMMANDS.find((one) => one.id === id)
      return command ? whyNot(command, { ...HERE, ...more }) : 'no command'
    }
    const node: NodeView = {
      ...{ node: 2, state: 'running', pid: 1, life: 1, clientHost: '', clientPort: 0 },
      ...{ status: null, statusAtMs: 0, failure: [] },
    }
    const status = { ...RUNNING, nodes: [node] }
    const selection = { kind: 'node', node: 2 } as const
    for (const id of ['node.stop', 'node.isolate', 'node.propose', 'node.stepDown']) {
      expect(why(id)).toBe('Select a node first.')
      expect(why(id, { status: IDLE_STATUS })).toBe('No cluster runs.')
      expect(why(id, { mayAct: false, saved: true })).toBe('A run that is over is shown.')
    }
    expect(why('node.isolate', { status, selection })).toBeNull()
    expect(why('node.stepDown', { status, selection })).toBe('N2 does not lead.')
    const killed = { ...status, nodes: [{ ...node, state: 'killed' as const }] }
    expect(why('node.stop', { status: killed, selection })).toBe('N2 is killed.')
    expect(why('view.saveRun')).toMatch(/No run/)
    expect(why('view.saveRun', { runShown: true })).toBeNull()
    for (const { id, when } of COMMANDS) if (why(id) !== null) expect(why(id), when).toMatch(/\.$/)
  })

  it('what people look for by name is found: report, release, save', () => {
    const found = (query: string) =>
      COMMANDS.filter(({ title }) => rank(query, title) >= 60).map(({ id }) => id)
    expect(found('report')).toContain('view.report')
    expect(found('release')).toContain('network.releaseAll')
    expect(found('save')).toEqual(
      expect.arrayContaining(['view.saveRun', 'view.experimentSave', 'view.experimentSaveAs']),
    )
    expect(commandFor(press('s', { ctrl: true }), RULES)).toBe('view.saveRun')
    const noRun = { ...RULES, isEnabled: ({ id }: Command) => id !== 'view.saveRun' }
    expect(commandFor(press('s', { ctrl: true }), noRun)).toBe('view.experimentSave')
    expect(commandFor(press('S', { ctrl: true, shift: true }), RULES)).toBe('view.experimentSaveAs')
    expect(isSaveKey(press('s', { ctrl: true }), false)).toBe(true)
    expect(isSaveKey(press('s'), false)).toBe(false)
  })

  it('and can be used when there is something to open, to let go, to save', () => {
    expect(enabled('view.report')).toBe(false)
    expect(enabled('view.report', { reported: true, mayAct: false })).toBe(true)
    expect(enabled('network.releaseAll', { heldFrames: 0 })).toBe(false)
    expect(enabled('network.releaseAll', { heldFrames: 2 })).toBe(true)
    expect(enabled('network.releaseAll', { heldFrames: 2, mayAct: false })).toBe(false)
    const stepping = { fault: 'f1', startedAtMs: 0, steps: 0, nodes: [] } as const
    const status = { ...RUNNING, stepping }
    expect(enabled('network.releaseAll', { heldFrames: 2, status })).toBe(false)
    const none = { canSave: false, canSaveAs: false, canUndo: false, canRedo: false }
    const editing = { ...none, words: '', acts: null }
    for (const [id, flag] of [
      ['view.experimentSave', 'canSave'],
      ['view.experimentSaveAs', 'canSaveAs'],
      ['view.experimentUndo', 'canUndo'],
      ['view.experimentRedo', 'canRedo'],
    ] as const) {
      expect(enabled(id)).toBe(false)
      expect(enabled(id, { editing })).toBe(false)
      expect(enabled(id, { editing: { ...editing, [flag]: true } })).toBe(true)
    }
  })

  it('ranks beginnings of words over letters that only occur', () => {
    expect(rank('heal', 'Heal all')).toBeGreaterThan(rank('eal', 'Heal all'))
    expect(rank('ha', 'Heal all')).toBeGreaterThan(0)
    expect(rank('heal xyz', 'Heal all')).toBe(0)
    expect(rank('', 'anything')).toBeGreaterThan(0)
  })
})
