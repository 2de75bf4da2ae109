/**
 * Pins of the run that is shown: pictures and figures that its report will have. They are kept by
 * the host with the run, so that every window, and the command line, finds them.
 *
 * Errors: every refusal is a toast; one about a picture offers to save it as a file instead.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { Pin, PinDraft } from '../../../shared/pins'
import type { WindowApi } from '../../../shared/rpc'
import { runIdOf } from '../../../shared/runIds'
import { describeFailure } from '../api/failure'
import { useLabStore } from './lab'
import { useToastsStore } from './toasts'
import type { ToastAction } from './toasts'
import { useUiStore } from './ui'

const OF_PAGE =
  'This run was made in this window and is kept nowhere, so that it has no report: its picture ' +
  'can be saved as a file.'

export const usePinsStore = defineStore('pins', () => {
  const lab = useLabStore()
  const toasts = useToastsStore()
  const pins = shallowRef<readonly Pin[]>([])
  /** True while they are read for the first time. */
  const isLoading = shallowRef(false)

  /** Id of the shown run; null: it has no directory at the host. */
  const run = computed(() => {
    const { runDir } = lab.status
    if (lab.saved?.run !== undefined) return lab.saved.run
    return runDir === null ? null : runIdOf(runDir)
  })
  /** Why nothing can be pinned; empty: it can. */
  const obstacle = computed(() => {
    if (lab.saved !== null && lab.saved.kind !== 'saved') return OF_PAGE
    if (lab.saved !== null && run.value === null) {
      return 'This record lies in no folder of runs, so that no report is written for it.'
    }
    return run.value === null ? 'No run is shown: start a cluster or open a run.' : ''
  })

  /** Reads them anew; what cannot be read is empty, and a toast says why. */
  async function refresh(): Promise<void> {
    const id = run.value
    if (id === null) return void (pins.value = [])
    isLoading.value = true
    await change('Read the pins', null, (call) => call.pins(id), id)
    isLoading.value = false
  }

  /** `save` hands the picture over as a file where it cannot be pinned; null: there is none. */
  async function add(draft: PinDraft, save: (() => void) | null): Promise<void> {
    const id = run.value
    const action = save && { label: 'Save SVG', run: save }
    if (id === null || obstacle.value !== '') {
      toasts.show({ level: 'error', title: 'Pin to report', why: obstacle.value, action })
      return
    }
    if (!(await change('Pin to report', action, (call) => call.addPin(id, draft), id))) return
    const show = { label: 'Show pins', run: () => useUiStore().open('pins') }
    const many = pins.value.length === 1 ? '1 pin' : `${pins.value.length} pins`
    toasts.show({ title: `${draft.title}: pinned`, why: `The report has ${many}.`, action: show })
  }

  async function remove(pin: string): Promise<void> {
    const id = run.value
    if (id !== null) await change('Remove a pin', null, (call) => call.removePin(id, pin), id)
  }

  /** One place earlier or later in the report. */
  async function move(pin: string, by: -1 | 1): Promise<void> {
    const id = run.value
    if (id !== null) await change('Move a pin', null, (call) => call.movePin(id, pin, by), id)
  }

  async function change(
    title: string,
    action: ToastAction | null,
    act: (call: WindowApi) => Promise<readonly Pin[]>,
    of: string,
  ): Promise<boolean> {
    try {
      const next = await lab.askHost(act)
      // Another run may be shown by now.
      if (run.value === of) pins.value = next
      return true
    } catch (error) {
      const { words: why, details } = describeFailure(error)
      toasts.show({ level: 'error', title, why, details, action })
      return false
    }
  }

  watch(run, () => (pins.value = []))

  return { pins, isLoading, run, obstacle, refresh, add, remove, move }
})
