/**
 * The pipelining window of a leader (PMS §3): it proposes up to `alpha` slots beyond the last one
 * that it knows chosen without a gap, and executes none before the slots below it are chosen.
 *
 * Bound: `CELLS_MAX` slots are drawn; of a longer window the rest is one number.
 */
import type { NodeId, Slot } from '../../../../core/paxos/ballot'
import { countNodes } from '../../../../core/paxos/quorum'
import type { SlotFacts } from './slotFacts'

/** Slots below the window, so that its left edge is seen. */
export const BEFORE = 4
/** Open slots after the last one that was touched. */
const AFTER = 4
/** A window this narrow is drawn whole, touched or not. */
const WHOLE = 16
export const CELLS_MAX = 64

export type CellState =
  | 'applied'
  | 'chosen'
  /** Chosen above a slot that is not: known, and not executed. */
  | 'ahead'
  | 'voted'
  | 'proposed'
  | 'open'

export interface PipelineCell {
  readonly slot: Slot
  readonly state: CellState
  /** Votes of the highest ballot that has any. */
  readonly votes: number
  readonly id: string
  readonly noop: boolean
  readonly inWindow: boolean
  /** Not known as chosen, with a chosen one above it. */
  readonly gap: boolean
  /** A quorum voted; this leader does not know it yet. */
  readonly unknown: boolean
  /** Last thing that happened here, to look at; null: nothing. */
  readonly atMs: number | null
}

export interface PipelineView {
  readonly cells: readonly PipelineCell[]
  /** First slot that the leader does not know as chosen, and the last it may propose. */
  readonly first: Slot
  readonly last: Slot
  /** Open slots of the window beyond the last cell. */
  readonly beyond: number
  readonly proposed: number
  readonly ahead: number
  /** What holds it up, one sentence. */
  readonly words: string
}

export interface PipelineInput {
  readonly node: NodeId
  readonly chosenThrough: Slot
  readonly appliedThrough: Slot
  readonly alpha: number
  readonly slots: readonly SlotFacts[]
  readonly acceptors: number
  readonly quorum: number
}

/** Slots that must be known to draw the window of a leader that knows `chosenThrough`. */
export function pipelineSlots(
  chosenThrough: Slot,
  top: Slot,
  alpha: number,
): { from: Slot; count: number } {
  const from = Math.max(1, chosenThrough + 1 - BEFORE)
  const least = chosenThrough + (alpha <= WHOLE ? alpha : AFTER)
  const end = Math.min(chosenThrough + alpha, Math.max(top + AFTER, least))
  return { from, count: Math.min(CELLS_MAX, Math.max(1, end - from + 1)) }
}

export function pipelineOf(input: PipelineInput): PipelineView {
  const { slots, node, alpha } = input
  const isKnown = (facts: SlotFacts): boolean =>
    facts.slot <= input.chosenThrough || facts.knownBy.has(node)
  // The status line is up to a quarter of a second older than the facts.
  let through = input.chosenThrough
  for (const facts of slots) if (facts.slot === through + 1 && isKnown(facts)) through += 1
  const last = through + alpha
  const top = Math.max(0, ...slots.filter(isKnown).map(({ slot }) => slot))
  const cells = slots.map((facts): PipelineCell => {
    const known = isKnown(facts)
    const votes = facts.votes === null ? 0 : countNodes(facts.votes.voters)
    return {
      slot: facts.slot,
      state: stateOf(facts, { known, through, applied: input.appliedThrough, votes }),
      votes,
      id: facts.chosenId ?? facts.id ?? '',
      noop: (facts.chosenId ?? facts.id) === '-',
      inWindow: facts.slot > through && facts.slot <= last,
      gap: !known && facts.slot < top,
      unknown: !known && facts.chosen !== null,
      atMs: facts.chosen?.atMs ?? facts.learned?.atMs ?? facts.issued?.atMs ?? null,
    }
  })
  const proposed = cells.filter(({ state }) => state === 'proposed' || state === 'voted').length
  const ahead = cells.filter(({ state }) => state === 'ahead').length
  const drawn = cells.at(-1)?.slot ?? 0
  return {
    ...{ cells, first: through + 1, last, beyond: Math.max(0, last - Math.max(drawn, through)) },
    ...{ proposed, ahead },
    words: wordsOf(cells, { through, last, input }),
  }
}

function stateOf(
  facts: SlotFacts,
  to: { known: boolean; through: Slot; applied: Slot; votes: number },
): CellState {
  if (facts.slot <= to.applied) return 'applied'
  if (facts.slot <= to.through) return 'chosen'
  if (to.known) return 'ahead'
  if (to.votes > 0) return 'voted'
  return facts.issued === null ? 'open' : 'proposed'
}

function wordsOf(
  cells: readonly PipelineCell[],
  { through, last, input }: { through: Slot; last: Slot; input: PipelineInput },
): string {
  const first = cells.find(({ slot }) => slot === through + 1)
  const ahead = cells.filter(({ state }) => state === 'ahead').map(({ slot }) => slot)
  if (first === undefined || (first.state === 'open' && ahead.length === 0)) {
    return `Nothing is pending: the next proposal goes to slot ${through + 1}.`
  }
  const has = first.unknown
    ? `a quorum voted, and N${input.node} has not learned it`
    : `${first.votes} of ${input.acceptors} votes, ${input.quorum} choose`
  const isFull = cells.some(({ slot, state }) => slot === last && state !== 'open')
  const full = isFull ? ` The window is full: slot ${last + 1} must wait.` : ''
  if (ahead.length > 0) {
    const held = `${runsWords(ahead)} chosen, not executed`
    return `Blocked by slot ${first.slot} (${has}): ${held}.${full}`
  }
  return `Slot ${first.slot} is next (${has}).${full}`
}

/** Slots 136, 138–139 are. */
function runsWords(slots: readonly Slot[]): string {
  const runs: [Slot, Slot][] = []
  for (const slot of slots) {
    const run = runs.at(-1)
    if (run && run[1] === slot - 1) run[1] = slot
    else runs.push([slot, slot])
  }
  const shown = runs.slice(0, 4).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`))
  const more = runs.length > 4 ? ' and more' : ''
  const one = slots.length === 1
  return `${one ? 'slot' : 'slots'} ${shown.join(', ')}${more} ${one ? 'is' : 'are'}`
}
