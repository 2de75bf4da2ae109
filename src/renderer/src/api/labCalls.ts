/**
 * The one way to call the lab. While a run that is over is shown, its record answers instead of the
 * lab, and everything else is refused.
 *
 * Errors: `act` shows a failure as a toast and answers null; `ask` and `askHost` reject.
 */
import type { LabClient, WindowApi } from '../../../shared/rpc'
import { savedCalls } from '../sources/savedView'
import type { SavedView } from '../sources/savedView'
import { useToastsStore } from '../stores/toasts'
import { describeFailure } from './failure'
import { boundedCalls } from './messageSize'

export interface CallState {
  readonly client: LabClient | null
  readonly saved: SavedView | null
}

type Run<T> = (call: WindowApi) => Promise<T>

export interface LabCalls {
  /** `title` names the act as a person would, such as "Kill N2". */
  act<T>(run: Run<T>, title?: string): Promise<T | null>
  /** Where the caller shows the failure itself and an answer is awaited. */
  ask<T>(run: Run<T>): Promise<T>
  /** Whatever is shown: a run of the past is opened from another one too. */
  askHost<T>(run: Run<T>): Promise<T>
}

export function createLabCalls(now: () => CallState): LabCalls {
  function callsNow(): WindowApi | null {
    const { client, saved } = now()
    if (client === null) return null
    const call = boundedCalls(client.call)
    return saved === null ? call : savedCalls(call, saved)
  }

  return {
    async act(run, title = 'The lab refused') {
      const toasts = useToastsStore()
      const call = callsNow()
      if (call === null) {
        const why = 'The host is not connected; nothing was changed.'
        toasts.show({ level: 'error', title, why })
        return null
      }
      try {
        return await run(call)
      } catch (error) {
        const { words: why, details } = describeFailure(error)
        toasts.show({ level: 'error', title, why, details })
        return null
      }
    },
    async ask(run) {
      return await run(connected(callsNow()))
    },
    async askHost(run) {
      const { client } = now()
      return await run(connected(client && boundedCalls(client.call)))
    },
  }
}

function connected(call: WindowApi | null): WindowApi {
  if (call === null) throw new Error('The host is not connected.')
  return call
}
