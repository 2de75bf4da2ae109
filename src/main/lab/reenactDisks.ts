/**
 * What the disks hold in the end: every vote that was ever written there, by node, and what they
 * make chosen. Read from the logs of processes that have ended; no node's word is taken for it.
 *
 * Chosen: a phase-2 quorum has voted in a slot for one value at one ballot, at any time. Logs keep
 *         votes that later ones replaced, so that a value once chosen shows for ever.
 */
import { describeValue } from '../../core/kv/value'
import { compareBallot, formatBallot, sameBallot } from '../../core/paxos/ballot'
import type { Ballot, NodeId, Slot } from '../../core/paxos/ballot'
import type { StableRecord } from '../../core/paxos/effect'
import { valueId } from '../../core/paxos/fact'
import { Quorums, toNodeSet } from '../../core/paxos/quorum'
import type { QuorumSystem } from '../../core/paxos/quorum'

const VALUE_CHARS_MAX = 60

export interface NodeDisk {
  readonly node: NodeId
  readonly records: readonly StableRecord[]
}

interface Vote {
  readonly node: NodeId
  readonly slot: Slot
  readonly ballot: Ballot
  readonly value: string
}

export interface ChosenOnDisk {
  readonly slot: Slot
  readonly ballot: Ballot
  /** Command id. */
  readonly id: string
  readonly text: string
  readonly nodes: readonly NodeId[]
}

export interface DiskReport {
  readonly votes: number
  readonly chosen: readonly ChosenOnDisk[]
  /** Values chosen in the slot that has most of them: 2 breaks agreement. */
  readonly valuesMax: number
  /** The content of `disks.txt`. */
  readonly text: string
}

export function reportDisks(
  disks: readonly NodeDisk[],
  acceptors: readonly NodeId[],
  system: QuorumSystem,
): DiskReport {
  const votes = disks.flatMap(votesOf)
  const slots = [...new Set(votes.map(({ slot }) => slot))].sort((a, b) => a - b)
  const quorums = new Quorums(system, acceptors)
  const bySlot = slots.map((slot) => {
    const own = votes.filter((vote) => vote.slot === slot)
    return { slot, own, chosen: chosenOf(own, quorums) }
  })
  const chosen = bySlot.flatMap((slot) => slot.chosen)
  const counts = bySlot.map((slot) => new Set(slot.chosen.map(({ id }) => id)).size)
  const text = bySlot.flatMap(({ slot, own, chosen: of }) => slotLines(slot, own, of, disks))
  return {
    votes: votes.length,
    chosen,
    valuesMax: Math.max(0, ...counts),
    text: [...(text.length === 0 ? ['no votes'] : text), ''].join('\n'),
  }
}

/** `slot 1: "SET x a" at 1.1 by N1, N2; "SET x b" at 2.3 by N2, N3`. */
export function chosenWords(chosen: readonly ChosenOnDisk[]): string {
  const slots = [...new Set(chosen.map(({ slot }) => slot))]
  const words = slots.map((slot) => {
    const own = chosen.filter((one) => one.slot === slot).map(proposalWords)
    return `slot ${slot}: ${own.join('; ')}`
  })
  return words.join(' | ') || 'nothing is chosen'
}

function proposalWords({ text, ballot, nodes }: ChosenOnDisk): string {
  return `"${text}" at ${formatBallot(ballot)} by ${nodes.map((node) => `N${node}`).join(', ')}`
}

function votesOf({ node, records }: NodeDisk): Vote[] {
  return records.flatMap((record) =>
    record.kind === 'vote'
      ? record.values.map((value, index) => {
          return { node, slot: record.slot + index, ballot: record.ballot, value }
        })
      : [],
  )
}

function chosenOf(votes: readonly Vote[], quorums: Quorums): ChosenOnDisk[] {
  const proposals = votes.filter(
    (vote, at) => votes.findIndex((other) => isSame(vote, other)) === at,
  )
  return proposals
    .map((proposal) => {
      const nodes = [
        ...new Set(votes.filter((one) => isSame(proposal, one)).map(({ node }) => node)),
      ]
      const { slot, ballot, value } = proposal
      const text = describeValue(value, VALUE_CHARS_MAX)
      return { slot, ballot, id: valueId(value), text, nodes: nodes.sort((a, b) => a - b) }
    })
    .filter(({ nodes }) => quorums.chosen(toNodeSet(nodes)))
    .sort((a, b) => compareBallot(a.ballot, b.ballot))
}

function isSame(left: Vote, right: Vote): boolean {
  return sameBallot(left.ballot, right.ballot) && left.value === right.value
}

function slotLines(
  slot: Slot,
  votes: readonly Vote[],
  chosen: readonly ChosenOnDisk[],
  disks: readonly NodeDisk[],
): string[] {
  const nodes = disks.map(({ node }) => {
    const own = votes
      .filter((vote) => vote.node === node)
      .map(
        (vote) =>
          `vote ${formatBallot(vote.ballot)} "${describeValue(vote.value, VALUE_CHARS_MAX)}"`,
      )
    return `  N${node}: ${own.join('; then ') || 'no vote'}`
  })
  const values = new Set(chosen.map(({ id }) => id)).size
  const verdict =
    values === 0
      ? 'nothing is chosen'
      : values === 1
        ? 'one value is chosen'
        : `${values} values are chosen`
  return [
    `slot ${slot}: ${verdict}`,
    ...nodes,
    ...chosen.map((one) => `  chosen: ${proposalWords(one)}`),
  ]
}
