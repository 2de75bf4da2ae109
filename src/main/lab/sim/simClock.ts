/**
 * Virtual time for a scenario: whoever waits is looked at every few ms of it, and time passes only
 * when everybody waits. The same waits in the same order give the same run.
 *
 * Units: ms of virtual time. Real time matters only to a person who stops the run.
 */
import { setImmediate } from 'node:timers/promises'
import { msToGrains, toMs } from '../../../core/sim/agenda'
import type { World } from '../../../core/sim/world'
import type { PlayClock, Waited } from '../scenarioPlace'

const LOOK_MS = 20

interface Wait {
  readonly check: () => boolean
  readonly endsAtMs: number
  readonly signal: AbortSignal
  readonly resolve: (waited: Waited) => void
  readonly reject: (error: unknown) => void
}

export class SimClock implements PlayClock {
  private waits: Wait[] = []

  constructor(private readonly world: World) {}

  now(): number {
    return toMs(this.world.agenda.now)
  }

  until(check: () => boolean, limitMs: number, signal: AbortSignal): Promise<Waited> {
    return new Promise((resolve, reject) => {
      const endsAtMs = this.now() + limitMs
      const wait = { check, endsAtMs, signal, resolve, reject }
      if (!this.isOver(wait)) this.waits.push(wait)
    })
  }

  /** Lets time pass until `work` is over. */
  async drive<Out>(work: Promise<Out>): Promise<Out> {
    let over = false
    const end = (): void => {
      over = true
    }
    work.then(end, end)
    for (;;) {
      // Everything that can go on at this instant does so first.
      await setImmediate()
      if (over) return work
      if (this.waits.length > 0) this.pass()
    }
  }

  private pass(): void {
    const first = Math.min(...this.waits.map(({ endsAtMs }) => endsAtMs))
    const untilMs = Math.min(this.now() + LOOK_MS, Math.max(first, this.now()))
    this.world.advance(msToGrains(untilMs))
    this.waits = this.waits.filter((wait) => !this.isOver(wait))
  }

  private isOver({ check, endsAtMs, signal, resolve, reject }: Wait): boolean {
    try {
      if (signal.aborted) resolve('stopped')
      else if (check()) resolve('came')
      else if (this.now() >= endsAtMs) resolve('timedOut')
      else return false
    } catch (error) {
      reject(error)
    }
    return true
  }
}
