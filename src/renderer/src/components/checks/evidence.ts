/**
 * What the events of a violation say: the values that contradict each other, who stands for each,
 * and the acceptors that were witnesses. Pure.
 */
import type { LabEvent } from '../../../../core/event'
import { formatBallot } from '../../../../core/paxos/ballot'
import { eventNode } from '../../api/words'

/** One value of a slot, as the evidence names it. */
export interface Side {
  /** Command id, `-` for a no-op. */
  readonly value: string
  readonly nodes: readonly number[]
  readonly ballots: readonly string[]
  /** What was told of it: voted, chosen, learned, issued. */
  readonly acts: readonly string[]
  readonly firstMs: number
}

export interface Witnesses {
  readonly ballot: string
  readonly nodes: readonly number[]
  /** What made them so. */
  readonly by: 'promised' | 'voted' | 'counted'
}

export interface EvidenceView {
  /** Null: the evidence is not about a slot. */
  readonly slot: number | null
  /** Two or more where values contradict each other. */
  readonly sides: readonly Side[]
  readonly witnesses: readonly Witnesses[]
}

type WithValues = Extract<LabEvent, { readonly ids: readonly string[]; readonly slot: number }>

function hasValues(event: LabEvent): event is WithValues {
  return 'ids' in event && 'slot' in event
}

export function readEvidence(events: readonly LabEvent[]): EvidenceView {
  const told = events.filter(hasValues)
  const slot = slotOf(told)
  return { slot, sides: slot === null ? [] : sidesOf(told, slot), witnesses: witnessesOf(events) }
}

/** The slot whose values contradict each other; else the one that most events name. */
function slotOf(told: readonly WithValues[]): number | null {
  const values = new Map<number, Set<string>>()
  const named = new Map<number, number>()
  for (const event of told) {
    event.ids.forEach((id, at) => {
      const slot = event.slot + at
      values.set(slot, (values.get(slot) ?? new Set<string>()).add(id))
      named.set(slot, (named.get(slot) ?? 0) + 1)
    })
  }
  const torn = [...values].find(([, ids]) => ids.size > 1)
  if (torn) return torn[0]
  const [most] = [...named].sort(([slotA, a], [slotB, b]) => b - a || slotB - slotA)
  return most?.[0] ?? null
}

function sidesOf(told: readonly WithValues[], slot: number): Side[] {
  const sides = new Map<string, WithValues[]>()
  for (const event of told) {
    const value = event.ids[slot - event.slot]
    if (value !== undefined) sides.set(value, [...(sides.get(value) ?? []), event])
  }
  return [...sides].map(([value, of]) => ({
    value,
    nodes: sorted(of.flatMap((event) => eventNode(event) ?? [])),
    ballots: unique(of.flatMap((event) => ('ballot' in event ? formatBallot(event.ballot) : []))),
    acts: unique(of.map(({ type }) => type)),
    firstMs: Math.min(...of.map(({ atMs }) => atMs)),
  }))
}

function witnessesOf(events: readonly LabEvent[]): Witnesses[] {
  const found = new Map<string, { ballot: string; by: Witnesses['by']; nodes: number[] }>()
  const add = (ballot: string, by: Witnesses['by'], nodes: readonly number[]): void => {
    const key = `${by} ${ballot}`
    const one = found.get(key) ?? { ballot, by, nodes: [] }
    found.set(key, { ...one, nodes: [...one.nodes, ...nodes] })
  }
  for (const event of events) {
    if (event.type === 'elected') add(formatBallot(event.ballot), 'counted', event.witnesses)
    else if (event.type === 'promised') add(formatBallot(event.ballot), 'promised', [event.by])
    else if (event.type === 'voted') add(formatBallot(event.ballot), 'voted', [event.by])
  }
  return [...found.values()].map((one) => ({ ...one, nodes: sorted(one.nodes) }))
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}

function sorted(nodes: readonly number[]): number[] {
  return unique(nodes).sort((a, b) => a - b)
}
