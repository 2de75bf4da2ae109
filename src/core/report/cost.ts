/**
 * Cost: messages, bytes and flushes of a run, in all and per chosen slot.
 *
 * Messages are what the switchboard saw between different nodes (`trafficSampled`), dropped ones
 * included: they were sent. Where every message is told of (simulator, explorer), those count, and
 * bytes are not known. A node's words to itself are counted apart. Flushes are `persisted` facts.
 */
import type { LabEvent } from '../event'

export interface CostSums {
  /** Null: nobody counted them (direct mode). */
  readonly messages: number | null
  readonly bytes: number | null
  readonly localMessages: number
  readonly dropped: number
  readonly duplicated: number
  readonly flushes: number
  /** Frames by message type, most first. */
  readonly byType: readonly (readonly [string, number])[]
}

export class CostFold {
  private traffic = { frames: 0, bytes: 0, local: 0, dropped: 0, duplicated: 0, samples: 0 }
  private told = { frames: 0, local: 0 }
  private flushes = 0
  private readonly types = new Map<string, number>()
  private readonly toldTypes = new Map<string, number>()

  feed(event: LabEvent): void {
    switch (event.type) {
      case 'persisted':
        this.flushes += 1
        return
      case 'sent':
        if (event.to === event.by) this.told.local += 1
        else {
          this.told.frames += 1
          add(this.toldTypes, event.message, 1)
        }
        return
      case 'trafficSampled':
        this.traffic.samples += 1
        for (const link of event.links) this.addLink(link)
        return
    }
  }

  sums(): CostSums {
    const { traffic, told, flushes } = this
    const seen = traffic.samples > 0
    const isTold = !seen && told.frames + told.local > 0
    const types = seen ? this.types : this.toldTypes
    return {
      messages: seen ? traffic.frames : isTold ? told.frames : null,
      bytes: seen ? traffic.bytes : null,
      localMessages: seen ? traffic.local : told.local,
      dropped: traffic.dropped,
      duplicated: traffic.duplicated,
      flushes,
      byType: [...types].sort((a, b) => b[1] - a[1]),
    }
  }

  private addLink(link: Extract<LabEvent, { type: 'trafficSampled' }>['links'][number]): void {
    if (link.from === link.to) {
      this.traffic.local += link.frames
      return
    }
    this.traffic.frames += link.frames
    this.traffic.bytes += link.bytes
    this.traffic.dropped += link.dropped
    this.traffic.duplicated += link.duplicated
    for (const [type, count] of Object.entries(link.types)) add(this.types, type, count)
  }
}

function add(map: Map<string, number>, type: string, count: number): void {
  map.set(type, (map.get(type) ?? 0) + count)
}
