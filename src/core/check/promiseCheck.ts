/**
 * I1, I2 and I3: the promise of a node never goes down, restarts included; no vote is below it; and
 * a vote raises it, or an older vote could replace a newer one (PMS §2.2, P1a).
 *
 * Facts tell promises and votes that are durable, so that a restart may not forget any of them. A
 * late fact of an earlier life proves nothing and is passed over.
 * A node that lost its log and came back as a learner has forgotten, and may: as long as it never
 * promises or votes again.
 */
import type { LabEvent, NodeEvent } from '../event'
import { compareBallot, formatBallot } from '../paxos/ballot'
import type { Ballot, NodeId } from '../paxos/ballot'
import type { Report } from './violation'

/** Lives of a node that came back without its log count from here (`node/fileLog.ts`). */
const REJOIN_LIFE_MIN = 1_000_000

interface Mark {
  readonly ballot: Ballot
  readonly seq: number
}

interface NodeMarks {
  life: number
  promised: Mark | null
  /** The highest vote. */
  voted: Mark | null
  /** Seq of the event since which it may not vote; null: it may. */
  lostAt: number | null
}

type Fact = Extract<NodeEvent, { type: 'promised' | 'voted' | 'refused' | 'recovered' }>

export class PromiseCheck {
  /** Promises and votes that were looked at. */
  judged = 0
  private readonly nodes = new Map<NodeId, NodeMarks>()
  private readonly wiped = new Set<NodeId>()

  feed(event: LabEvent, report: Report): void {
    switch (event.type) {
      case 'promised':
      case 'voted':
      case 'refused':
      case 'recovered': {
        const marks = this.at(event)
        if (event.life < marks.life) return
        this.judged += 1
        return this.judge(event, marks, report)
      }
      case 'faultStarted':
        if (event.fault.fault.kind === 'wipe') this.wiped.add(event.fault.fault.node)
    }
  }

  private judge(event: Fact, marks: NodeMarks, report: Report): void {
    switch (event.type) {
      case 'recovered':
        if (marks.lostAt === null) tellForgotten(event, marks, report)
        return
      case 'promised':
        tellLower(event, marks, report)
        marks.promised = higher(marks.promised, event)
        return
      case 'voted':
        tellLower(event, marks, report)
        marks.voted = higher(marks.voted, event)
        return
      case 'refused':
        if (marks.lostAt === null) tellLowRefusal(event, marks, report)
    }
  }

  private at({ by, life, seq, type }: Fact): NodeMarks {
    const present = this.nodes.get(by)
    if (present === undefined) {
      const made = { life, promised: null, voted: null, lostAt: null }
      this.nodes.set(by, made)
      return made
    }
    if (life > present.life) {
      present.life = life
      if (type === 'recovered' && (life >= REJOIN_LIFE_MIN || this.wiped.has(by))) {
        present.lostAt ??= seq
      }
    }
    return present
  }
}

function higher(mark: Mark | null, { ballot, seq }: Mark): Mark {
  return mark !== null && compareBallot(ballot, mark.ballot) <= 0 ? mark : { ballot, seq }
}

/** I1, I2 or I3 for a promise or vote below one that came before. */
function tellLower(
  event: Extract<Fact, { type: 'promised' | 'voted' }>,
  { promised, voted, lostAt }: NodeMarks,
  report: Report,
): void {
  const { by, ballot, seq, type } = event
  const name = formatBallot(ballot)
  const what = type === 'voted' ? `voted at ${name} in slot ${event.slot}` : `promised ${name}`
  if (lostAt !== null) {
    const words = `N${by} lost its log, came back to learn only, and ${what}`
    return report({ invariant: 'I2', words, evidence: [lostAt, seq] })
  }
  if (promised !== null && compareBallot(ballot, promised.ballot) < 0) {
    const words = `N${by} ${what} after it had promised ${formatBallot(promised.ballot)}`
    const invariant = type === 'voted' ? 'I1' : 'I2'
    return report({ invariant, words, evidence: [promised.seq, seq] })
  }
  if (voted === null || compareBallot(ballot, voted.ballot) >= 0) return
  const words =
    `N${by} ${what} after it had voted at ${formatBallot(voted.ballot)}: ` +
    'that vote had not raised its promise'
  report({ invariant: 'I3', words, evidence: [voted.seq, seq] })
}

/** I2, or I3 where only a vote implied the promise: it refuses with a lower one than it gave. */
function tellLowRefusal(
  { by, promised: said, seq }: Extract<Fact, { type: 'refused' }>,
  { promised, voted }: NodeMarks,
  report: Report,
): void {
  // Without any promise there is no phase 1 in this run, and refusals name votes.
  if (promised === null) return
  const name = formatBallot(said)
  if (compareBallot(said, promised.ballot) < 0) {
    const words = `N${by} says that it promised ${name}, after ${formatBallot(promised.ballot)}`
    return report({ invariant: 'I2', words, evidence: [promised.seq, seq] })
  }
  if (voted === null || compareBallot(said, voted.ballot) >= 0) return
  const words =
    `N${by} says that it promised ${name} after it had voted at ${formatBallot(voted.ballot)}: ` +
    'that vote had not raised its promise'
  report({ invariant: 'I3', words, evidence: [voted.seq, seq] })
}

/** I2 and I4: a restart forgot what was durable. */
function tellForgotten(
  { by, promised: found, seq }: Extract<Fact, { type: 'recovered' }>,
  { promised, voted }: NodeMarks,
  report: Report,
): void {
  const isVote = voted !== null && (promised === null || isAbove(voted, promised))
  const mark = isVote ? voted : promised
  if (mark === null || compareBallot(found, mark.ballot) >= 0) return
  const name = formatBallot(mark.ballot)
  const words = `N${by} restarted with promise ${formatBallot(found)} and forgot ${name}`
  for (const invariant of ['I2', 'I4']) report({ invariant, words, evidence: [mark.seq, seq] })
}

function isAbove(left: Mark, right: Mark): boolean {
  return compareBallot(left.ballot, right.ballot) > 0
}
