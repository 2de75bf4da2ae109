/** Which view, dialog and tab is open: layout only, never facts. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { LEADER_POLICY } from '../../../core/paxos/config'
import { DEFAULT_CLUSTER } from '../../../shared/api'
import type { ClusterOptions } from '../../../shared/api'

export type ViewName = 'start' | 'lab'
export type DialogName =
  | 'newCluster'
  | 'palette'
  | 'cheatSheet'
  | 'about'
  | 'settings'
  | 'partition'
  | 'storageFault'
  | 'clock'
export type LowerTab = 'client' | 'events' | 'acceptors' | 'log'

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
  const lowerTab = ref<LowerTab>('client')
  const drawer = ref(false)
  /** What Start starts: the options of the last cluster, or the defaults. */
  const plan = shallowRef<ClusterOptions>({ ...DEFAULT_CLUSTER, policy: LEADER_POLICY })
  const clientWish = shallowRef<ClientWish | null>(null)
  /** Counts wishes to focus the filter of the event list. */
  const filterWish = ref(0)

  /** Counts wishes to see the lower panel, which a low window keeps closed. */
  const lowerWish = ref(0)

  const list = window.matchMedia(NARROW)
  const narrow = ref(list.matches)
  list.addEventListener('change', (event) => {
    narrow.value = event.matches
    drawer.value = false
  })

  function open(name: DialogName): void {
    dialog.value = name
  }

  function openForNode(name: 'storageFault' | 'clock', node: number): void {
    dialogNode.value = node
    dialog.value = name
  }

  function close(): void {
    dialog.value = null
  }

  function askClient(node: number | null, mode: ClientWish['mode']): void {
    lowerTab.value = 'client'
    lowerWish.value += 1
    clientWish.value = { node, mode }
  }

  function askFilter(): void {
    view.value = 'lab'
    lowerTab.value = 'events'
    filterWish.value += 1
    lowerWish.value += 1
  }

  return {
    view,
    dialog,
    dialogNode,
    lowerTab,
    drawer,
    narrow,
    plan,
    clientWish,
    filterWish,
    lowerWish,
    open,
    openForNode,
    close,
    askClient,
    askFilter,
  }
})
