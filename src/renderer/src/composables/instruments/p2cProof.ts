/**
 * The proof beside the ladder: what P2, P2a, P2b and P2c ask, whether this slot keeps them, and the
 * induction step of one rung (PMS §2.2: each requirement follows from the next).
 */
import { compareBallot, formatBallot } from '../../../../core/paxos/ballot'
import type { NodeId } from '../../../../core/paxos/ballot'
import { nodesOf } from '../../../../core/paxos/quorum'
import type { Ladder, Rung } from './p2cLadder'

export interface Requirement {
  readonly name: 'P2' | 'P2a' | 'P2b' | 'P2c'
  readonly asks: string
  readonly state: 'kept' | 'broken' | 'idle'
  /** What this slot shows of it. */
  readonly shows: string
}

/** Q voted and chose, S promised: they share somebody. */
export interface Meeting {
  readonly chose: readonly NodeId[]
  readonly promised: readonly NodeId[]
  readonly common: readonly NodeId[]
  readonly words: string
}

const list = (nodes: readonly NodeId[]): string => nodes.map((node) => `N${node}`).join(', ')

/** `v` for ids in sentences: a command where it is known. */
type Text = (id: string) => string

export function requirementsOf(ladder: Ladder, text: Text): Requirement[] {
  const { chosen, rungs } = ladder
  const above = chosen ? rungs.filter(({ ballot }) => compareBallot(ballot, chosen.ballot) > 0) : []
  const v = chosen ? text(chosen.id) : 'v'
  const m = chosen ? formatBallot(chosen.ballot) : 'm'
  const ofAbove = (name: Requirement['name'], verb: string, some: readonly Rung[]): Requirement => {
    const asks = `Once ${v} is chosen at ${m}, every higher proposal that is ${verb} has ${v}.`
    if (chosen === null) return { name, asks, state: 'idle', shows: 'nothing is chosen' }
    const odd = some.find(({ id }) => id !== chosen.id)
    if (odd) {
      const shows = `${formatBallot(odd.ballot)} has ${text(odd.id)}`
      return { name, asks, state: 'broken', shows }
    }
    const shows = some.length === 0 ? 'none so far' : `${some.length} of ${some.length} have it`
    return { name, asks, state: some.length === 0 ? 'idle' : 'kept', shows }
  }
  return [
    ofAbove(
      'P2',
      'chosen',
      above.filter((rung) => rung.chosen !== null),
    ),
    ofAbove(
      'P2a',
      'accepted',
      above.filter(({ voters }) => voters.length > 0),
    ),
    ofAbove('P2b', 'issued', above),
    restingOnQuorums(rungs),
  ]
}

function restingOnQuorums(rungs: readonly Rung[]): Requirement {
  const name = 'P2c'
  const asks =
    'Each proposal rests on a quorum S: nobody in S voted below it, or it has the value of the ' +
    'highest vote below it in S.'
  const judged = rungs.filter(({ verdict }) => verdict === 'holds' || verdict === 'violated')
  const broken = rungs.find(({ verdict, faults }) => {
    return verdict === 'violated' || faults.some(({ invariant }) => /^I[67]$/.test(invariant))
  })
  if (broken)
    return { name, asks, state: 'broken', shows: `not so at ${formatBallot(broken.ballot)}` }
  const open = rungs.length - judged.length
  const rest = open === 0 ? '' : `, not enough data for ${open}`
  const shows = `${judged.length} of ${rungs.length} rungs${rest}`
  return { name, asks, state: judged.length === 0 ? 'idle' : 'kept', shows }
}

/** Why this rung must carry what is chosen; null: it lies at or below the choice, or named no S. */
export function meetingOf({ chosen, rungs }: Ladder, rung: Rung, text: Text): Meeting | null {
  if (chosen === null || rung.witnesses.length === 0) return null
  if (compareBallot(rung.ballot, chosen.ballot) <= 0) return null
  const chose = nodesOf(chosen.voters)
  const common = chose.filter((node) => rung.witnesses.includes(node))
  const between = rungs.filter(({ ballot }) => {
    return compareBallot(ballot, chosen.ballot) > 0 && compareBallot(ballot, rung.ballot) < 0
  })
  const [n, m] = [formatBallot(rung.ballot), formatBallot(chosen.ballot)]
  const meeting = { chose, promised: rung.witnesses, common }
  if (common.length === 0) {
    const words = `Q and S share nobody: ${n} could not hear of ${text(chosen.id)}.`
    return { ...meeting, words }
  }
  const middle = between.map(({ ballot }) => formatBallot(ballot)).join(', ')
  const step = middle === '' ? '' : ` So do those between, by induction: ${middle}.`
  const words =
    `${list(common)} voted at ${m} and promised ${n}: the highest vote in S is at ${m} or above, ` +
    `and has ${text(chosen.id)}.${step}`
  return { ...meeting, words }
}

/** Who promised and is not of S; empty: nobody is known to, or S itself is not known. */
export function uncountedOf({ ballot, uncounted, witnesses }: Rung): string {
  if (uncounted.length === 0 || witnesses.length === 0) return ''
  return `Promised ${formatBallot(ballot)} too, not counted in S: ${list(uncounted)}.`
}

/** What a rung rests on, in a sentence. */
export function groundsOf(rung: Rung, text: Text): string {
  const s = rung.witnesses.length === 0 ? 'no witnesses' : `S = ${list(rung.witnesses)}`
  if (rung.grounds === null) {
    if (rung.witnesses.length === 0) return 'No witnesses: this record tells of no phase 1 of it.'
    return `${s}. Not judged yet: not all of them were seen to promise.`
  }
  if (rung.grounds === 1) return `${s}. Case 1: nobody in S had voted below; any value was free.`
  const { below } = rung
  if (below === null) {
    return `${s}. Case 2: the proposer was forced, by a vote that this record does not tell of.`
  }
  const at = formatBallot(below.ballot)
  return `${s}. Case 2: the highest vote below in S is ${text(below.id)} at ${at}.`
}
