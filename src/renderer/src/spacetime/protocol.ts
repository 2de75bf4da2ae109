/** What page and engine tell each other; plain data, so that a worker may lie between them. */
import type { TimeUnit } from '../../../core/check/explore/abstractSteps'
import type { LabEvent } from '../../../core/event'
import type { Ballot } from '../../../core/paxos/ballot'
import type { ClockEstimate } from './clockEstimate'
import type { NodeShift } from './clockShift'
import type { FilterFault } from './filterText'
import type { Family, Fate, TypeName } from './kinds'
import type { Palette } from './palette'
import type { RangeStatistics } from './statistics'

export interface EngineView {
  readonly fromMs: number
  readonly toMs: number
  readonly nowMs: number
  readonly ticks: readonly number[]
}

export interface EngineLook {
  readonly colour: 'family' | 'owner'
  /** Arrows up to the bound of level 2, never density below it. */
  readonly arrows: boolean
  readonly cone: boolean
  /** Only this slot and its ballots; null: all. */
  readonly slot: number | null
}

export type ToEngine =
  | { readonly kind: 'canvas'; readonly canvas: OffscreenCanvas | HTMLCanvasElement | null }
  | {
      readonly kind: 'layout'
      readonly width: number
      readonly height: number
      readonly scale: number
      readonly members: readonly number[]
    }
  | { readonly kind: 'palette'; readonly palette: Palette }
  | { readonly kind: 'fonts'; readonly urls: readonly FontUrl[] }
  | { readonly kind: 'events'; readonly events: readonly LabEvent[] }
  /** A piece of the record, as `RecordText` has it. */
  | { readonly kind: 'record'; readonly text: string }
  /** `recorded`: of a run that is over, whose record says when messages were watched. */
  | { readonly kind: 'reset'; readonly recorded: boolean }
  /** The gate itself says that no frame waits there, whatever this window was not told of. */
  | { readonly kind: 'gateEmpty' }
  /** Whether single messages are told from `atMs` on. */
  | { readonly kind: 'watched'; readonly on: boolean; readonly atMs: number }
  | { readonly kind: 'view'; readonly view: EngineView }
  | { readonly kind: 'look'; readonly look: EngineLook }
  | { readonly kind: 'filter'; readonly text: string }
  /** What is drawn, moved by so much; none: as it was recorded. `words` stand on the picture. */
  | { readonly kind: 'align'; readonly shifts: readonly NodeShift[]; readonly words: string }
  | { readonly kind: 'select'; readonly serial: number | null }
  | { readonly kind: 'ask'; readonly token: number; readonly question: Question }

export interface FontUrl {
  readonly family: string
  readonly url: string
}

export type Question =
  /** The message under a point of the plot. */
  | { readonly what: 'hit'; readonly x: number; readonly y: number }
  /** A cause (-1) or an effect (1) of the selected message. */
  | { readonly what: 'walk'; readonly direction: -1 | 1 }
  | { readonly what: 'details'; readonly serial: number }
  /** By how much the clocks of nodes disagree, as far as all messages held prove it. */
  | { readonly what: 'clocks'; readonly members: readonly number[] }
  /** Answered when all that was told before is taken in. */
  | { readonly what: 'fence' }
  | { readonly what: 'statistics'; readonly fromMs: number; readonly toMs: number }
  /** When the messages were that pass filter and slot. */
  | { readonly what: 'extent' }
  | { readonly what: 'csv'; readonly range: TimeRange; readonly unit: TimeUnit }
  /** Rows of the table, by place among those that pass the filter, in order of time. */
  | { readonly what: 'rows'; readonly from: number; readonly count: number }
  /** Place in the table of the message nearest to a moment, or of this one. */
  | { readonly what: 'place'; readonly atMs: number; readonly serial: number | null }

/** Ms of lab time. */
export interface TimeRange {
  readonly fromMs: number
  readonly toMs: number
}

export interface MessageLine {
  readonly serial: number
  readonly startMs: number
  /** Null: not known. */
  readonly endMs: number | null
  readonly from: number
  readonly to: number
  readonly type: TypeName
  readonly family: Family
  readonly ballot: Ballot | null
  readonly slot: number
  readonly count: number
  readonly bytes: number
  readonly fate: Fate
  readonly skew: boolean
  readonly delayed: boolean
}

/** What the receiver told before and after; null: it told nothing of it. */
export interface BeforeAfter {
  readonly promised: readonly [Ballot | null, Ballot | null]
  readonly vote: readonly [Ballot | null, Ballot | null]
}

export interface ChainLines {
  readonly lines: readonly MessageLine[]
  /** False: only the neighbour on the lane, no rule of the protocol says so. */
  readonly byRule: boolean
}

export interface MessageDetails {
  /** Times as recorded. */
  readonly line: MessageLine
  /** Where it is drawn: another time only while clocks are aligned. */
  readonly drawn: { readonly startMs: number; readonly endMs: number }
  readonly receiver: BeforeAfter
  readonly causes: ChainLines
  readonly effects: ChainLines
  /** Messages in its happens-before cone, of those in the window. */
  readonly cone: { readonly inside: number; readonly of: number; readonly cut: boolean }
}

export type Answer =
  | { readonly what: 'serial'; readonly serial: number | null }
  | { readonly what: 'details'; readonly details: MessageDetails | null }
  | { readonly what: 'statistics'; readonly statistics: RangeStatistics }
  | { readonly what: 'extent'; readonly range: TimeRange | null }
  | { readonly what: 'csv'; readonly text: string; readonly rows: number; readonly left: number }
  | { readonly what: 'rows'; readonly from: number; readonly lines: readonly MessageLine[] }
  | { readonly what: 'place'; readonly place: number }
  | { readonly what: 'fence' }
  | { readonly what: 'clocks'; readonly estimate: ClockEstimate }

export type Level = 1 | 2 | 3

export interface Summary {
  readonly level: Level
  /** Passing the filter: in the window, and of all. */
  readonly inWindow: number
  /** Some of these are drawn in the window, those too that began before it. */
  readonly inSight: boolean
  readonly matching: number
  readonly total: number
  readonly missed: number
  readonly spilled: number
  readonly held: number
  readonly skewed: number
  readonly fault: FilterFault | null
  /** Ms that the last frame took, and whether tiles are still being painted. */
  readonly frameMs: number
  readonly busy: boolean
}

export const NO_SUMMARY: Summary = {
  level: 1,
  inWindow: 0,
  inSight: false,
  matching: 0,
  total: 0,
  missed: 0,
  spilled: 0,
  held: 0,
  skewed: 0,
  fault: null,
  frameMs: 0,
  busy: false,
}

export type FromEngine =
  | { readonly kind: 'summary'; readonly summary: Summary }
  | { readonly kind: 'answer'; readonly token: number; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly words: string }
