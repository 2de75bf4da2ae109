/** Asks once, before unsaved changes are left behind; tells the shell, which asks when it ends. */
import { shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import { useLabStore } from '../stores/lab'

export type LeaveAnswer = 'save' | 'discard' | 'stay'

export interface LeaveQuestion {
  readonly name: string
  readonly answer: (answer: LeaveAnswer) => void
}

export interface Leaving {
  readonly question: ShallowRef<LeaveQuestion | null>
  /** True: it is saved, or a person lets it go. */
  mayLeave(): Promise<boolean>
}

interface Unsaved {
  isDirty(): boolean
  name(): string
  /** False: it could not be saved. */
  save(): Promise<boolean>
}

export function guardLeaving(unsaved: Unsaved): Leaving {
  const question = shallowRef<LeaveQuestion | null>(null)

  async function mayLeave(): Promise<boolean> {
    if (!unsaved.isDirty()) return true
    // A second wish to leave takes the place of the first, which stays.
    question.value?.answer('stay')
    const answer = await new Promise<LeaveAnswer>((resolve) => {
      question.value = { name: unsaved.name(), answer: resolve }
    })
    question.value = null
    if (answer === 'stay') return false
    return answer === 'discard' || (await unsaved.save())
  }

  return { question, mayLeave }
}

/** The shell asks before it quits; a host without one has nothing to do. Null: all is saved. */
export function tellUnsaved(name: () => string | null): void {
  const lab = useLabStore()
  const tell = (now: string | null): void => {
    // A host that is gone asks nobody.
    void lab
      .shell()
      ?.setUnsaved(now)
      .catch(() => undefined)
  }
  watch([name, () => lab.connected], ([now, connected]) => connected && tell(now))
}
