/**
 * Judges one state of a world from the ghosts of its nodes: the invariants of protocol §5 as
 * predicates of a state. "Chosen" is computed from votes alone.
 *
 * Why a state is enough: ghosts never forget, so that "was chosen before" is "is chosen by the
 *         votes so far", judged in every state on the way; I6 and I7 differ in what happened last.
 * Sooner: the oracle reads what nodes tell; here the acceptor itself is looked at as well, so that
 *         a vote above its promise (I3) shows in the state in which it is there.
 */
import { compareBallot, formatBallot } from '../../paxos/ballot'
import type { Slot } from '../../paxos/ballot'
import { addNode, toNodeSet } from '../../paxos/quorum'
import type { NodeSet, Quorums } from '../../paxos/quorum'
import type { Ghost, GhostFault, GhostProposal, GhostVote } from './replicasGhost'

/** Ids that the votes choose, by slot. */
type Chosen = ReadonlyMap<Slot, ReadonlySet<string>>

export interface Judgement {
  readonly faults: readonly GhostFault[]
  readonly chosenSlots: number
}

export function judge(ghosts: readonly Ghost[], quorums: Quorums): Judgement {
  const chosen = chosenBy(ghosts, quorums)
  const faults = [
    ...ghosts.flatMap((ghost) => ghost.faults),
    ...agreement(ghosts, chosen),
    ...learning(ghosts, chosen),
    ...uniqueIds(ghosts),
    ...ghosts.flatMap((ghost) => ghost.issued.flatMap((one) => p2c(one, ghosts, quorums))),
    ...execution(ghosts, chosen),
  ]
  return { faults, chosenSlots: chosen.size }
}

/** The worst first: what ends a schedule is named by what it breaks in the end. */
const RANK = ['I8', 'I11', 'I10', 'I9', 'I12', 'I13', 'I5', 'I6', 'I7', 'I1', 'I2', 'I3', 'I4']

export function worst(faults: readonly GhostFault[]): GhostFault | undefined {
  const rank = ({ invariant }: GhostFault): number => RANK.indexOf(invariant) + 1 || 99
  return [...faults].sort((a, b) => rank(a) - rank(b))[0]
}

function chosenBy(ghosts: readonly Ghost[], quorums: Quorums): Chosen {
  const voters = new Map<string, { vote: GhostVote; set: NodeSet }>()
  for (const { node, votes } of ghosts) {
    for (const vote of votes) {
      const key = `${vote.slot} ${formatBallot(vote.ballot)} ${vote.id}`
      const tally = voters.get(key)
      if (tally === undefined) voters.set(key, { vote, set: addNode(0, node) })
      else tally.set = addNode(tally.set, node)
    }
  }
  const chosen = new Map<Slot, Set<string>>()
  for (const { vote, set } of voters.values()) {
    if (!quorums.chosen(set)) continue
    const ids = chosen.get(vote.slot)
    if (ids === undefined) chosen.set(vote.slot, new Set([vote.id]))
    else ids.add(vote.id)
  }
  return chosen
}

function agreement(ghosts: readonly Ghost[], chosen: Chosen): GhostFault[] {
  const faults: GhostFault[] = []
  const submitted = new Set(ghosts.flatMap((ghost) => ghost.submitted))
  for (const [slot, ids] of chosen) {
    if (ids.size > 1) {
      const words = `slot ${slot} has two chosen values: ${[...ids].sort().join(' and ')}`
      faults.push({ invariant: 'I8', words })
    }
    for (const id of ids) {
      if (id === '-' || submitted.has(id)) continue
      faults.push({ invariant: 'I9', words: `${id} is chosen in slot ${slot}; no client asked` })
    }
  }
  return faults
}

function learning(ghosts: readonly Ghost[], chosen: Chosen): GhostFault[] {
  const faults: GhostFault[] = []
  const learned = new Map<Slot, string>()
  const all = new Set([...chosen.values()].flatMap((ids) => [...ids]))
  for (const ghost of ghosts) {
    for (const { slot, id } of ghost.learned) {
      if (chosen.get(slot)?.has(id) !== true) {
        const words = `node ${ghost.node} learned ${id} in slot ${slot}, which is not chosen`
        faults.push({ invariant: 'I10', words })
      }
      const other = learned.get(slot)
      if (other !== undefined && other !== id) {
        faults.push({ invariant: 'I8', words: `slot ${slot} was learned as ${other} and as ${id}` })
      }
      learned.set(slot, id)
    }
    for (const id of ghost.answered) {
      if (all.has(id)) continue
      const words = `node ${ghost.node} told its client that ${id} is done, which is not chosen`
      faults.push({ invariant: 'I11', words })
    }
  }
  return faults
}

function uniqueIds(ghosts: readonly Ghost[]): GhostFault[] {
  const values = new Map<string, string>()
  const faults: GhostFault[] = []
  for (const { issued } of ghosts) {
    for (const { slot, ballot, id } of issued) {
      const key = `${slot} ${formatBallot(ballot)}`
      const other = values.get(key)
      values.set(key, id)
      if (other === undefined || other === id) continue
      const words = `ballot ${formatBallot(ballot)} has two values in slot ${slot}: ${other}, ${id}`
      faults.push({ invariant: 'I5', words })
    }
  }
  return faults
}

/** P2c of one proposal against all votes so far; I6 and I7 are told apart by the caller. */
function p2c(
  { slot, ballot, id, witnesses }: GhostProposal,
  ghosts: readonly Ghost[],
  quorums: Quorums,
): GhostFault[] {
  if (witnesses === null) return []
  const what = `proposal ${formatBallot(ballot)} of ${id} in slot ${slot}`
  const by = `its witnesses ${witnesses.join(', ')}`
  if (!quorums.promised(toNodeSet(witnesses))) {
    return [{ invariant: 'I6', words: `${what}: ${by} are no quorum of phase 1` }]
  }
  let newest: GhostVote | null = null
  for (const { node, votes } of ghosts) {
    if (!witnesses.includes(node)) continue
    for (const vote of votes) {
      if (vote.slot !== slot || compareBallot(vote.ballot, ballot) >= 0) continue
      if (newest === null || compareBallot(vote.ballot, newest.ballot) > 0) newest = vote
    }
  }
  if (newest === null || newest.id === id) return []
  const words = `${what}: of ${by} one voted for ${newest.id} at ${formatBallot(newest.ballot)}`
  return [{ invariant: 'I6', words, proposal: { slot, ballot, id } }]
}

/** Only chosen slots are applied, over no gap, and equal logs give equal states. */
function execution(ghosts: readonly Ghost[], chosen: Chosen): GhostFault[] {
  const known = new Map<Slot, string>()
  const faults: GhostFault[] = []
  for (const { node, applied } of ghosts) {
    for (const { through, digest } of applied) {
      let gap = 1
      while (gap <= through && chosen.has(gap)) gap += 1
      if (gap <= through) {
        const words = `node ${node} executed up to slot ${through}; slot ${gap} is not chosen`
        faults.push({ invariant: 'I13', words })
      }
      const other = known.get(through)
      known.set(through, digest)
      if (other === undefined || other === digest) continue
      const words = `node ${node} has another state than a peer after slot ${through}`
      faults.push({ invariant: 'I12', words })
    }
  }
  return faults
}
