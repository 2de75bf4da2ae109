/** Save, undo and redo of the open experiment, by key and by command, from any view. */
import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { COMMAND_RUNS } from '../../src/renderer/src/commands/run'
import { useExperimentsStore } from '../../src/renderer/src/stores/experiments'
import { useEditingStore } from '../../src/renderer/src/stores/editing'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import { area, desk, fill, inPage, MINE, press, viewOf } from '../support/experimentsView'

describe('changes of an experiment', () => {
  it('are saved by the key of the window, once; with nothing to save it says so', async () => {
    await viewOf('own/mine')
    const store = useExperimentsStore()
    const saves = vi.spyOn(desk, 'saveExperiment')
    const said = (): string => useToastsStore().toasts.at(-1)?.why ?? ''
    const keys = { ctrlKey: true }
    expect((await press('s', area(), keys)).defaultPrevented).toBe(true)
    expect(said()).toBe('mine.paxlab.yaml has no changes since it was saved.')
    await fill('#ex-title', 'Once')
    // The seed is no part of the document, and yet no place where a browser saves the page.
    expect((await press('s', inPage('.seed input'), keys)).defaultPrevented).toBe(true)
    expect(saves).toHaveBeenCalledTimes(1)
    expect(desk.own.get('mine')).toContain('title: Once')
    expect(useToastsStore().toasts).toHaveLength(1)
    await press('S', area(), { ...keys, shiftKey: true })
    expect(document.querySelector('[role="dialog"]')?.textContent).toContain('name')
    await fill('#ex-title', 'Twice')
    expect((await press('s', window, keys)).defaultPrevented).toBe(true)
    expect(saves).toHaveBeenCalledTimes(1)
    useEditingStore().naming = false
    await flushPromises()
    expect(store.dirty).toBe(true)
  })

  it('of the bundle and no file at all are nothing to save', async () => {
    await viewOf('bundled/bridge')
    const said = (): string => useToastsStore().toasts.at(-1)?.why ?? ''
    await press('s', area(), { ctrlKey: true })
    expect(said()).toBe('bridge.paxlab.yaml is bundled: duplicate it to edit.')
    useEditingStore().tell(null)
    expect((await press('s', window, { ctrlKey: true })).defaultPrevented).toBe(true)
    expect(said()).toBe('No experiment is open in the editor.')
  })

  it('are changed back and forth by commands, from any view', async () => {
    await viewOf('own/mine')
    const now = () => useEditingStore().now
    expect(now()).toMatchObject({ canSave: false, canSaveAs: true, canUndo: false })
    await fill('#ex-title', 'Other')
    expect(now()).toMatchObject({ canSave: true, canUndo: true, canRedo: false })
    useUiStore().view = 'runs'
    COMMAND_RUNS['view.experimentUndo']()
    await nextTick()
    expect(area().value).toBe(MINE)
    expect(useUiStore().view).toBe('experiments')
    expect(now()).toMatchObject({ canSave: false, canUndo: false, canRedo: true })
    COMMAND_RUNS['view.experimentRedo']()
    await nextTick()
    expect(area().value).toContain('title: Other')
    useLabStore().control = { holds: false, free: false, viewers: 2 }
    await nextTick()
    expect(now()).toMatchObject({ canSave: false, words: expect.stringContaining('control') })
  })
})
