/**
 * Causes: what a message could have been sent because of, by lane order and messages alone, and the
 * happens-before cone. A cause is what the sender had received; which of it the protocol needed is
 * read from types, ballots and slots, so it is a reading of the record and not a fact of a node.
 *
 * Source: happens-before: Lamport 1978; types: PMS §2.2, §2.3.
 * Limits: LOOK_MAX messages are looked at for a cause, CONE_MAX for a cone, in each direction.
 */
import { fateCode, typeName } from './kinds'
import type { TypeName } from './kinds'
import type { MessageStore } from './messageStore'

export const LOOK_MAX = 20_000
export const CONE_MAX = 200_000
export const CAUSES_MAX = 8

const DROPPED = fateCode('dropped')
const PENDING = fateCode('pending')
const HELD = fateCode('held')

/** Types that a type answers or follows from. */
const FOLLOWS: Readonly<Partial<Record<TypeName, readonly TypeName[]>>> = {
  promise: ['prepare'],
  accept: ['promise', 'request', 'forward'],
  accepted: ['accept'],
  nack: ['prepare', 'accept', 'heartbeat'],
  chosen: ['accepted'],
  forward: ['request'],
  forwarded: ['accepted', 'chosen', 'forward'],
  reply: ['forwarded', 'accepted', 'chosen', 'request'],
  alive: ['heartbeat'],
  prepare: ['nack', 'prepare', 'request', 'support'],
  support: ['canvass'],
  readAt: ['readIndex'],
  held: ['query'],
  snapshot: ['catchUp', 'snapshotAsk'],
}
/** Of these the ballot must be the same, where both have one. */
const SAME_BALLOT: ReadonlySet<TypeName> = new Set(['promise', 'accepted', 'accept', 'chosen'])

export function arrived(store: MessageStore, row: number): boolean {
  const fate = store.col.fate[row]
  return fate !== DROPPED && fate !== PENDING && fate !== HELD
}

/** `byRule`: type, ballot and slot say so; else it is only the neighbour on the lane. */
export interface Chain {
  readonly rows: readonly number[]
  readonly byRule: boolean
}

/** Latest first. Empty: nothing is known. */
export function causesOf(store: MessageStore, row: number): Chain {
  const { from, start } = store.col
  const sender = from[row]!
  const sentAtMs = start[row]!
  const plain: number[] = []
  const meant: number[] = []
  let looked = 0
  for (let at = store.positionOf(sentAtMs + 1e-9) - 1; at >= 0 && looked < LOOK_MAX; at -= 1) {
    looked += 1
    const other = store.at(at)
    if (other === row || store.col.to[other] !== sender || !arrived(store, other)) continue
    if (store.endOf(other) > sentAtMs) continue
    if (plain.length === 0) plain.push(other)
    if (answers(store, row, other) && meant.push(other) === CAUSES_MAX) break
    // Older than what one round trip can reach: another ballot's business.
    if (meant.length > 0 && start[meant[0]!]! - start[other]! > 50 * (store.travelMax + 1)) break
  }
  const byEnd = (left: number, right: number): number => store.endOf(right) - store.endOf(left)
  if (meant.length === 0) return { rows: plain, byRule: false }
  return { rows: sameKind(store, meant.sort(byEnd)), byRule: true }
}

/** First first: what the receiver sent because of it. */
export function effectsOf(store: MessageStore, row: number): Chain {
  if (!arrived(store, row)) return { rows: [], byRule: true }
  const receiver = store.col.to[row]!
  const atMs = store.endOf(row)
  const plain: number[] = []
  const meant: number[] = []
  let looked = 0
  for (let at = store.positionOf(atMs); at < store.size && looked < LOOK_MAX; at += 1) {
    looked += 1
    const other = store.at(at)
    if (other === row || store.col.from[other] !== receiver) continue
    if (plain.length === 0) plain.push(other)
    if (answers(store, other, row) && meant.push(other) === CAUSES_MAX) break
    if (store.col.start[other]! - atMs > 50 * (store.travelMax + 1)) break
  }
  return meant.length > 0 ? { rows: meant, byRule: true } : { rows: plain, byRule: false }
}

/** Causes of one kind: an `accept` comes of promises, and not of the request too. */
function sameKind(store: MessageStore, rows: number[]): number[] {
  const kind = store.col.type[rows[0]!]
  return rows.filter((row) => store.col.type[row] === kind)
}

function answers(store: MessageStore, effect: number, cause: number): boolean {
  const { col } = store
  const name = typeName(col.type[effect]!)
  const before = typeName(col.type[cause]!)
  if (FOLLOWS[name]?.includes(before) !== true) return false
  const reply = name === 'promise' || name === 'accepted' || name === 'nack' || name === 'alive'
  if (reply && col.to[effect] !== col.from[cause]) return false
  if (SAME_BALLOT.has(name) && col.round[cause] !== 0 && col.round[effect] !== 0) {
    if (col.round[cause] !== col.round[effect]) return false
    if (col.ballotNode[cause] !== col.ballotNode[effect]) return false
  }
  return slotsMeet(store, effect, cause, name, before)
}

function slotsMeet(
  { col }: MessageStore,
  effect: number,
  cause: number,
  name: TypeName,
  before: TypeName,
): boolean {
  const aboutSlots =
    (name === 'accepted' && before === 'accept') || (name === 'chosen' && before === 'accepted')
  if (!aboutSlots || col.slot[effect] === 0 || col.slot[cause] === 0) return true
  const lastEffect = col.slot[effect]! + Math.max(1, col.count[effect]!) - 1
  const lastCause = col.slot[cause]! + Math.max(1, col.count[cause]!) - 1
  return col.slot[effect]! <= lastCause && col.slot[cause]! <= lastEffect
}

/** Per lane: what happened before up to `past`, what it could have caused from `future` on. */
export interface Cone {
  readonly row: number
  readonly past: Float64Array
  readonly future: Float64Array
  /** True: the bound was reached, messages further away are not told apart. */
  readonly cut: boolean
}

const LANES = 256

export function coneOf(store: MessageStore, row: number): Cone {
  const { col } = store
  const past = new Float64Array(LANES).fill(-Infinity)
  const future = new Float64Array(LANES).fill(Infinity)
  past[col.from[row]!] = col.start[row]!
  if (arrived(store, row)) future[col.to[row]!] = store.endOf(row)
  const here = store.positionOf(col.start[row]!)
  let looked = 0
  // Later sends first: what one of them leads to is known before the earlier ones are looked at.
  let at = store.positionOf(col.start[row]! + 1e-9) - 1
  for (; at >= 0 && looked < CONE_MAX; at -= 1, looked += 1) {
    const other = store.at(at)
    if (!arrived(store, other) || store.endOf(other) > past[col.to[other]!]!) continue
    const from = col.from[other]!
    if (col.start[other]! > past[from]!) past[from] = col.start[other]!
  }
  const cutBefore = at >= 0
  looked = 0
  for (at = here; at < store.size && looked < CONE_MAX; at += 1, looked += 1) {
    const other = store.at(at)
    if (!arrived(store, other) || col.start[other]! < future[col.from[other]!]!) continue
    const to = col.to[other]!
    if (store.endOf(other) < future[to]!) future[to] = store.endOf(other)
  }
  return { row, past, future, cut: cutBefore || at < store.size }
}

export function inCone(store: MessageStore, cone: Cone, row: number): boolean {
  if (row === cone.row) return true
  const { col } = store
  if (col.start[row]! >= cone.future[col.from[row]!]!) return true
  return arrived(store, row) && store.endOf(row) <= cone.past[col.to[row]!]!
}
