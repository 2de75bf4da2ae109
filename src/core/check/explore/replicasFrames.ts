/**
 * Frames and sets of waiting frames, each known by a number: equal ones have equal numbers.
 *
 * Sets count repetitions and know no order: any frame that waits may be the next.
 */
import { assert } from '../../assert'
import type { NodeId } from '../../paxos/ballot'
import type { Message } from '../../paxos/message'

export interface Frame {
  readonly from: NodeId
  readonly to: NodeId
  readonly message: Message
}

export class Frames {
  private readonly all: Frame[] = []
  private readonly ids = new Map<string, number>()

  idOf(from: NodeId, to: NodeId, message: Message): number {
    const key = `${from}>${to} ${JSON.stringify(message)}`
    const known = this.ids.get(key)
    if (known !== undefined) return known
    this.ids.set(key, this.all.length)
    return this.all.push({ from, to, message }) - 1
  }

  get(id: number): Frame {
    return this.all[id]!
  }
}

/** Frames of a world at most: a set is kept as a text, a frame as one code unit of it. */
const FRAMES_MAX = 65_536

/** Sorted lists of frame numbers. Number 0 is the empty set. */
export class FrameSets {
  private readonly all: string[] = ['']
  private readonly ids = new Map<string, number>([['', 0]])

  get(id: number): number[] {
    const text = this.all[id]!
    return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
  }

  /** `set` without one `taken` (-1: none), and with `added`. */
  change(set: number, taken: number, added: readonly number[]): number {
    if (taken < 0 && added.length === 0) return set
    const frames = this.get(set)
    if (taken >= 0) frames.splice(frames.indexOf(taken), 1)
    for (const frame of added) {
      assert(frame < FRAMES_MAX, `a world has at most ${FRAMES_MAX} different frames`)
      frames.push(frame)
    }
    frames.sort((a, b) => a - b)
    const text = String.fromCharCode(...frames)
    const known = this.ids.get(text)
    if (known !== undefined) return known
    this.ids.set(text, this.all.length)
    return this.all.push(text) - 1
  }
}
