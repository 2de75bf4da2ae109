/**
 * Ending (EL3, EL5): nodes and trials end before the app does, whatever ends it. Quitting waits for
 * them; closing with a running cluster, trials or unsaved changes asks first, a signal does not.
 */
import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import type { Lab } from '../../shared/api'
import type { HostDesk } from '../host/reportPage'
import { writeCrashNote } from './crashNote'

/** The lab stops nodes orderly for 1.5 s and then kills; this is for a lab that hangs. */
const CLOSE_MS_MAX = 8000

const DRAFT_WORDS = 'A draft is kept and offered at the next start.'
const CLUSTER_WORDS = 'Its nodes end with the lab. The record of the run is kept.'
const DESK_WORDS = 'They end with the lab. What has ended is kept.'

export interface Lifecycle {
  /** Ends nodes and app without asking. */
  end(code: number): Promise<void>
}

export interface LifecycleOptions {
  readonly lab: Lab
  readonly desk: HostDesk | null
  readonly isRunning: () => boolean
  /** Name of what is not saved; null: nothing is. */
  readonly unsaved: () => string | null
  readonly window: () => BrowserWindow | null
  readonly beforeExit: () => Promise<void>
  readonly onNote: (words: string) => void
}

export function startLifecycle(options: LifecycleOptions): Lifecycle {
  let ending: Promise<void> | null = null
  let isAsking = false

  const end = (code: number): Promise<void> => {
    ending ??= closeAll(options).finally(() => app.exit(code))
    return ending
  }
  const quit = async (): Promise<void> => {
    if (isAsking || ending) return
    isAsking = true
    const isWanted = await mayQuit(options)
    isAsking = false
    if (isWanted) await end(0)
  }
  app.on('before-quit', (event) => {
    event.preventDefault()
    void quit()
  })
  app.on('window-all-closed', () => app.quit())
  app.on('child-process-gone', (_event, details) => {
    options.onNote(`A process of the window ended: ${details.type}, ${details.reason}.`)
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void end(0))
  }
  const crash = (error: unknown): void => {
    const note = writeCrashNote(app.getPath('userData'), app.getVersion(), error)
    const words = error instanceof Error ? error.message : String(error)
    options.onNote(`The lab failed: ${words}`)
    void closeAll(options).finally(() => {
      const where = note === null ? 'No note could be written.' : `Details are in ${note}`
      dialog.showErrorBox('Paxos Lab has to end', `${words}\n\nAll nodes were stopped. ${where}`)
      app.exit(1)
    })
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  return { end }
}

/** Asks when the user would lose a running cluster, trials, or changes. */
async function mayQuit(options: LifecycleOptions): Promise<boolean> {
  const window = options.window()
  const losses = lossesOf(options)
  if (losses.length === 0 || window === null) return true
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: losses.map(([message]) => message).join(' '),
    detail: losses.map(([, detail]) => detail).join('\n'),
    buttons: ['Quit', 'Cancel'],
    // Whoever presses Enter in haste keeps what is not saved.
    defaultId: options.unsaved() === null ? 0 : 1,
    cancelId: 1,
  })
  return response === 0
}

/** What is lost, and what is kept of it. */
function lossesOf(options: LifecycleOptions): (readonly [message: string, detail: string])[] {
  const name = options.unsaved()
  const losses: (readonly [string, string])[] = []
  if (name !== null) losses.push([`${name} has changes that are not saved.`, DRAFT_WORDS])
  if (options.isRunning()) losses.push(['A cluster is running.', CLUSTER_WORDS])
  if (options.desk?.isBusy === true)
    losses.push(['Trials or a re-enactment are running.', DESK_WORDS])
  return losses
}

async function closeAll(options: LifecycleOptions): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      options.onNote(`The lab did not end within ${CLOSE_MS_MAX} ms.`)
      resolve()
    }, CLOSE_MS_MAX)
  })
  const { lab, desk, beforeExit } = options
  const closed = Promise.all([lab.close(), desk?.close(), beforeExit()]).catch((error: unknown) => {
    options.onNote(`The lab did not end well: ${String(error)}`)
  })
  await Promise.race([closed, limit])
  clearTimeout(timer)
}
