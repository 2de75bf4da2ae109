/** Counts the frames of one directed link between two reports; O(1) a frame, bounded samples. */
import type { LinkTraffic } from '../../core/event'
import type { Link } from '../../core/fault'
import type { MessageType } from '../../core/paxos/message'
import { readSample } from './linkFrame'
import type { LinkFrame } from './linkFrame'

/** Frames shown one by one, per link and report. */
export const TRAFFIC_SAMPLES_MAX = 20

type Fate = LinkTraffic['samples'][number][3]
type Sample = LinkTraffic['samples'][number]

export class TrafficCounter {
  private frames = 0
  private bytes = 0
  private dropped = 0
  private duplicated = 0
  private types = new Map<MessageType, number>()
  private samples: Sample[] = []
  /** Heartbeats are many and alike: they are shown only where nothing else wants the place. */
  private heartbeats: Sample[] = []

  constructor(private readonly link: Link) {}

  /** A frame reached this link proxy. */
  arrived(frame: LinkFrame): void {
    this.frames += 1
    this.bytes += frame.bytes.length
    if (frame.type === null) return
    this.types.set(frame.type, (this.types.get(frame.type) ?? 0) + 1)
  }

  /** A frame left for the other node. */
  left(frame: LinkFrame): void {
    if (frame.copy === 'second') {
      this.duplicated += 1
      return
    }
    this.sample(frame, frame.copy === 'first' ? 'doubled' : 'passed')
  }

  /** A frame was lost here. */
  lost(frame: LinkFrame): void {
    // The copy of a frame is no frame of the sender's.
    if (frame.copy === 'second') return
    this.dropped += 1
    this.sample(frame, 'dropped')
  }

  /** What was counted since the last call; null if nothing was. */
  take(): LinkTraffic | null {
    if (this.frames + this.dropped + this.duplicated + this.samples.length === 0) return null
    const free = TRAFFIC_SAMPLES_MAX - this.samples.length
    const traffic: LinkTraffic = {
      ...this.link,
      frames: this.frames,
      bytes: this.bytes,
      dropped: this.dropped,
      duplicated: this.duplicated,
      types: Object.fromEntries(this.types),
      samples: [...this.samples, ...this.heartbeats.slice(0, free)],
    }
    this.frames = this.bytes = this.dropped = this.duplicated = 0
    this.types = new Map()
    this.samples = []
    this.heartbeats = []
    return traffic
  }

  private sample(frame: LinkFrame, fate: Fate): void {
    if (frame.type === null) return
    const into = frame.type === 'heartbeat' ? this.heartbeats : this.samples
    if (into.length === TRAFFIC_SAMPLES_MAX) return
    const { ballot, slot } = readSample(frame)
    into.push([frame.type, ballot, slot, fate])
  }
}
