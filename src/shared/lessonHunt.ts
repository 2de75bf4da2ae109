/**
 * What a hunt for a broken rule counts in one step of a lesson: how it broke, and what somebody
 * did until then. A break is a violation that a check found, or STARVED_MIN client requests without
 * success while nothing was chosen, no fault was there, no frame was held and a quorum was in
 * reach, from the beginning of the step on.
 *
 * Effort: faults that were injected and steps: faults that were ended, client requests, acts of a
 *         person, frames that a hand delivered. It counts until the first break.
 */
import type { LabEvent } from '../core/event'

const STARVED_MIN = 2

/** How the run stands, of `RunStates`. */
export interface Calm {
  readonly faultCount: number
  readonly framesHeld: number
  readonly quorum: 'yes' | 'no'
}

export class HuntFigures {
  effort = 0
  private violations = 0
  private starved = 0
  private isCalm = true

  constructor(private readonly run: Calm) {}

  get breaks(): number {
    return this.violations + (this.starved >= STARVED_MIN ? 1 : 0)
  }

  feed(event: LabEvent): void {
    const { faultCount, framesHeld, quorum } = this.run
    if (faultCount > 0 || framesHeld > 0 || quorum === 'no' || event.type === 'chosen') {
      this.isCalm = false
      this.starved = 0
    }
    if (this.breaks === 0) this.effort += stepsOf(event)
    if (event.type === 'violated') this.violations += 1
    if (this.isCalm) this.starved += unansweredIn(event)
  }
}

function unansweredIn(event: LabEvent): number {
  if (event.type === 'loadSampled') return event.failed + event.unknown
  return event.type === 'clientReplied' && event.outcome !== 'ok' ? 1 : 0
}

/** A proposal is told as an act and as a reply: it counts once. */
function stepsOf(event: LabEvent): number {
  switch (event.type) {
    case 'faultStarted':
    case 'faultEnded':
    case 'clientReplied':
      return 1
    case 'loadSampled':
      return event.sent
    case 'frameReleased':
      return event.how === 'byHand' ? 1 : 0
    case 'acted':
      return event.actor === 'lesson' || event.act.startsWith('propose ') ? 0 : 1
    default:
      return 0
  }
}
