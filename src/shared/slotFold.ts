/**
 * What a node held in a run of slots at a moment, folded from the facts of a whole record: votes,
 * chosen and applied slots. A record names values by command id, so that is their text here; only
 * a re-enacted run says what they are.
 */
import type { LabEvent, NodeEvent } from '../core/event'
import type { SlotView } from '../core/machineTypes'
import { compareBallot } from '../core/paxos/ballot'
import type { Ballot } from '../core/paxos/ballot'
import { AskedTexts } from './askedTexts'

interface Held {
  vote: { readonly ballot: Ballot; readonly id: string } | null
  chosen: string | null
}

/** `events`: the record up to the moment. A wiped disk has forgotten what came before. */
export function slotsAt(
  events: readonly LabEvent[],
  node: number,
  from: number,
  count: number,
): SlotView[] {
  let applied = 0
  let held = fresh(count)
  const asked = new AskedTexts()
  for (const event of events) {
    asked.feed(event)
    if (event.by === node) {
      if (event.type === 'applied') applied = Math.max(applied, event.through)
      else if (event.type === 'snapshotInstalled') applied = Math.max(applied, event.through)
      else take(event, from, held)
    } else if (event.type === 'faultStarted' && isWipe(event.fault.fault, node)) {
      held = fresh(count)
      applied = 0
    }
  }
  return held.map((one, index) => viewOf(one, from + index, { applied, texts: asked.byId }))
}

function fresh(count: number): Held[] {
  return Array.from({ length: count }, () => ({ vote: null, chosen: null }))
}

function isWipe(fault: { readonly kind: string; readonly node?: number }, node: number): boolean {
  return fault.kind === 'wipe' && fault.node === node
}

function take(event: NodeEvent, from: number, held: readonly Held[]): void {
  if (event.type !== 'voted' && event.type !== 'chosen' && event.type !== 'learned') return
  for (const [index, id] of event.ids.entries()) {
    const one = held[event.slot + index - from]
    if (one === undefined) continue
    if (event.type !== 'voted') one.chosen ??= id
    else if (one.vote === null || compareBallot(event.ballot, one.vote.ballot) >= 0) {
      one.vote = { ballot: event.ballot, id }
    }
  }
}

interface Known {
  readonly applied: number
  readonly texts: ReadonlyMap<string, string>
}

function viewOf({ vote, chosen }: Held, slot: number, { applied, texts }: Known): SlotView {
  /** Empty text is a no-op, as nodes answer it. */
  const textOf = (id: string): string => (id === '-' ? '' : (texts.get(id) ?? id))
  const value = chosen ?? (slot <= applied ? (vote?.id ?? null) : null)
  return {
    slot,
    state: slot <= applied ? 'applied' : chosen !== null ? 'chosen' : vote ? 'voted' : 'open',
    vote: vote && { ...vote, text: textOf(vote.id) },
    chosen: value === null ? null : { id: value, text: textOf(value) },
  }
}
