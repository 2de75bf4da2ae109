/** Records for tests of folds, fact by fact, with their numbers filled in. */
import type { LabEvent } from '../../src/core/event'
import type { ActiveFault, Fault } from '../../src/core/fault'
import { Measures } from '../../src/core/measure/measures'
import { parseBallot } from '../../src/core/paxos/ballot'
import type { Ballot } from '../../src/core/paxos/ballot'

export const b = (text: string): Ballot => {
  const ballot = parseBallot(text)
  if (!ballot) throw new Error(`not a ballot: ${text}`)
  return ballot
}

type Loose = { readonly type: LabEvent['type'] } & Record<string, unknown>

/** One run and its measures. */
export class Run {
  readonly measures = new Measures()
  #seq = 0

  lab(atMs: number, fact: Loose): this {
    return this.#feed({ ...fact, atMs, by: 'lab' })
  }

  node(atMs: number, node: number, fact: Loose): this {
    return this.#feed({ ...fact, atMs, by: node, life: 1, nodeSeq: this.#seq })
  }

  start(members = [1, 2, 3, 4, 5]): this {
    this.lab(0, { type: 'clusterStarted', members })
    for (const node of members) this.lab(1, { type: 'nodeReady', node })
    return this
  }

  bid(atMs: number, ballot: string): this {
    return this.node(atMs, b(ballot).node, { type: 'bid', ballot: b(ballot), reason: 'preempted' })
  }

  elected(atMs: number, ballot: string): this {
    return this.node(atMs, b(ballot).node, { type: 'elected', ballot: b(ballot) })
  }

  preempted(atMs: number, ballot: string, rival: string): this {
    const fact: Loose = { type: 'preempted', ballot: b(ballot), rival: b(rival), phase: 1 }
    return this.node(atMs, b(ballot).node, fact)
  }

  chosen(atMs: number, ballot: string, slot: number, count = 1): this {
    return this.node(atMs, b(ballot).node, { type: 'chosen', ballot: b(ballot), slot, count })
  }

  fault(atMs: number, id: string, fault: Fault, ended = false): this {
    const active: ActiveFault = { id, fault, startedAtMs: atMs, endedAtMs: ended ? atMs : null }
    return this.lab(atMs, { type: ended ? 'faultEnded' : 'faultStarted', fault: active })
  }

  waiting(atMs: number, waiting: number): this {
    return this.lab(atMs, { type: 'statusSampled', nodes: [status(1, { waiting })] })
  }

  get verdict(): string {
    return this.measures.liveness.verdict
  }

  #feed(event: object): this {
    this.#seq += 1
    this.measures.feed({ ...event, seq: this.#seq } as unknown as LabEvent)
    return this
  }
}

export function status(node: number, change: object = {}): object {
  return {
    node,
    waiting: 0,
    inFlight: 0,
    chosenThrough: 0,
    appliedThrough: 0,
    lagMsP95: 0,
    ...change,
  }
}

export const sample = (change: object = {}) => ({
  spanMs: 100,
  clients: 4,
  sent: 0,
  acked: 0,
  failed: 0,
  unknown: 0,
  waiting: 0,
  waitMsMax: 0,
  latency: [] as [number, number][],
  ...change,
})
