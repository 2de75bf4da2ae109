/**
 * Replay: feeds a recording to a new machine and compares, round by round, what it answers with
 * what was answered. The same inputs give the same answers (machine.ts), or somebody is wrong: the
 * recording, the core that replays it, or the core that ran.
 *
 * Errors: none are thrown for what a recording says; `Difference` says in words what is other.
 */
import { makeMachine } from '../../makeMachine'
import type { MachineInput, MachineOutput } from '../../machineTypes'
import type { NodeMachine } from '../../nodeMachine'
import type { StableRecord } from '../../paxos/effect'
import { formatEffect } from '../../paxos/format'
import type { Snapshot } from '../../paxos/snapshot'
import { digestRound } from './recording'
import type { Hash, RecordedRound, RecordingHead, RoundDigest } from './recording'

/** Effects and inputs that a difference lists at most. */
const LISTED_MAX = 8
const INPUT_CHARS_MAX = 200

/** The first round that is not as it was recorded. */
export interface Difference {
  readonly node: number
  readonly life: number
  /** 0: not even the recovery. */
  readonly round: number
  readonly what: 'recovery' | 'effects' | 'state' | 'failure' | 'order'
  readonly expected: string
  readonly found: string
  /** What the machine was given in that round, in short. */
  readonly inputs: readonly string[]
  /** What it asks for now, in words. */
  readonly effects: readonly string[]
}

/** Sees what the machine answers in a round; `out` is emptied afterwards. */
export type RoundWatcher = (round: RecordedRound, out: MachineOutput) => void

export class Replayer {
  readonly machine: NodeMachine
  /** Rounds that were equal. */
  rounds = 0
  private readonly out: MachineOutput = { effects: [], replies: [], reads: [] }

  constructor(
    private readonly head: RecordingHead,
    private readonly hash: Hash,
    private readonly watch: RoundWatcher = () => {},
  ) {
    this.machine = makeMachine(head.config, head.life)
    this.machine.factsOn = head.factsOn
  }

  /** Before the records. */
  recoverSnapshot(snapshot: Snapshot): Difference | null {
    return this.recover(() => this.machine.recoverSnapshot(snapshot))
  }

  recoverRecord(record: StableRecord): Difference | null {
    return this.recover(() => this.machine.recoverRecord(record))
  }

  /** Null if the machine does what was recorded. After a difference nothing may follow. */
  round(round: RecordedRound): Difference | null {
    const { out } = this
    const wanted = this.rounds + 1
    if (round.round !== wanted) {
      return this.differ(round, 'order', `round ${wanted}`, `round ${round.round}`)
    }
    try {
      this.machine.step({ type: 'clock', ticks: round.ticks }, out)
      for (const input of round.inputs) this.machine.step(input, out)
      this.machine.settle(out)
    } catch (error) {
      // A node that ended within the round may have ended of the very same thing.
      if (round.answer === null) return null
      return this.differ(round, 'failure', 'an answer', wordsOf(error))
    }
    const found = digestRound(out, this.machine.status(), this.hash)
    const difference = round.answer === null ? null : this.compare(round, round.answer, found)
    if (difference === null) {
      this.watch(round, out)
      if (round.answer !== null) this.rounds += 1
    }
    out.effects.length = 0
    out.replies.length = 0
    out.reads.length = 0
    return difference
  }

  private recover(act: () => void): Difference | null {
    try {
      act()
      return null
    } catch (error) {
      const { node, life } = this.head
      const found = wordsOf(error)
      const expected = 'a state that can be recovered'
      return { node, life, round: 0, what: 'recovery', expected, found, inputs: [], effects: [] }
    }
  }

  private compare(
    round: RecordedRound,
    expected: RoundDigest,
    found: RoundDigest,
  ): Difference | null {
    if (found.digest !== expected.digest) {
      return this.differ(round, 'effects', answerWords(expected), answerWords(found))
    }
    if (found.state === expected.state) return null
    return this.differ(round, 'state', expected.state, found.state)
  }

  private differ(
    round: RecordedRound,
    what: Difference['what'],
    expected: string,
    found: string,
  ): Difference {
    const { node, life } = this.head
    const inputs = listed(round.inputs.map(inputWords))
    const effects = listed(this.out.effects.map(formatEffect))
    return { node, life, round: round.round, what, expected, found, inputs, effects }
  }
}

/** How far a recording was replayed, and what was other there. */
export interface ReplayEnd {
  readonly rounds: number
  readonly difference: Difference | null
}

/** A whole recording at once, when it fits in memory. */
export function replayNode(
  head: RecordingHead,
  recovered: { readonly snapshot: Snapshot | null; readonly records: readonly StableRecord[] },
  rounds: Iterable<RecordedRound>,
  hash: Hash,
): ReplayEnd {
  const replayer = new Replayer(head, hash)
  const { snapshot, records } = recovered
  let difference = snapshot === null ? null : replayer.recoverSnapshot(snapshot)
  for (const record of records) difference ??= replayer.recoverRecord(record)
  for (const round of rounds) {
    difference ??= replayer.round(round)
    if (difference !== null) break
  }
  return { rounds: replayer.rounds, difference }
}

export function differenceWords(difference: Difference): string {
  const { node, life, round, what, expected, found, inputs, effects } = difference
  const where = `node ${node}, life ${life}, round ${round}`
  const lines = [
    `first difference: ${where}: ${WHAT_WORDS[what]}`,
    `  recorded: ${expected}`,
    `  replayed: ${found}`,
  ]
  if (inputs.length > 0)
    lines.push('  inputs of the round:', ...inputs.map((text) => `    ${text}`))
  if (effects.length > 0) lines.push('  replayed effects:', ...effects.map((text) => `    ${text}`))
  return lines.join('\n')
}

const WHAT_WORDS: Readonly<Record<Difference['what'], string>> = {
  recovery: 'what the disk held cannot be recovered',
  effects: 'the machine answers something else',
  state: 'the state is another one',
  failure: 'the machine fails where it did not',
  order: 'a round is missing or twice there',
}

function answerWords({ effects, replies, reads, digest }: RoundDigest): string {
  return `${effects} effects, ${replies} replies, ${reads} reads, digest ${digest}`
}

function inputWords(input: MachineInput): string {
  return JSON.stringify(input).slice(0, INPUT_CHARS_MAX)
}

function listed(lines: readonly string[]): string[] {
  if (lines.length <= LISTED_MAX) return [...lines]
  return [...lines.slice(0, LISTED_MAX), `and ${lines.length - LISTED_MAX} more`]
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
