/**
 * By how much the clocks of nodes disagree, as far as messages prove it, and the shifts that make
 * them agree. Pure; it changes no recorded time.
 *
 * Bounds:    no message arrives before it was sent. So for messages from a to b, which took
 *            `leastMs` at least by the recorded times, shift(a) - shift(b) <= leastMs. All of these
 *            together, closed over shortest paths, give the bounds of each shift.
 * Estimate:  the reference is the node that contradicts fewest others, the lowest of equals. Who
 *            may stay where it was recorded stays there; who may not goes to the middle of its
 *            bounds, and no message arrives before it was sent.
 * Left out:  nodes without messages both ways (directly or over others), and nodes that no one
 *            shift fits, because their clock drifts or was set: they stay, and are said to.
 * Units:     ms to add to the recorded times of a node.
 */
import { arrived } from './causality'
import { CLIENTS, FLAG } from './kinds'
import type { MessageStore } from './messageStore'

/** Travels are kept to about 7 digits: bounds that cross by less than this do not contradict. */
const CLOSE_MS = 0.01
const IDS = 256

/** The message of a directed link that took least, by the clocks of both ends. */
export interface LeastTravel {
  readonly from: number
  readonly to: number
  readonly leastMs: number
}

export interface ClockEvidence {
  readonly links: readonly LeastTravel[]
  /** Messages that were timed by the clocks of both their nodes. */
  readonly messages: number
  /** Messages whose ends were both timed by one clock, the switchboard's: they prove nothing. */
  readonly oneClock: number
}

/** `contradicts`: no one shift fits; `unlinked`: no messages both ways. Both stay. */
export type ClockState = 'reference' | 'agrees' | 'shifted' | 'contradicts' | 'unlinked'

type Bounds = readonly [low: number, high: number]

export interface NodeClock {
  readonly node: number
  readonly state: ClockState
  readonly shiftMs: number
  /** Between which the shift against the reference lies; null: not known. */
  readonly bounds: Bounds | null
  /** The same while those stay who may; the shift is its middle. Null: not shifted. */
  readonly room: Bounds | null
}

export interface ClockEstimate {
  readonly nodes: readonly NodeClock[]
  /** Null: no two nodes can be compared. */
  readonly reference: number | null
  readonly messages: number
  readonly oneClock: number
}

export function evidenceOf(store: MessageStore): ClockEvidence {
  const { col } = store
  const least = new Map<number, number>()
  let messages = 0
  let oneClock = 0
  for (let serial = store.firstSerial; serial < store.nextSerial; serial += 1) {
    const row = store.rowOf(serial)
    const from = col.from[row]!
    const to = col.to[row]!
    if (from === to || from === CLIENTS || to === CLIENTS || !arrived(store, row)) continue
    if ((col.flags[row]! & FLAG.oneClock) !== 0) {
      oneClock += 1
      continue
    }
    messages += 1
    const link = from * IDS + to
    const tookMs = col.travel[row]!
    if (tookMs < (least.get(link) ?? Infinity)) least.set(link, tookMs)
  }
  const links = [...least].map(([link, leastMs]) => {
    return { from: Math.floor(link / IDS), to: link % IDS, leastMs }
  })
  return { links, messages, oneClock }
}

/** Bounds of differences: `get(a, b)` is the greatest that shift(a) - shift(b) may be. */
class Differences {
  private readonly most: Float64Array
  private readonly side: number

  constructor(
    readonly nodes: readonly number[],
    links: readonly LeastTravel[],
  ) {
    this.side = Math.max(0, ...nodes) + 1
    this.most = new Float64Array(this.side * this.side).fill(Infinity)
    for (const node of nodes) this.lower(node, node, 0)
    for (const { from, to, leastMs } of links) this.lower(from, to, leastMs)
    for (const over of nodes) this.close(over)
  }

  get(a: number, b: number): number {
    return this.most[a * this.side + b]!
  }

  /** False: a cycle of messages that took less than no time. */
  get isSound(): boolean {
    return this.nodes.every((node) => this.get(node, node) >= -CLOSE_MS)
  }

  /** Shift of `node` against `reference` from here on. */
  fix(node: number, reference: number, shiftMs: number): void {
    this.lower(node, reference, shiftMs)
    this.lower(reference, node, -shiftMs)
    this.close(node)
    this.close(reference)
  }

