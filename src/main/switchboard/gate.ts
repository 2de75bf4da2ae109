/**
 * The gate: frames that a hold keeps back wait here, each with an id, until somebody releases,
 * drops or doubles them, or their hold ends. One gate for all links, so that frames of different
 * links can be let go in any order.
 *
 * Order:  frames leave in the order in which they are released, within a link too: that is
 *         reordering by hand. A frame that is released by hand leaves at once and meets no other
 *         hold; one whose hold ends meets those that still stand.
 * Breaks: a held frame outlives the connection that brought it, as a slow network would keep it. It
 *         goes over the connection that is there when it is released; without one it is dropped.
 * Limits: bytes per link are bounded by its proxy (reading pauses, with a note), each frame being
 *         charged FRAME_COST_BYTES for its keeping; GATE_WAITS_MAX questions wait at a time.
 */
import type { GateEnd, GateFrame } from '../../core/event'
import type { FrameHead, FrameMatch, Link } from '../../core/fault'
import { frameMatches, linkKey } from '../../core/fault'
import type { GateAct, GateAnswer, GatePlace, GateSelect, HeldReport } from '../../shared/gate'
import { GATE_LIST_MAX } from '../../shared/gate'
import { readHead } from './frameHead'
import type { LinkFrame } from './linkFrame'

/** What a small frame costs in memory besides its bytes. */
const FRAME_COST_BYTES = 512
export const GATE_WAITS_MAX = 100
const INSPECT_CHARS_MAX = 100_000

/** The hold that a frame waits for, on its link. */
export interface Keeper {
  readonly link: Link
  readonly fault: string
  pass(frame: LinkFrame): void
  drop(frame: LinkFrame): void
  /** Bytes that start (positive) or stop (negative) being kept. */
  hold(bytes: number): void
}

interface Held {
  readonly report: GateFrame
  readonly head: FrameHead
  readonly frame: LinkFrame
  readonly keeper: Keeper
  readonly sinceMs: number
}

interface Waiter {
  readonly match: FrameMatch
  readonly count: number
  readonly settle: (answer: GateAnswer) => void
  readonly timer: NodeJS.Timeout
}

export class Gate {
  /** By id; the order of the Map is that of the gate: of arrival, unless one was moved. */
  private readonly held = new Map<number, Held>()
  private readonly waiters = new Set<Waiter>()
  private lastId = 0

  constructor(private readonly tell: (act: GateAct) => void) {}

  keep(frame: LinkFrame, keeper: Keeper): void {
    // A copy: the frame is a view of a whole chunk, which would be kept alive with it.
    const added = this.add({ ...frame, bytes: Buffer.from(frame.bytes) }, keeper)
    for (const waiter of [...this.waiters]) if (fits(waiter.match, added)) this.look(waiter)
  }

  /** The hold `fault` is about to end on all links: its frames leave in the order of the gate. */
  endHold(fault: string, how: 'release' | 'drop'): void {
    const own = [...this.held.values()].filter((entry) => entry.keeper.fault === fault)
    for (const entry of own) this.letGo(entry, how, 'holdEnded')
  }

  /** The hold of this keeper ended: everything that waits for it leaves, in order of arrival. */
  end(keeper: Keeper, how: 'release' | 'drop'): void {
    const own = [...this.held.values()].filter((entry) => entry.keeper === keeper)
    for (const entry of own) this.letGo(entry, how, 'holdEnded')
  }

  list(match: FrameMatch): GateAnswer {
    return this.answer([...this.held.values()].filter((entry) => fits(match, entry)))
  }

  /** The frame as text; an error if it waits no longer. */
  inspect(id: number): GateAnswer {
    const entry = this.held.get(id)
    if (entry === undefined) return failed(`no frame ${id} waits at the gate`)
    const text = entry.frame.bytes.toString('utf8').trimEnd().slice(0, INSPECT_CHARS_MAX)
    return { ...this.answer([entry]), text }
  }

  /** All or nothing, unless `skipGone`: an id that does not wait is an error, and nothing goes. */
  letGoOf(select: GateSelect, how: 'release' | 'drop'): GateAnswer {
    const chosen = this.select(select)
    if (typeof chosen === 'string') return failed(chosen)
    const answer = this.answer(chosen)
    for (const entry of chosen) this.letGo(entry, how, 'byHand')
    return answer
  }

  /** One more copy of each waits at the gate; answers the copies. */
  duplicate(select: GateSelect): GateAnswer {
    const chosen = this.select(select)
    if (typeof chosen === 'string') return failed(chosen)
    return this.answer(
      chosen.map(({ frame, keeper, report }) => {
        const first = this.held.get(report.id)
        if (first !== undefined && frame.copy === undefined) {
          this.held.set(report.id, { ...first, frame: { ...frame, copy: 'first' } })
        }
        return this.add({ ...frame, copy: 'second' }, keeper)
      }),
    )
  }

