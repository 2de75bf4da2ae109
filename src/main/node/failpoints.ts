/**
 * Failpoints: named places where a node can be made to crash, stand still or fail, as data in the
 * one build. Nothing armed: a hit is a count and a look.
 *
 * Order:  `before` is before the step has any effect, `after` is before anyone hears of it.
 * Errors: `FailpointError` is thrown by a point that is armed with `error`; what it does then is
 *         what a real error at that place does.
 */
import type { FailpointArm } from '../../core/fault'
import type { MessageFamily } from '../../core/paxos/message'
import { FAILPOINTS } from '../../shared/failpoints'
import type { FailpointName } from '../../shared/failpoints'
import { sleepSync } from './slowness'

const NAMES: ReadonlySet<string> = new Set(FAILPOINTS.map(({ name }) => name))
export const FAILPOINT_DELAY_MS_MAX = 60_000

export class FailpointError extends Error {
  override readonly name = 'FailpointError'
}

/** What the actions do to the process; tests hand in others. */
export interface FailpointActs {
  readonly crash: () => void
  readonly delay: (delayMs: number) => void
}

const REAL_ACTS: FailpointActs = {
  crash: () => process.kill(process.pid, 'SIGKILL'),
  // The thread itself stands still, as under SIGSTOP; nothing of the node goes on.
  delay: (delayMs) => sleepSync(delayMs),
}

interface Armed {
  readonly arm: FailpointArm
  left: number
}

export class Failpoints {
  private readonly counts = new Map<FailpointName, number>()
  private readonly armed = new Map<string, Armed>()
  private acts: FailpointActs = REAL_ACTS

  /** Hits of every point since the process began, those never hit included. */
  get hits(): Readonly<Record<string, number>> {
    return Object.fromEntries(FAILPOINTS.map(({ name }) => [name, this.counts.get(name) ?? 0]))
  }

  /** Replaces what was armed at that point. @throws FailpointError for what cannot be armed. */
  arm(arm: FailpointArm): void {
    if (!NAMES.has(arm.name)) throw new FailpointError(`there is no failpoint "${arm.name}"`)
    if (!Number.isSafeInteger(arm.skip) || arm.skip < 0) {
      throw new FailpointError(`failpoint ${arm.name}: skip must be a count, not ${arm.skip}`)
    }
    if (!(arm.delayMs >= 0 && arm.delayMs <= FAILPOINT_DELAY_MS_MAX)) {
      throw new FailpointError(
        `failpoint ${arm.name}: delayMs must be from 0 to ${FAILPOINT_DELAY_MS_MAX}`,
      )
    }
    this.armed.set(arm.name, { arm, left: arm.skip })
  }

  /** Disarms one point, or all. */
  disarm(name?: string): void {
    if (name === undefined) this.armed.clear()
    else this.armed.delete(name)
  }

  hit(name: FailpointName): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
    if (this.armed.size > 0) this.act(name)
  }

  /** For tests: other acts until they are set again; null sets the real ones. */
  setActs(acts: FailpointActs | null): void {
    this.acts = acts ?? REAL_ACTS
  }

  private act(name: FailpointName): void {
    const armed = this.armed.get(name)
    if (!armed) return
    if (armed.left > 0) {
      armed.left -= 1
      return
    }
    const { action, delayMs } = armed.arm
    // A delay stays until it is disarmed; the others can strike only once.
    if (action !== 'delay') this.armed.delete(name)
    if (action === 'crash') this.acts.crash()
    else if (action === 'delay') this.acts.delay(delayMs)
    else throw new FailpointError(`failpoint ${name}: planted error`)
  }
}

/** The points of this process. */
export const failpoints = new Failpoints()

/** Names of the points around a send, by family. */
export const SEND_POINTS = {
  phase1: { before: 'send.phase1.before', after: 'send.phase1.after' },
  phase2: { before: 'send.phase2.before', after: 'send.phase2.after' },
  learn: { before: 'send.learn.before', after: 'send.learn.after' },
  refuse: { before: 'send.refuse.before', after: 'send.refuse.after' },
  heartbeat: { before: 'send.heartbeat.before', after: 'send.heartbeat.after' },
  client: { before: 'send.client.before', after: 'send.client.after' },
} as const satisfies Record<MessageFamily, { before: FailpointName; after: FailpointName }>
