/**
 * Disk image: what a node's disk holds before its first start, so that a scenario can begin with
 * any state of an acceptor (PMS §3: a new leader that knows 1-134, 138 and 139).
 *
 * A command is written with a session and a count that follow from its words and its slot: the
 * same command in the same slot is the same value on every disk.
 * Errors: `imageFault` says in words what contradicts itself.
 */
import { printCommand } from '../core/kv/value'
import { compareBallot } from '../core/paxos/ballot'
import type { Ballot } from '../core/paxos/ballot'
import type { StableRecord } from '../core/paxos/effect'
import { NO_OP } from '../core/paxos/message'
import type { Value } from '../core/paxos/message'

/** Slots of one run; a longer one would not fit a record. */
export const IMAGE_RUN_MAX = 2000
export const IMAGE_RUNS_MAX = 1000

/** One command in each of these slots. */
export interface ImageRun {
  readonly slotFrom: number
  readonly slotTo: number
  /** Empty: a no-op. */
  readonly command: readonly string[]
}

export interface ImageVote extends ImageRun {
  readonly ballot: Ballot
}

export interface DiskImage {
  readonly node: number
  /** Null: no more than its votes imply. */
  readonly promised: Ballot | null
  readonly votes: readonly ImageVote[]
  /** Learned without a vote of its own. */
  readonly learned: readonly ImageRun[]
  /** Slots 1 to here are known to be chosen; 0: none. */
  readonly chosenThrough: number
}

/** Why an image must be refused; null if a node can start from it. */
export function imageFault({ node, ...image }: DiskImage): string | null {
  const { promised, votes, learned, chosenThrough } = image
  const where = `image: node ${node}:`
  for (const { slotFrom, slotTo } of [...votes, ...learned]) {
    if (slotFrom < 1 || slotTo < slotFrom) return `${where} ${slotFrom}-${slotTo} are no slots`
    if (slotTo - slotFrom < IMAGE_RUN_MAX) continue
    return `${where} ${slotFrom}-${slotTo} are more than ${IMAGE_RUN_MAX} slots in one line`
  }
  const held = new Set<number>()
  for (const { slotFrom, slotTo } of [...votes, ...learned]) {
    for (let slot = slotFrom; slot <= slotTo; slot += 1) held.add(slot)
  }
  for (let slot = 1; slot <= chosenThrough; slot += 1) {
    if (!held.has(slot)) return `${where} slot ${slot} is said to be chosen and has no value`
  }
  const above = votes.find(({ ballot }) => promised !== null && compareBallot(ballot, promised) > 0)
  return above === undefined ? null : `${where} a vote is above the promised ballot`
}

/** The records of such a disk, in an order in which a node could have written them. */
export function imageRecords({ promised, votes, learned, chosenThrough }: DiskImage) {
  const byBallot = [...votes].sort((a, b) => compareBallot(a.ballot, b.ballot))
  return [
    ...learned.map((run): StableRecord => ({ kind: 'learned', ...valuesOf(run) })),
    ...byBallot.map((run): StableRecord => {
      return { kind: 'vote', ballot: run.ballot, ...valuesOf(run) }
    }),
    ...(promised === null ? [] : [{ kind: 'promise', ballot: promised } as const]),
    ...(chosenThrough === 0 ? [] : [{ kind: 'chosen', through: chosenThrough } as const]),
  ]
}

function valuesOf({ slotFrom, slotTo, command }: ImageRun): { slot: number; values: Value[] } {
  const session = `image-${hash(command.join('\0'))}`
  const values: Value[] = []
  for (let seq = slotFrom; seq <= slotTo; seq += 1) {
    const isNoOp = command.length === 0
    values.push(isNoOp ? NO_OP : printCommand({ session, seq, ackedThrough: 0, args: command }))
  }
  return { slot: slotFrom, values }
}

/** FNV-1a, 32 bits: names a command, guards nothing. */
function hash(text: string): string {
  let sum = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193) >>> 0
  }
  return sum.toString(16).padStart(8, '0')
}
