/**
 * I4: no message leaves before the record that it relies on is flushed, and a restart finds what
 * was said to be durable (PMS §2.5: write before answering).
 *
 * Looks at: `sent` and `sentAfter` against `persisted`, of one life of one node; `recovered` against
 *         what earlier lives told: where the log ends, and the highest slot that holds a vote. That
 *         a promise was forgotten, `PromiseCheck` sees.
 * Compares: places in the whole log, which counts every byte since it began: cutting moves none.
 *         Records of a node that does not tell these are not compared.
 * Says nothing of: the rest of a life after facts of it were lost, until it tells of a flush again.
 */
import type { LabEvent, NodeEvent } from '../event'
import type { NodeId, Slot } from '../paxos/ballot'
import type { Report } from './violation'

interface NodeDisk {
  life: number
  /** Records up to this one are durable, in this life. */
  durable: number
  /** Facts were lost: `durable` may be more. */
  isBlind: boolean
  /** Of all lives: end of the durable log, in bytes, and highest slot with a vote. */
  offset: number
  offsetSeq: number
  votedThrough: Slot
  votedSeq: number
}

export class DurabilityCheck {
  /** Messages and restarts that were looked at. */
  judged = 0
  private readonly disks: (NodeDisk | undefined)[] = []
  private readonly wiped = new Set<NodeId>()

  feed(event: LabEvent, report: Report): void {
    if (event.by === 'lab') {
      if (event.type !== 'faultStarted' || event.fault.fault.kind !== 'wipe') return
      this.wiped.add(event.fault.fault.node)
      return
    }
    switch (event.type) {
      case 'sent':
        if (event.after > 0) this.judgeSend(event, event.after, report)
        return
      case 'sentAfter':
        this.judgeSend(event, event.after, report)
        if (event.after > event.durable) tellEarly(event, event.durable, report)
        return
      case 'persisted':
      case 'voted':
      case 'factsDropped':
      case 'recovered': {
        const disk = this.at(event)
        if (event.life >= disk.life) this.note(event, disk, report)
      }
    }
  }

  private note(
    event: Extract<NodeEvent, { type: 'persisted' | 'voted' | 'factsDropped' | 'recovered' }>,
    disk: NodeDisk,
    report: Report,
  ): void {
    const { seq } = event
    switch (event.type) {
      case 'persisted':
        disk.durable = event.record
        disk.isBlind = false
        if (event.offset > disk.offset)
          Object.assign(disk, { offset: event.offset, offsetSeq: seq })
        return
      case 'voted': {
        const through = event.slot + event.count - 1
        if (through <= disk.votedThrough) return
        disk.votedThrough = through
        disk.votedSeq = seq
        return
      }
      case 'factsDropped':
        disk.isBlind = true
        return
      case 'recovered':
        this.judgeRestart(event, disk, report)
    }
  }

  private judgeSend(
    event: Extract<NodeEvent, { type: 'sent' | 'sentAfter' }>,
    after: number,
    report: Report,
  ): void {
    const disk = this.at(event)
    if (disk.isBlind || event.life < disk.life) return
    this.judged += 1
    if (after > disk.durable) tellEarly(event, disk.durable, report)
  }

  private judgeRestart(
    event: Extract<NodeEvent, { type: 'recovered' }>,
    disk: NodeDisk,
    report: Report,
  ): void {
    const { by, seq, offset, votedThrough } = event
    this.judged += 1
    // Who lost its log on purpose may not vote again: `PromiseCheck` watches that.
    if (this.wiped.has(by)) return
    if (offset !== undefined && offset < disk.offset) {
      const words =
        `N${by} restarted with a log of ${offset} bytes, ` +
        `after ${disk.offset} bytes were said to be durable`
      report({ invariant: 'I4', words, evidence: [disk.offsetSeq, seq] })
      disk.offset = offset
    }
    if (votedThrough === undefined || votedThrough >= disk.votedThrough) return
    const words =
      `N${by} restarted with no vote above slot ${votedThrough}, ` +
      `after it had voted in slot ${disk.votedThrough}`
    report({ invariant: 'I4', words, evidence: [disk.votedSeq, seq] })
  }

  private at({ by, life }: NodeEvent): NodeDisk {
    const present = this.disks[by]
    if (present !== undefined) {
      if (life > present.life) Object.assign(present, { life, durable: 0, isBlind: false })
      return present
    }
    const made: NodeDisk = {
      ...{ life, durable: 0, isBlind: false },
      ...{ offset: 0, offsetSeq: 0, votedThrough: 0, votedSeq: 0 },
    }
    this.disks[by] = made
    return made
  }
}

function tellEarly(
  { by, message, after, seq }: Extract<NodeEvent, { type: 'sent' | 'sentAfter' }>,
  durable: number,
  report: Report,
): void {
  const upTo = durable === 0 ? 'none is' : `those up to ${durable} are`
  const words = `N${by} sent ${message}, which relies on record ${after}, while ${upTo} durable`
  report({ invariant: 'I4', words, evidence: [seq] })
}
