/** Which view, dialog and tab is open: layout only, never facts. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Link } from '../../../core/fault'
import type { ClusterOptions } from '../../../shared/api'
import type { InstrumentName } from '../components/instruments/names'
import type { SimWish } from '../sources/simWish'
import { clusterPlan } from './clusterDefaults'
import { useSettingsStore } from './settings'

export type ViewName =
  | 'start'
  | 'lab'
  | 'timeline'
  | 'teach'
  | 'experiments'
  | 'runs'
  | 'checks'
  | 'learn'
  | 'logs'
  | 'settings'
export type DialogName =
  | 'newCluster'
  | 'openRun'
  | 'simulate'
  | 'explore'
  | 'reenact'
  | 'fork'
  | 'pins'
  | 'student'
  | 'messages'
  | 'palette'
  | 'cheatSheet'
  | 'about'
  | 'partition'
  | 'storageFault'
  | 'clock'
  | 'slow'
  | 'failpoint'
  | 'hold'
  | 'storm'
export type LowerTab = 'client' | 'events' | 'acceptors' | 'log' | 'gate' | InstrumentName
/** Dialogs that are about one node. */
export type NodeDialog = 'storageFault' | 'clock' | 'slow' | 'failpoint'

/** A wish for the client panel: at this node, to write, read or propose. */
export interface ClientWish {
  readonly node: number | null
  readonly mode: 'command' | 'propose'
}

/** Below this width the inspector is a drawer; `.wide` and `.narrow` in CSS agree. */
const NARROW = '(max-width: 1179px)'

export const useUiStore = defineStore('ui', () => {
  const view = ref<ViewName>('start')
  const dialog = ref<DialogName | null>(null)
  /** Which node the open dialog is about. */
  const dialogNode = ref(1)
  /** Which link the dialog of a hold begins with; null: all of them. */
  const dialogLink = shallowRef<Link | null>(null)
  /** Which field of the dialog takes the focus, by its id; null: the first. */
  const dialogField = ref<string | null>(null)
  const lowerTab = ref<LowerTab>('client')
  const drawer = ref(false)
  /** What Start starts: the options of the last cluster, or those of the settings. */
  const plan = shallowRef<ClusterOptions>(clusterPlan(useSettingsStore().cluster))
  /** All black, for presenters. */
  const blank = ref(false)
  /** What the simulator was asked for last. */
  const simWish = shallowRef<SimWish>({
    ...{ seed: 1, nodes: 5, faults: null, mutant: null, seconds: null, hunt: false },
  })
  const clientWish = shallowRef<ClientWish | null>(null)
  /** Counts wishes to focus the filter of the event list. */
  const filterWish = ref(0)

  /** Counts wishes to see the lower panel, which a low window keeps closed. */
  const lowerWish = ref(0)

  /** A person opened it, or an instrument in it; kept while other views are shown. */
  const lowerOpened = ref(false)

  /** The gate is asked to take the focus; it takes the wish away. */
  const gateWish = ref(false)

  const list = window.matchMedia(NARROW)
  const narrow = ref(list.matches)
  list.addEventListener('change', (event) => {
    narrow.value = event.matches
    drawer.value = false
  })

  function open(name: DialogName): void {
    dialog.value = name
  }

  function openForNode(name: NodeDialog, node: number): void {
    dialogNode.value = node
    dialog.value = name
  }

  function openHold(link: Link | null): void {
    dialogLink.value = link
    dialog.value = 'hold'
  }

  /** Where the bound of I15 is given: to the next cluster, before it starts. */
  function askStallBound(): void {
    dialogField.value = 'nc-stall'
    dialog.value = 'newCluster'
  }

  function close(): void {
    dialog.value = null
    dialogField.value = null
  }

  function askClient(node: number | null, mode: ClientWish['mode']): void {
    lowerTab.value = 'client'
    lowerWish.value += 1
    clientWish.value = { node, mode }
  }

  function askFilter(): void {
    if (view.value === 'timeline') {
      filterWish.value += 1
      return
    }
    view.value = 'lab'
    lowerTab.value = 'events'
    filterWish.value += 1
    lowerWish.value += 1
  }

  function askInstrument(name: InstrumentName): void {
    lowerTab.value = name
    lowerWish.value += 1
  }

  function askGate(): void {
    view.value = 'lab'
    gateWish.value = true
    lowerTab.value = 'gate'
    lowerWish.value += 1
  }

  return {
    ...{ view, dialog, dialogNode, dialogLink, dialogField, lowerTab, drawer, narrow },
    ...{ plan, blank, simWish, clientWish, filterWish, lowerWish, lowerOpened, gateWish },
    ...{ open, openForNode, openHold, askStallBound, close },
    ...{ askClient, askFilter, askGate, askInstrument },
  }
})
