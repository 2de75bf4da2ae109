/**
 * The hunt of the museum: which mutants somebody has caught at this computer, by a check that their
 * broken rule is known to break, and what that is worth. Any run counts: of the explorer, of the
 * simulator, of real processes, live or opened.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { RunSource } from '../../../core/event'
import { MUTANTS } from '../../../core/mutants'
import { MUTANT_IDS } from '../../../core/paxos/mutant'
import type { MutantId } from '../../../core/paxos/mutant'
import { isSealed } from '../../../shared/unnamed'
import { startedOf } from '../composables/instruments/useSlotBook'
import { useEventsStore } from './events'
import { useLabStore } from './lab'

const KEY = 'paxos-lab.museum'

export interface Catch {
  readonly mutant: MutantId
  /** The check that noticed. */
  readonly check: string
  readonly by: 'explorer' | 'simulator' | 'processes'
}

const BY_SOURCE: Readonly<Record<RunSource, Catch['by']>> = {
  explorer: 'explorer',
  simulator: 'simulator',
  // A fork goes on there.
  replay: 'simulator',
  processes: 'processes',
}

/** Points of a mutant are its difficulty. */
export const POINTS_MAX = MUTANT_IDS.reduce((sum, id) => sum + MUTANTS[id].difficulty, 0)

/** What was kept; anything damaged is left out. */
export function parseCatches(text: string | null): readonly Catch[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]')
    if (!Array.isArray(found)) return []
    return found.flatMap((one: unknown) => {
      const { mutant: id, check, by } = (one ?? {}) as Partial<Catch>
      const mutant = MUTANT_IDS.find((known) => known === id)
      if (mutant === undefined || typeof check !== 'string') return []
      if (by !== 'explorer' && by !== 'simulator' && by !== 'processes') return []
      return [{ mutant, check, by }]
    })
  } catch {
    return []
  }
}

export const useMuseumStore = defineStore('museum', () => {
  const lab = useLabStore()
  const catches = shallowRef<readonly Catch[]>(parseCatches(localStorage.getItem(KEY)))
  const points = computed(() =>
    catches.value.reduce((sum, { mutant }) => sum + MUTANTS[mutant].difficulty, 0),
  )

  /** Of the run that is shown. */
  const shown = computed<MutantId | null>(() => {
    const { saved, status } = lab
    // A card that is ticked would tell which one it is.
    if (status.options && isSealed(status.options)) return null
    return (
      saved?.explored?.bounds.mutant ??
      saved?.simulated?.wish.mutant ??
      status.options?.mutant ??
      null
    )
  })
  const noticed = computed<Catch | null>(() => {
    const mutant = shown.value
    if (mutant === null) return null
    const known: readonly string[] = MUTANTS[mutant].breaks
    const broken = lab.status.checks.filter(
      ({ id, state }) => state === 'violated' && known.includes(id),
    )
    // The check that the card names last is the harm; the others fall on the way.
    const [worst] = broken.toSorted((a, b) => known.indexOf(b.id) - known.indexOf(a.id))
    const by = BY_SOURCE[startedOf(useEventsStore().held)?.source ?? 'processes']
    return worst === undefined ? null : { mutant, check: worst.id, by }
  })

  watch(
    noticed,
    (found) => {
      if (found === null || caught(found.mutant) !== null) return
      catches.value = [...catches.value, found]
      localStorage.setItem(KEY, JSON.stringify(catches.value))
    },
    { immediate: true },
  )

  function caught(mutant: MutantId): Catch | null {
    return catches.value.find((one) => one.mutant === mutant) ?? null
  }

  /** A new hunt. */
  function forget(): void {
    catches.value = []
    localStorage.removeItem(KEY)
  }

  return { catches, points, caught, forget }
})
