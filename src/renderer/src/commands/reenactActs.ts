/** A schedule on real processes, from the window: started, followed, and opened when it is over. */
import { watch } from 'vue'
import { endWords } from '../components/dialogs/reenactWords'
import { useReenactStore } from '../stores/reenact'
import { useRunsStore } from '../stores/runs'
import { useToastsStore } from '../stores/toasts'
import { useUiStore } from '../stores/ui'
import { openRun } from './openActs'

export async function startReenactment(): Promise<void> {
  const store = useReenactStore()
  if (!(await store.start())) return
  await over()
  await tellEnd()
}

export async function stopReenactment(): Promise<void> {
  await useReenactStore().stop()
}

/** The run of a re-enactment, in place of what is shown. */
export async function openReenacted(run: string): Promise<void> {
  useUiStore().close()
  await openRun(run)
}

function over(): Promise<void> {
  const store = useReenactStore()
  return new Promise((resolve) => {
    const stop = watch(
      () => store.running,
      (running) => {
        if (running) return
        resolve()
        // Not yet assigned where it is over at once.
        queueMicrotask(() => stop())
      },
      { immediate: true },
    )
  })
}

/** Whoever waits at the dialog sees the run; anybody else is told of it. */
async function tellEnd(): Promise<void> {
  const { now } = useReenactStore()
  const ui = useUiStore()
  if (now === null) return
  void useRunsStore().refreshRuns()
  const { run, end } = now
  if (run !== null && end !== null && ui.dialog === 'reenact') return await openReenacted(run)
  if (ui.dialog === 'reenact') return
  const action = run === null ? null : { label: 'Open the run', run: () => void openReenacted(run) }
  const level = end?.same === true ? 'info' : 'error'
  useToastsStore().show({ level, title: 'Re-enactment', why: endWords(now), action })
}
