/**
 * Writes the record of a lesson by hand, event by event, in the order in which a lab records it.
 * One event a 100 ms of lab time.
 */
import type { LabEvent, LabFact, NodeFact } from '../../src/core/event'
import type { Fault } from '../../src/core/fault'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import type { PaxosFact } from '../../src/core/paxos/fact'
import type { Lesson } from '../../src/shared/lesson'
import { printMark } from '../../src/shared/lessonMark'

export class LessonScript {
  readonly events: LabEvent[] = []
  private faults = 0
  private readonly active = new Map<string, { readonly id: string; readonly fault: Fault }>()

  constructor(
    readonly lesson: Lesson,
    private readonly members: readonly number[],
  ) {
    this.fresh()
  }

  lab(fact: LabFact): this {
    this.events.push({ ...this.stamp(), by: 'lab', ...fact })
    return this
  }

  node(by: number, fact: PaxosFact | NodeFact): this {
    const seq = this.events.length + 1
    this.events.push({ ...this.stamp(), by, life: 1, nodeSeq: seq, ...fact })
    return this
  }

  /** A new run of the same fold: its record begins here. */
  fresh(): this {
    this.active.clear()
    this.lab({
      ...{ type: 'clusterStarted', cluster: 'c', members: this.members, mode: 'multi' },
      ...{ direct: false, policy: LEADER_POLICY, scenario: null },
      seed: this.lesson.cluster.seed,
    })
    for (const node of this.members) this.ready(node)
    return this
  }

  begin(step: string): this {
    return this.mark(printMark({ ...this.head(step), act: 'begin' }))
  }

  reset(step: string): this {
    return this.mark(printMark({ ...this.head(step), act: 'reset' }))
  }

  answer(step: string, choice: number): this {
    return this.mark(printMark({ ...this.head(step), act: 'answer', choice }))
  }

  choose(step: string, value: string, ...witnesses: number[]): this {
    return this.mark(printMark({ ...this.head(step), act: 'choose', value, witnesses }))
  }

  act(step: string, id: string): this {
    return this.mark(printMark({ ...this.head(step), act: 'act', id }))
  }

  /** Step, its right answer, its first act. */
  open(step: string): this {
    const found = this.lesson.steps.find(({ id }) => id === step)
    this.begin(step)
    if (found?.predict) this.answer(step, found.predict.answer)
    const [act] = found?.acts ?? []
    return act === undefined ? this : this.act(step, act.id)
  }

  ready(node: number): this {
    return this.lab({ type: 'nodeReady', node, clientPort: 7000 + node, life: 1 })
  }

  start(name: string, fault: Fault): this {
    this.faults += 1
    const active = { id: `f${this.faults}`, fault, startedAtMs: 0, endedAtMs: null }
    this.active.set(name, active)
    return this.lab({ type: 'faultStarted', fault: active })
  }

  end(name: string): this {
    const active = this.active.get(name)
    if (active === undefined) throw new Error(`there is no fault ${name}`)
    return this.lab({ type: 'faultEnded', fault: { ...active, startedAtMs: 0, endedAtMs: 1 } })
  }

  kill(node: number): this {
    this.start(`kill ${node}`, { kind: 'kill', node })
    const exit = { code: null, signal: 'SIGKILL', injected: true, tail: [] }
    return this.lab({ type: 'nodeExited', node, ...exit })
  }

  revive(node: number): this {
    return this.ready(node).end(`kill ${node}`)
  }

  replied(node: number, command: string, outcome: 'ok' | 'error' | 'unknown' = 'ok'): this {
    return this.lab({ type: 'clientReplied', node, command, reply: 'OK', outcome, latencyMs: 1 })
  }

  read(key: string, value: string | null): this {
    const verdict = value === null ? ('undetermined' as const) : ('chosen' as const)
    const result = { verdict, value, reason: '', replies: [] }
    return this.lab({ type: 'learnerRead', node: 1, key, result, latencyMs: 1 })
  }

  loaded(acked: number): this {
    return this.lab({
      ...{ type: 'loadSampled', spanMs: 1000, clients: 5, sent: acked, acked, failed: 0 },
      ...{ unknown: 0, waiting: 0, waitMsMax: 0, latency: [] },
    })
  }

  bid(by: number, round: number): this {
    const ballot = { round, node: by }
    return this.node(by, { type: 'bid', ballot, ranges: [], reason: 'request' })
  }

  elected(by: number, round: number): this {
    const ballot = { round, node: by }
    return this.node(by, { type: 'elected', ballot, witnesses: [], forced: 0, noops: 0 })
  }

  chosen(by: number, round: number, slot: number): this {
    const ballot = { round, node: by }
    return this.node(by, { type: 'chosen', ballot, slot, count: 1, ids: ['a:1'] })
  }

  private mark(act: string): this {
    return this.lab({ type: 'acted', act, actor: 'lesson' })
  }

  private head(step: string) {
    return { lesson: this.lesson.id, version: this.lesson.version, step }
  }

  private stamp(): { readonly seq: number; readonly atMs: number } {
    const seq = this.events.length + 1
    return { seq, atMs: seq * 100 }
  }
}
