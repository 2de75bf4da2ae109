/**
 * Forks of a simulated run: equal up to the moment that the pictures show, then with what a person
 * chooses. A step by hand is the same run made again with one more choice, so that each step can be
 * taken back. A path of the explorer forks after any of its steps, and goes on by hand.
 *
 * Errors: as of every simulation: a toast says why, and the run that is shown stays.
 */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { msToGrains, toMs } from '../../../core/sim/agenda'
import type { SimFork } from '../../../core/sim/plan'
import { momentWords } from '../composables/timeUnit'
import { dueRows } from '../components/time/forkWords'
import type { DueRow } from '../components/time/forkWords'
import { forkedPathView } from '../sources/explorer'
import type { ExploredPart } from '../sources/savedView'
import type { SimulatedPart } from '../sources/simWish'
import { useEventsStore } from './events'
import { useLabStore } from './lab'
import { useOpeningStore } from './opening'
import { useTimeStore } from './time'
import { useToastsStore } from './toasts'
import { useUiStore } from './ui'

/** What is other after the moment. */
export type ForkChange = Pick<SimFork, 'seed' | 'fault' | 'quiet' | 'hold'>

export const useForkStore = defineStore('fork', () => {
  const lab = useLabStore()
  const time = useTimeStore()

  const part = computed<SimulatedPart | null>(() => lab.saved?.simulated ?? null)
  /** Grains are what the simulator counts: the moment itself, or the last one before it. */
  const atGrains = computed(() => {
    const near = msToGrains(time.shownMs)
    return toMs(near) > time.shownMs ? near - 1 : near
  })
  const atMs = computed(() => toMs(atGrains.value))
  /** Faults are over there: only chance can be another. */
  const isLate = computed(() => atMs.value >= (part.value?.safetyMs ?? Infinity))
  /** Why nothing can fork at the shown moment; empty: it can. One that waits can where it waits. */
  const obstacle = computed(() => {
    const now = part.value
    if (now === null || now.due !== null || atGrains.value < msToGrains(now.endMs)) return ''
    const over = momentWords(now.endMs, 's')
    return `This run was over at ${over}: go back to a moment before, and fork there.`
  })
  /** A path of the explorer: it has steps and choices, no seed and no faults. */
  const path = computed<ExploredPart | null>(() => lab.saved?.explored ?? null)
  const next = computed(() => part.value?.wish.forks?.at(-1)?.next ?? [])
  /** What can come next where the run waits, earliest first; null: it does not wait. */
  const rows = computed<readonly DueRow[] | null>(() => {
    const due = part.value?.due
    if (due) return dueRows(due, time.nowMs)
    const choices = path.value?.choices
    return choices?.map(({ act, words }) => ({ order: act, words, when: '' })) ?? null
  })
  /** Chosen by hand since the fork. */
  const steps = computed(() => {
    const { acts = [], forkedAt = null } = path.value ?? {}
    return forkedAt === null ? next.value.length : acts.length - forkedAt
  })

  /** A path forks at once; a simulated run is asked what shall be other, where it can be. */
  function begin(): void {
    if (obstacle.value !== '') {
      useToastsStore().show({ title: 'Nothing to fork here', why: obstacle.value })
      return
    }
    if (path.value === null) return useUiStore().open('fork')
    const acts = path.value.acts.slice(0, actsUntil(time.shownMs))
    showPath({ ...path.value, acts, forkedAt: acts.length }, false)
  }

  /** Steps of the path up to a moment: each begins with an act that is told. */
  function actsUntil(ms: number): number {
    const told = useEventsStore().held.until(ms).slice()
    return told.filter(({ type }) => type === 'acted').length
  }

  function showPath(now: ExploredPart, ended: boolean): void {
    lab.showSaved(forkedPathView(now, ended))
    time.fit()
    time.goLive()
  }

  /** False: the run cannot fork there, and a toast says why. */
  async function fork(change: ForkChange): Promise<boolean> {
    const now = part.value
    if (now === null) return false
    const at = atGrains.value
    // What was chosen for a later moment belongs to the other future.
    const before = (now.wish.forks ?? []).filter((one) => one.atGrains <= at).map(released)
    return await make(now, [...before, { atGrains: at, ...change }])
  }

  /** Lets one thing happen that is due, in its turn or before it. */
  async function step(order: number): Promise<void> {
    const now = path.value
    if (now === null) await stepTo([...next.value, order])
    else showPath({ ...now, acts: [...now.acts, order] }, false)
  }

  async function stepNext(): Promise<void> {
    const first = rows.value?.[0]
    if (first !== undefined) await step(first.order)
  }

  async function stepBack(): Promise<void> {
    const now = path.value
    if (steps.value === 0 || rows.value === null) return
    if (now === null) await stepTo(next.value.slice(0, -1))
    else showPath({ ...now, acts: now.acts.slice(0, -1) }, false)
  }

  async function stepTo(chosen: readonly number[]): Promise<void> {
    const now = part.value
    const forks = now?.wish.forks ?? []
    const last = forks.at(-1)
    if (now === null || last === undefined || now.due === null) return
    await make(now, [...forks.slice(0, -1), { ...last, next: chosen, hold: true }])
  }

  /** Nobody chooses any more: all goes on as it is due. */
  async function runOn(): Promise<void> {
    if (path.value !== null) return showPath(path.value, true)
    const now = part.value
    if (now === null || now.due === null) return
    await make(now, (now.wish.forks ?? []).map(released))
  }

  async function make({ wish }: SimulatedPart, forks: readonly SimFork[]): Promise<boolean> {
    const done = await useOpeningStore().simulate({ ...wish, forks })
    const last = forks.at(-1)
    if (!done || last === undefined) return done
    time.fit()
    if (last.hold === true) time.goLive()
    else time.pin(toMs(last.atGrains))
    return true
  }

  return {
    ...{ part, path, atMs, isLate, obstacle, rows, steps, begin, fork },
    ...{ step, stepNext, stepBack, runOn },
  }
})

/** The same without its wait. */
function released({ hold: _hold, ...fork }: SimFork): SimFork {
  return fork
}