  private lower(a: number, b: number, ms: number): void {
    if (ms < this.get(a, b)) this.most[a * this.side + b] = ms
  }

  private close(over: number): void {
    for (const a of this.nodes) {
      for (const b of this.nodes) this.lower(a, b, this.get(a, over) + this.get(over, b))
    }
  }
}

export function estimateClocks(
  members: readonly number[],
  { links, messages, oneClock }: ClockEvidence,
): ClockEstimate {
  const known = links.filter(({ from, to }) => members.includes(from) && members.includes(to))
  const linked = largestLinked(members, known)
  const order = byContradictions(linked, known)
  const [reference] = order
  const joined = joinable(order, known)
  const alone = (node: number): NodeClock => ({
    ...{ node, shiftMs: 0, bounds: null, room: null },
    state: linked.includes(node) && !joined.includes(node) ? 'contradicts' : 'unlinked',
  })
  if (reference === undefined) {
    return { nodes: members.map(alone), reference: null, messages, oneClock }
  }
  const found = shiftsOf(bound(joined, reference, known), reference, known)
  const nodes = members.map((node) => found.get(node) ?? alone(node))
  return { nodes, reference, messages, oneClock }
}

/** Those of the nodes between which messages went both ways, over others too; most of them. */
function largestLinked(members: readonly number[], links: readonly LeastTravel[]): number[] {
  const reach = new Differences(
    members,
    links.map((link) => ({ ...link, leastMs: 0 })),
  )
  let largest: number[] = []
  for (const a of members) {
    const own = members.filter((b) => reach.get(a, b) + reach.get(b, a) < Infinity)
    if (own.length > Math.max(1, largest.length)) largest = own
  }
  return largest
}

/** Who contradicts fewest others comes first, then the lowest. */
function byContradictions(nodes: readonly number[], links: readonly LeastTravel[]): number[] {
  const against = (node: number): number =>
    new Set(
      links
        .filter(({ from, to, leastMs }) => leastMs < 0 && (from === node || to === node))
        .map(({ from, to }) => (from === node ? to : from)),
    ).size
  return nodes.toSorted((a, b) => against(a) - against(b) || a - b)
}

/** One after the other, without those that no one shift fits. */
function joinable(order: readonly number[], links: readonly LeastTravel[]): number[] {
  let joined: number[] = []
  for (const node of order) {
    const more = [...joined, node]
    if (new Differences(more, among(more, links)).isSound) joined = more
  }
  return joined
}

/** Those whose shift has two bounds: one that was linked by a node that is left out has not. */
function bound(nodes: readonly number[], reference: number, links: readonly LeastTravel[]) {
  const all = new Differences(nodes, among(nodes, links))
  return nodes.filter((node) => all.get(node, reference) + all.get(reference, node) < Infinity)
}

function among(nodes: readonly number[], links: readonly LeastTravel[]): LeastTravel[] {
  return links.filter(({ from, to }) => nodes.includes(from) && nodes.includes(to))
}

function shiftsOf(
  nodes: readonly number[],
  reference: number,
  links: readonly LeastTravel[],
): Map<number, NodeClock> {
  const differences = new Differences(nodes, among(nodes, links))
  const boundsOf = (node: number): Bounds => [
    -differences.get(reference, node),
    differences.get(node, reference),
  ]
  const whole = new Map(nodes.map((node) => [node, boundsOf(node)]))
  const found = new Map<number, NodeClock>()
  const put = (node: number, state: ClockState, room: Bounds | null): void => {
    const shiftMs = room === null ? 0 : (room[0] + room[1]) / 2
    const bounds = node === reference ? null : (whole.get(node) ?? null)
    found.set(node, { node, state, shiftMs, bounds, room })
    differences.fix(node, reference, shiftMs)
  }
  put(reference, 'reference', null)
  // First who may stay: nothing is moved that no message contradicts.
  for (const node of nodes) {
    const [low, high] = boundsOf(node)
    if (node !== reference && low <= CLOSE_MS && high >= -CLOSE_MS) put(node, 'agrees', null)
  }
  for (const node of nodes) {
    if (!found.has(node)) put(node, 'shifted', boundsOf(node))
  }
  return found
}
