/**
 * What nodes hold in a run of slots, asked anew while the pictures are live: status lines carry no
 * votes. At most two rounds a second, one at a time; a node that is silent keeps what it said.
 */
import { useThrottleFn } from '@vueuse/core'
import { onMounted, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { SlotView } from '../../../core/machineTypes'
import { useLabStore } from '../stores/lab'
import { useTimeStore } from '../stores/time'
import { useSlotSource } from './useSlotSource'

const ROUND_MS = 500

export interface SlotRun {
  readonly from: number
  readonly count: number
}

export interface HeldSlots {
  /** The run that was asked for; null before the first answer. */
  readonly run: SlotRun | null
  /** Per node, by slot. Kept while a node is down: it is what its disk held when it last spoke. */
  readonly byNode: ReadonlyMap<number, ReadonlyMap<number, SlotView>>
}

const NOTHING_HELD: HeldSlots = { run: null, byNode: new Map() }

export function useSlots(run: () => SlotRun | null): ShallowRef<HeldSlots> {
  const lab = useLabStore()
  const time = useTimeStore()
  const ask = useSlotSource()
  const held = shallowRef<HeldSlots>(NOTHING_HELD)
  let asking = false

  async function round(): Promise<void> {
    const wanted = run()
    const there = lab.saved !== null || (lab.running && lab.connected)
    if (asking || !wanted || !there) return
    asking = true
    const able = lab.status.nodes.filter(({ state }) => lab.saved || state === 'running')
    const answers = await Promise.allSettled(
      able.map(({ node }) => ask(node, wanted.from, wanted.count)),
    )
    asking = false
    const next = new Map(held.value.byNode)
    answers.forEach((answer, index) => {
      const node = able[index]?.node
      // A node that was killed in between cannot answer; the status says so already.
      if (node === undefined || answer.status === 'rejected') return
      next.set(node, new Map(answer.value.map((view) => [view.slot, view])))
    })
    held.value = { run: wanted, byNode: next }
  }

  const refresh = useThrottleFn(round, ROUND_MS, true)
  onMounted(round)
  watch(() => lab.status, refresh)
  // The record of a saved run tells of every moment; a live node only of now.
  watch(
    () => lab.saved && time.shownMs,
    (atMs) => atMs !== null && refresh(),
  )
  watch(
    () => lab.status.cluster,
    () => (held.value = NOTHING_HELD),
  )
  return held
}
