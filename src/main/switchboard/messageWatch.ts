/**
 * Tells the lab of single messages while somebody watches; costs nothing else.
 *
 * Times:  ms of this process: when a frame reached its link proxy, and when it left or was lost.
 *         What the sockets before and after take is not in them. A held frame is told when it ends.
 * Limits: MESSAGES_PER_SECOND_MAX are told, in slices of BUDGET_MS so that a burst does not use up
 *         a second; WAITING_MAX wait for a slow lab. The others are counted as missed.
 */
import type { MessageFate, SeenMessage } from '../../core/event'
import type { Link } from '../../core/fault'
import type { SwitchboardToLab } from '../../shared/control'
import { SEEN_BATCH_MAX } from '../../shared/messagesCodec'
import { readHead } from './frameHead'
import type { LinkFrame } from './linkFrame'
import { readSample } from './linkFrame'

export const MESSAGES_PER_SECOND_MAX = 20_000
const BUDGET_MS = 100
const BUDGET_MAX = (MESSAGES_PER_SECOND_MAX * BUDGET_MS) / 1000
const WAITING_MAX = 20_000
/** How long a message may wait for others to go with it. */
const FLUSH_MS = 50
/** Larger frames are not parsed for their count of slots: ballot and first slot stand in front. */
const PARSE_BYTES_MAX = 8192

export class MessageWatch {
  private isOn = false
  private lastId = 0
  private waiting: SeenMessage[] = []
  private missed = 0
  private left = BUDGET_MAX
  private renewAtMs = 0
  private timer: NodeJS.Timeout | null = null

  constructor(
    private readonly send: (frame: SwitchboardToLab) => void,
    private readonly isSlow: () => boolean,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  set(on: boolean): void {
    this.isOn = on
    if (on) return
    this.waiting = []
    this.missed = 0
  }

  /** The frame with the moment at which it came; the frame itself while nobody watches. */
  arrived(frame: LinkFrame): LinkFrame {
    if (!this.isOn) return frame
    this.lastId += 1
    // What has just come has nothing else yet; to copy whatever is there costs more.
    const { bytes, type } = frame
    return { bytes, type, seen: { id: this.lastId, atMs: this.nowMs() } }
  }

  passed(link: Link, frame: LinkFrame): void {
    this.ended(link, frame, frame.copy === undefined ? 'passed' : 'doubled')
  }

  lost(link: Link, frame: LinkFrame): void {
    // The copy of a frame is no frame of the sender's.
    if (frame.copy !== 'second') this.ended(link, frame, 'dropped')
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer)
  }

  private ended(link: Link, frame: LinkFrame, fate: MessageFate): void {
    if (!this.isOn || frame.seen === undefined) return
    const endedAtMs = this.nowMs()
    if (endedAtMs >= this.renewAtMs) {
      this.renewAtMs = endedAtMs + BUDGET_MS
      this.left = BUDGET_MAX
    }
    if (this.left === 0 || this.waiting.length >= WAITING_MAX) {
      this.missed += 1
    } else {
      this.left -= 1
      const { id, atMs: sentAtMs } = frame.seen
      const { from, to } = link
      const times = { sentAtMs: rounded(sentAtMs), endedAtMs: rounded(endedAtMs) }
      this.waiting.push({ id, from, to, ...wordsOf(frame), ...times, fate })
    }
    if (this.waiting.length >= SEEN_BATCH_MAX) this.flush()
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_MS)
  }

  private flush(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    while ((this.waiting.length > 0 || this.missed > 0) && !this.isSlow()) {
      const messages = this.waiting.splice(0, SEEN_BATCH_MAX)
      const { missed } = this
      this.missed = 0
      this.send({ type: 'messages', nowMs: rounded(this.nowMs()), missed, messages })
    }
    if (this.waiting.length === 0 && this.missed === 0) return
    this.timer = setTimeout(() => this.flush(), FLUSH_MS)
    this.timer.unref()
  }
}

type Words = Pick<SeenMessage, 'message' | 'ballot' | 'slot' | 'count' | 'bytes'>

function wordsOf(frame: LinkFrame): Words {
  const { type: message, bytes } = frame
  if (bytes.length > PARSE_BYTES_MAX) {
    const { ballot, slot } = readSample(frame)
    const [round = 0, node = 0] = ballot.split('.').map(Number)
    const known = ballot === '' ? null : { round, node }
    return { message, ballot: known, slot, count: slot === 0 ? 0 : 1, bytes: bytes.length }
  }
  const { ballot, runs } = readHead(frame)
  if (runs.length === 0) return { message, ballot, slot: 0, count: 0, bytes: bytes.length }
  const slot = Math.min(...runs.map(({ from }) => from))
  const last = Math.max(...runs.map(({ from, to }) => to ?? from))
  return { message, ballot, slot, count: last - slot + 1, bytes: bytes.length }
}

/** Microseconds are enough, and short in the record. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
