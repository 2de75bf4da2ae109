/** Runs that are over, on their way into the window: read from the host, a file, or simulated. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { describeFailure } from '../api/failure'
import { count, seconds } from '../api/words'
import { openRecord } from '../sources/recordFile'
import { openSavedRun } from '../sources/savedView'
import type { SavedView } from '../sources/savedView'
import type { SimWish } from '../sources/simWish'
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
    return await openBy('Open a run', (signal) =>
      useLabStore().askHost((call) => openSavedRun(call, id, signal)),
    )
  }

  /** A record that was dropped on the window or chosen in a dialog. */
  async function openFile(file: File): Promise<boolean> {
    return await openBy(`Open ${file.name}`, (signal) => openRecord(file, signal))
  }

  /** Simulates in the page and opens the run. */
  async function simulate(wish: SimWish): Promise<boolean> {
    return await openBy('Simulate', async (signal) => {
      const run = startSimulation(wish, (seed) => (words.value = `Simulating seed ${seed}`))
      signal.addEventListener('abort', () => run.cancel(), { once: true })
      return simulatedView(await run.done)
    })
  }

  async function openBy(
    title: string,
    make: (signal: AbortSignal) => Promise<SavedView>,
  ): Promise<boolean> {
    // One at a time: what comes late would take the place of what a person looks at by then.
    if (words.value !== null) return false
    const stopping = new AbortController()
    words.value = title
    stop.value = () => stopping.abort()
    try {
      const view = await make(stopping.signal)
      stop.value = null
      useLabStore().showSaved(view)
      void follow(title, view)
      return true
    } catch (error) {
      stop.value = null
      // Whoever stopped it knows.
      if (!stopping.signal.aborted) tellFailure(title, error)
      return false
    } finally {
      words.value = null
    }
  }

  /** Reads on, with the run on the screen, until all is read, it is closed, or somebody stops. */
  async function follow(title: string, first: SavedView): Promise<void> {
    const lab = useLabStore()
    let view = first
    let isStopped = false
    const stopReading = (): void => {
      isStopped = true
      view.release?.()
    }
    const isShown = (): boolean => lab.saved === view
    while (view.reading != null) {
      stop.value = stopReading
      const next = await view.grow?.().catch((error: unknown) => {
        if (isShown() && !isStopped) tellFailure(title, error)
        return null
      })
      if (!isShown()) break
      const grown = isStopped || next == null ? cutShort(view) : next
      lab.growSaved(grown)
      view = grown
    }
    if (stop.value === stopReading) stop.value = null
  }

  function tellFailure(title: string, error: unknown): void {
    const { words: why, details } = describeFailure(error)
    useToastsStore().show({ level: 'error', title, why, details })
  }

  return { words, stop, openRun, openFile, simulate }
})

/** What is there stays, and says how far it goes. */
function cutShort(view: SavedView): SavedView {
  const { reading, notes } = view
  if (reading?.what !== 'record') return { ...view, reading: null }
  const note = `Read up to ${seconds(reading.atMs, 1)} s: ${count(reading.events)} events.`
  return { ...view, reading: null, notes: [...notes, note] }
}
