/**
 * Where a scenario is played: on a lab of real processes here, in virtual time in `simScenario.ts`.
 *
 * Units: ms of the place's own clock.
 */
import type { LabEvent } from '../../core/event'
import type { LivenessView } from '../../core/measure/series'
import { LabCallError } from '../../shared/api'
import type { ClusterOptions, LabApi, LabStatus, LoadOptions } from '../../shared/api'
import type { ScenarioVerb } from '../../shared/experiment'
import { performVerb } from '../../shared/performVerb'
import type { VerbResult } from '../../shared/performVerb'

const POLL_MS = 20

export type Waited = 'came' | 'timedOut' | 'stopped'

export interface PlayClock {
  now(): number
  /** Looks at once, then again and again until it is true, the time is over, or it is stopped. */
  until(check: () => boolean, limitMs: number, signal: AbortSignal): Promise<Waited>
}

export interface ScenarioPlace {
  readonly clock: PlayClock
  /** A cluster of its own, after the end of one that runs. Rejects if none starts. */
  start(options: ClusterOptions): Promise<void>
  setLoad(load: LoadOptions): Promise<void>
  /** Rejects with LabCallError if it cannot be done. */
  perform(verb: ScenarioVerb): Promise<VerbResult>
  /** What a node holds in a slot, as text; null: it does not tell. */
  slotText(node: number, slot: number): Promise<string | null>
  /** Every event of the record, in order; answers how to stop. */
  subscribe(listener: (event: LabEvent) => void): () => void
  liveness(): LivenessView
  status(): LabStatus
  /** Messages that link faults swallowed; missing: as the events tell. */
  droppedFrames?(): number
}

export interface ScenarioHost {
  readonly lab: LabApi
  /** Every event of the record, in order; answers how to stop. */
  subscribe(listener: (event: LabEvent) => void): () => void
  liveness(): LivenessView
  status(): LabStatus
}

export function labPlace(host: ScenarioHost): ScenarioPlace {
  const { lab } = host
  return {
    clock: wallClock,
    start: async (options) => {
      if (host.status().state !== 'idle') await lab.stopCluster()
      await lab.startCluster(options)
    },
    setLoad: (load) => lab.setLoad(load),
    perform: ({ verb }) => performVerb(lab, verb, host),
    slotText: async (node, slot) => {
      const [view] = await lab.slots(node, slot, 1)
      return view?.chosen?.text ?? view?.vote?.text ?? null
    },
    subscribe: (listener) => host.subscribe(listener),
    liveness: () => host.liveness(),
    status: () => host.status(),
  }
}

const wallClock: PlayClock = {
  now: () => performance.now(),
  until(check, limitMs, signal) {
    const endsAtMs = performance.now() + limitMs
    return new Promise((resolve, reject) => {
      const finish = (waited: Waited): void => {
        clearInterval(timer)
        resolve(waited)
      }
      const look = (): void => {
        try {
          if (signal.aborted) finish('stopped')
          else if (check()) finish('came')
          else if (performance.now() >= endsAtMs) finish('timedOut')
        } catch (error) {
          clearInterval(timer)
          reject(error instanceof Error ? error : new LabCallError('internal', String(error)))
        }
      }
      const timer = setInterval(look, POLL_MS)
      look()
    })
  },
}