  /** Another place in the order in which frames are listed, and let go when no id is named. */
  move(id: number, place: GatePlace, other: number): GateAnswer {
    const entry = this.held.get(id)
    const missing = entry === undefined ? id : this.held.has(other) ? null : other
    if (entry === undefined || missing !== null) {
      return failed(`no frame ${missing ?? id} waits at the gate`)
    }
    if (id === other) return failed(`frame ${id} cannot stand ${place} itself`)
    const rest = [...this.held.values()].filter((one) => one !== entry)
    const at = rest.findIndex(({ report }) => report.id === other) + (place === 'after' ? 1 : 0)
    const before = rest[at]?.report.id ?? null
    this.held.clear()
    for (const one of rest.toSpliced(at, 0, entry)) this.held.set(one.report.id, one)
    this.tell({ act: 'moved', frame: entry.report, before })
    return this.answer([entry])
  }

  /** Settles as soon as `count` matching frames wait, or when the time is over. */
  wait(
    match: FrameMatch,
    count: number,
    timeoutMs: number,
    settle: (answer: GateAnswer) => void,
  ): void {
    if (this.waiters.size >= GATE_WAITS_MAX) {
      return settle(failed(`${GATE_WAITS_MAX} questions wait at the gate already`))
    }
    const late = (): void => {
      this.waiters.delete(waiter)
      settle({ ...this.list(match), isLate: true })
    }
    const waiter: Waiter = { match, count, settle, timer: setTimeout(late, timeoutMs) }
    this.waiters.add(waiter)
    this.look(waiter)
  }

  close(): void {
    for (const { timer } of this.waiters) clearTimeout(timer)
    this.waiters.clear()
  }

  private look(waiter: Waiter): void {
    const found = [...this.held.values()].filter((entry) => fits(waiter.match, entry))
    if (found.length < waiter.count) return
    clearTimeout(waiter.timer)
    this.waiters.delete(waiter)
    waiter.settle(this.answer(found))
  }

  private add(frame: LinkFrame, keeper: Keeper): Held {
    this.lastId += 1
    const head = readHead(frame)
    const report = toReport(this.lastId, frame, head, keeper)
    const entry = { report, head, frame, keeper, sinceMs: performance.now() }
    this.held.set(this.lastId, entry)
    keeper.hold(frame.bytes.length + FRAME_COST_BYTES)
    this.tell({ act: 'held', frame: report })
    return entry
  }

  private letGo({ report, frame, keeper }: Held, how: 'release' | 'drop', end: GateEnd): void {
    this.held.delete(report.id)
    keeper.hold(-frame.bytes.length - FRAME_COST_BYTES)
    this.tell({ act: how === 'release' ? 'released' : 'dropped', frame: report, how: end })
    if (how === 'drop') keeper.drop(frame)
    else keeper.pass(end === 'byHand' ? { ...frame, isReleased: true } : frame)
  }

  /** In the order that was asked for; a text says what is wrong. */
  private select(select: GateSelect): readonly Held[] | string {
    switch (select.kind) {
      case 'all':
        return [...this.held.values()]
      case 'ids': {
        const ids = [...new Set(select.ids)]
        const missing = select.skipGone === true ? undefined : ids.find((id) => !this.held.has(id))
        if (missing !== undefined) return `no frame ${missing} waits at the gate`
        return ids.flatMap((id) => this.held.get(id) ?? [])
      }
      case 'link': {
        const key = linkKey(select.link)
        const own = [...this.held.values()].filter(({ report }) => linkKey(report.link) === key)
        return own.slice(0, select.count)
      }
      case 'match':
        return [...this.held.values()]
          .filter((entry) => fits(select.match, entry))
          .slice(0, select.count)
    }
  }

  private answer(found: readonly Held[]): GateAnswer {
    const nowMs = performance.now()
    const frames = found
      .slice(0, GATE_LIST_MAX)
      .map(({ report, sinceMs }): HeldReport => ({ ...report, heldMs: nowMs - sinceMs }))
    return { error: null, total: found.length, frames, text: null, isLate: false }
  }
}

function fits(match: FrameMatch, { head }: Held): boolean {
  return frameMatches(match, head)
}

function failed(error: string): GateAnswer {
  return { error, total: 0, frames: [], text: null, isLate: false }
}

function toReport(
  id: number,
  frame: LinkFrame,
  { type: message, ballot, runs }: FrameHead,
  { link, fault }: Keeper,
): GateFrame {
  const first = Math.min(...runs.map(({ from }) => from))
  const last = Math.max(...runs.map(({ from, to }) => to ?? from))
  const slots = runs.length === 0 ? { slot: 0, count: 0 } : { slot: first, count: last - first + 1 }
  return { id, link, message, ballot, ...slots, bytes: frame.bytes.length, fault }
}
