/**
 * Three clocks of truth: when a value was chosen, when a learner first knew, when its client was
 * told (PMS §2.3: learning comes after choosing, and may never come).
 *
 * Lab times of real nodes are estimated from their own clocks; a difference below `DOUBT_MS`
 * between two of them says nothing about order.
 */
import type { Slot } from '../../../../core/paxos/ballot'
import { measureWords, spanWords } from '../timeUnit'
import type { TimeUnit } from '../timeUnit'
import type { Mark, ReadTo, SlotFacts } from './slotFacts'

export const DOUBT_MS = 5
/** Answers of real nodes may be on their way to the lab this long. */
export const SETTLE_MS = 1000

export type ClockFlag = 'toldBeforeChosen' | 'toldUnchosen' | 'learnedBeforeChosen'

export interface ClockRow {
  readonly slot: Slot
  /** Command id; `-` is a no-op, which no client waits for. */
  readonly id: string
  /** Where the line begins: first proposal, or the first mark. */
  readonly fromMs: number
  readonly chosen: Mark | null
  readonly learned: Mark | null
  readonly told: Mark | null
  /** From chosen to learned, from learned to told; null where one is missing. */
  readonly learnMs: number | null
  readonly tellMs: number | null
  readonly flag: ClockFlag | null
  /** A clock that is missing may have struck in a part of the record that was not read yet. */
  readonly open: boolean
  /** What it means, one sentence; empty where nothing is wrong. */
  readonly words: string
}

export interface ClockGround {
  /** `seq` is the true order of events (simulator, explorer), not an estimate. */
  readonly totalOrder: boolean
  /** Every vote was read: a missing one was not cast. */
  readonly allVotes: boolean
  /** What the time counts. */
  readonly unit: TimeUnit
  /** Missing: all of it was read. */
  readonly read?: ReadTo
}

export function clockRows(slots: readonly SlotFacts[], ground: ClockGround): ClockRow[] {
  return slots.flatMap((facts) => rowOf(facts, ground) ?? [])
}

/** Null: nothing is recorded of this slot. */
function rowOf(facts: SlotFacts, ground: ClockGround): ClockRow | null {
  const all = marksOf(facts)
  if (all.length === 0) return null
  const { known, open } = knownOf(facts, ground)
  const { slot, chosen, learned, told } = known
  const marks = marksOf(known)
  const flag = open ? null : flagOf(known, ground)
  return {
    slot,
    id: facts.chosenId ?? facts.id ?? '',
    fromMs: Math.min(...(marks.length > 0 ? marks : all).map(({ atMs }) => atMs)),
    ...{ chosen, learned, told },
    learnMs: chosen && learned && learned.atMs - chosen.atMs,
    tellMs: learned && told && told.atMs - learned.atMs,
    ...{ flag, open },
    words: flag === null ? '' : flagWords(known, flag, ground.unit),
  }
}

function marksOf({ issued, chosen, learned, told }: SlotFacts): Mark[] {
  return [issued, chosen, learned, told].filter((mark) => mark !== null)
}

/**
 * The clocks of which nothing earlier can turn up: a later vote completes the quorum as long as an
 * earlier one is not read.
 */
function knownOf(facts: SlotFacts, { allVotes, read }: ClockGround) {
  if (allVotes || read === undefined) return { known: facts, open: false }
  const past = <T extends Mark>(mark: T | null): T | null =>
    mark !== null && mark.seq <= read.through ? mark : null
  const { issued, chosen, learned, told } = facts
  const known: SlotFacts = {
    ...{ ...facts, issued: past(issued), chosen: past(chosen) },
    ...{ learned: past(learned), told: past(told) },
  }
  const isCut = marksOf(known).length < marksOf(facts).length
  const isFresh = marksOf(known).every(({ atMs }) => atMs > read.ms - SETTLE_MS)
  const isMissing = [known.chosen, known.learned, known.told].includes(null)
  const open = isCut || (isMissing && isFresh)
  // Who learned stays unsaid until the votes before it are read.
  if (open && known.chosen === null) return { known: { ...known, learned: null, told: null }, open }
  return { known, open }
}

/** Clocks of real nodes cannot tell which of two marks came first: no length is below zero. */
export function withoutFlag(row: ClockRow): ClockRow {
  const length = (ms: number | null): number | null =>
    ms === null || ms < -DOUBT_MS ? null : Math.max(0, ms)
  const lengths = { learnMs: length(row.learnMs), tellMs: length(row.tellMs) }
  return { ...row, ...lengths, flag: null, words: '' }
}

function flagOf({ chosen, learned, told }: SlotFacts, ground: ClockGround): ClockFlag | null {
  const isBefore = (mark: Mark): boolean => {
    if (chosen === null) return ground.allVotes
    return ground.totalOrder ? mark.seq < chosen.seq : mark.atMs < chosen.atMs - DOUBT_MS
  }
  if (told?.at === 'promiseQuorum' && (chosen === null || isBefore(told))) {
    return chosen === null ? 'toldUnchosen' : 'toldBeforeChosen'
  }
  if (told && isBefore(told)) return chosen === null ? 'toldUnchosen' : 'toldBeforeChosen'
  return learned && isBefore(learned) ? 'learnedBeforeChosen' : null
}

/** A length between two marks: 12.3 ms, or 2 steps. */
function gapWords(gapMs: number, unit: TimeUnit): string {
  return unit === 'step' ? spanWords(gapMs, unit) : `${gapMs.toFixed(1)} ms`
}

function flagWords({ chosen, learned, told }: SlotFacts, flag: ClockFlag, unit: TimeUnit): string {
  if (flag === 'learnedBeforeChosen') {
    const gap =
      chosen && learned ? `${gapWords(chosen.atMs - learned.atMs, unit)} before` : 'without'
    return `N${learned?.node} says chosen ${gap} a quorum of votes`
  }
  const where = told?.at === 'promiseQuorum' ? ', at a promise quorum, before any vote' : ''
  if (flag === 'toldUnchosen') return `N${told?.node} told the client${where}; nothing is chosen`
  const gap = chosen && told ? gapWords(chosen.atMs - told.atMs, unit) : ''
  return `N${told?.node} told the client ${gap} before chosen${where}`
}

/** What a line of a slot waits for; empty: for nothing. */
export function pendingWords({ id, chosen, learned, told, flag, open }: ClockRow): string {
  if (flag !== null) return ''
  if (open) return 'reading the record'
  if (chosen === null) return learned === null ? 'not chosen yet' : 'votes not recorded'
  if (learned === null) return 'chosen, no learner knows yet'
  if (told !== null) return ''
  return id === '-' ? 'no-op, no client' : 'not told yet'
}

export function rowWords(row: ClockRow, unit: TimeUnit): string {
  const none = row.open ? 'not read yet' : 'not yet'
  const from = (mark: Mark | null): string =>
    mark ? `${measureWords(mark.atMs - row.fromMs, unit)} by N${mark.node}` : none
  return (
    `Slot ${row.slot}, ${row.id === '-' ? 'no-op' : row.id}: ` +
    `chosen ${from(row.chosen)}, learned ${from(row.learned)}, ` +
    `client told ${from(row.told)}. ${row.words}`
  )
}

/** Length of the axis in ms: the longest row with all that it has, at least a tenth more. */
export function clockSpanMs(rows: readonly ClockRow[]): number {
  const ends = rows.map(({ fromMs, chosen, learned, told }) => {
    const marks = [chosen, learned, told].flatMap((mark) => (mark ? [mark.atMs - fromMs] : []))
    return Math.max(0, ...marks)
  })
  return Math.max(1, ...ends) * 1.12
}
