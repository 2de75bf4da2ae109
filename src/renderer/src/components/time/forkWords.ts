/** What can come next in a simulated run that waits, in words. Pure. */
import type { Due } from '../../../../core/sim/agenda'
import { toMs } from '../../../../core/sim/agenda'

const TIMERS: Readonly<Record<string, string>> = {
  election: 'election timer',
  heartbeat: 'heartbeat timer',
  bid: 'back-off timer',
  resend: 'resend timer',
  read: 'read timer',
  catchUp: 'catch-up timer',
}

export interface DueRow {
  readonly order: number
  readonly words: string
  /** When it is due: `+12.35 ms`. */
  readonly when: string
}

/**
 * Earliest first; the first one is what comes next by itself. Of what clients, planned faults and
 * the lab do only that is shown which is due first: the rest is no choice of the protocol.
 */
export function dueRows(due: readonly Due[], nowMs: number): DueRow[] {
  const choices = due.filter(({ what }, at) => at === 0 || what !== null)
  return choices.map(({ order, atGrains, what }) => ({
    order,
    words: dueWords(what),
    when: `+${Math.max(0, toMs(atGrains) - nowMs).toFixed(2)} ms`,
  }))
}

function dueWords(what: Due['what']): string {
  switch (what?.kind) {
    case 'message':
      return `N${what.from} → N${what.to} ${what.message}`
    case 'timer':
      return `N${what.node} ${TIMERS[what.timer] ?? `timer ${what.timer}`}`
    case 'flush':
      return `N${what.node} flush ends`
    case 'round':
      return `N${what.node} takes in what arrived`
    case undefined:
      return 'a client, a planned fault or the lab'
  }
}
