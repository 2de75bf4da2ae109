/**
 * Whether the picture has its clocks aligned, and by what. Estimated once, when it is switched on
 * or asked for anew, so that a live picture does not move under the eyes. It belongs to its run.
 */
import { shallowRef } from 'vue'
import type { ClockEstimate } from './clockEstimate'
import { badgeWords, shiftedOf } from './clockWords'
import type { EnginePort } from './enginePort'

export interface Alignment {
  readonly estimate: ClockEstimate
  /** Lab time of the estimate, ms. */
  readonly atMs: number
}

/** What this file uses of the store of the lab. */
interface Lab {
  readonly members: readonly number[]
  readonly status: { readonly atMs: number }
}

export function newAlignment(engine: () => EnginePort, lab: Lab) {
  /** Null: everything is drawn as it was recorded. */
  const aligned = shallowRef<Alignment | null>(null)
  let wishes = 0

  function alignOff(): void {
    wishes += 1
    if (aligned.value === null) return
    aligned.value = null
    engine().tell({ kind: 'align', shifts: [], words: '' })
  }

  /** On, or estimated anew. */
  async function align(): Promise<void> {
    wishes += 1
    const mine = wishes
    const { atMs } = lab.status
    const answer = await engine().ask({ what: 'clocks', members: [...lab.members] })
    // Switched off, or another run, since it was asked.
    if (answer.what !== 'clocks' || mine !== wishes) return
    const { estimate } = answer
    aligned.value = { estimate, atMs }
    engine().tell({ kind: 'align', shifts: shiftedOf(estimate), words: badgeWords(estimate) })
  }

  function toggleAlign(): Promise<void> {
    if (aligned.value === null) return align()
    alignOff()
    return Promise.resolve()
  }

  return { aligned, align, alignOff, toggleAlign }
}
