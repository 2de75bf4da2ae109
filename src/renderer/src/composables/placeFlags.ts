/**
 * Flags of the fault track with their labels: changes of the run are named first, notes of a
 * scenario where there is room left. A flag without room for words joins the one before it.
 */
import type { Flag } from './chartBands'

/** The sign alone. */
const FLAG_PX = 14
/** A label needs about this much per letter. */
const LETTER_PX = 5.9
/** With less room a label says nothing. */
const LABEL_PX_MIN = 72
const GAP_PX = 6

export interface FlagGroup {
  readonly at: number
  readonly label: string
  /** All that happened there, for the title. */
  readonly flags: readonly Flag[]
  readonly named: boolean
  /** The label stands to the left of the sign. */
  readonly onLeft: boolean
  readonly widthPx: number
}

export interface Edges {
  readonly left: number
  readonly right: number
}

/** `flags` in order of time; `x` answers px. */
export function placeFlags(
  flags: readonly Flag[],
  x: (atMs: number) => number,
  edges: Edges,
): FlagGroup[] {
  const changes = group(
    flags.filter(({ change }) => change),
    x,
  )
  const placed = label(changes, edges)
  const notes = flags.filter(({ change }) => !change)
  const free: Flag[] = []
  for (const note of notes) {
    const at = x(note.atMs)
    const under = placed.findIndex((one) => covers(one, at))
    const over = placed[under]
    if (over) placed[under] = { ...over, flags: [...over.flags, note] }
    else free.push(note)
  }
  return [...placed, ...labelNotes(group(free, x), placed, edges)].sort((a, b) => a.at - b.at)
}

/** Each ends before the flag of the next one and never reaches into a label. */
function labelNotes(
  notes: readonly Group[],
  placed: readonly FlagGroup[],
  edges: Edges,
): FlagGroup[] {
  let taken = edges.left
  return notes.flatMap((note, index) => {
    const room = roomOf(note.at, placed, edges)
    const next = notes[index + 1]?.at ?? edges.right
    const left = Math.max(room.left, taken)
    const named = label([note], { left, right: Math.min(room.right, next) })
    taken = Math.max(taken, ...named.map(endOf))
    return named
  })
}

/** Where the next one may begin. */
function endOf({ at, onLeft, widthPx }: FlagGroup): number {
  return at + (onLeft ? FLAG_PX : widthPx) + GAP_PX
}

interface Group {
  readonly at: number
  readonly flags: readonly Flag[]
}

function group(flags: readonly Flag[], x: (atMs: number) => number): Group[] {
  const groups: { at: number; flags: Flag[] }[] = []
  for (const flag of flags) {
    const at = x(flag.atMs)
    const last = groups.at(-1)
    if (last && at - last.at < FLAG_PX) last.flags.push(flag)
    else groups.push({ at, flags: [flag] })
  }
  return groups
}

function label(groups: readonly Group[], edges: Edges): FlagGroup[] {
  let taken = edges.left
  return groups.map(({ at, flags }, index) => {
    const text = flags[0]?.label ?? ''
    const needs = text.length * LETTER_PX + FLAG_PX
    const right = (groups[index + 1]?.at ?? edges.right) - at - GAP_PX
    const least = Math.min(needs, LABEL_PX_MIN)
    const onLeft = right < least && at - taken > right
    const room = onLeft ? at - taken : right
    const named = room >= least
    const widthPx = named ? Math.min(needs, room) : FLAG_PX
    const placed = { at, label: text, flags, named, onLeft, widthPx }
    taken = endOf(placed)
    return placed
  })
}

function covers({ at, onLeft, widthPx }: FlagGroup, x: number): boolean {
  const from = onLeft ? at - widthPx : at
  const to = onLeft ? at : at + widthPx
  return x > from - FLAG_PX && x < to + FLAG_PX
}

/** The free stretch around `at` between what is placed. */
function roomOf(at: number, placed: readonly FlagGroup[], edges: Edges): Edges {
  const ends = placed.filter((one) => one.at <= at)
  const left = Math.max(edges.left, ...ends.map(endOf))
  const starts = placed.filter((one) => one.at > at)
  const right = Math.min(
    edges.right,
    ...starts.map((one) => (one.onLeft ? one.at - one.widthPx : one.at)),
  )
  return { left, right }
}
