/** Runs that are over, on their way into the window: read from the host, a file, or simulated. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { describeFailure } from '../api/failure'
import { openRecord, openSavedRun } from '../sources/savedView'
import type { SavedView } from '../sources/savedView'
import type { SimWish } from '../sources/simulation'
import { simulatedView, startSimulation } from '../sources/simulator'
import { useLabStore } from './lab'
import { useToastsStore } from './toasts'

export const useOpeningStore = defineStore('opening', () => {
  /** What is being opened, in words; null: nothing. */
  const words = ref<string | null>(null)
  /** Cuts it short; null: that cannot be. */
  const stop = shallowRef<(() => void) | null>(null)

  /** A past run of the host. False: it could not be opened, and a toast says why. */
  async function openRun(id: string): Promise<boolean> {
    return await openBy('Open a run', () => useLabStore().askHost((call) => openSavedRun(call, id)))
  }

  /** A record that was dropped on the window or chosen in a dialog. */
  async function openFile(file: File): Promise<boolean> {
    const { name } = file
    return await openBy(`Open ${name}`, () =>
      openRecord(file, (count) => (words.value = `Opening ${name}: ${count} events`)),
    )
  }

  /** Simulates in the page and opens the run. */
  async function simulate(wish: SimWish): Promise<boolean> {
    return await openBy('Simulate', async () => {
      const run = startSimulation(wish, (seed) => (words.value = `Simulating seed ${seed}`))
      stop.value = () => run.cancel()
      return simulatedView(await run.done)
    })
  }

  async function openBy(title: string, make: () => Promise<SavedView>): Promise<boolean> {
    // One at a time: what comes late would take the place of what a person looks at by then.
    if (words.value !== null) return false
    words.value = title
    try {
      useLabStore().showSaved(await make())
      return true
    } catch (error) {
      const { words: why, details } = describeFailure(error)
      useToastsStore().show({ level: 'error', title, why, details })
      return false
    } finally {
      words.value = null
      stop.value = null
    }
  }

  return { words, stop, openRun, openFile, simulate }
})
