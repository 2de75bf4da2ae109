/**
 * Five nodes at full load without a process: the events that a lab would record at so many messages
 * a second, the same for the same seed. N1 leads; every 3 s it is preempted and elected again.
 *
 * Units: lab time in ms, in steps of STEP_MS. A slot costs ten messages: an accept to each of four
 *        followers, their answers, and a request passed on with its answer.
 */
import type { LabEvent, LinkTraffic, NodeStatus, SeenMessage } from '../../src/core/event'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import type { MessageType } from '../../src/core/paxos/message'
import { createPrng } from '../../src/core/sim/prng'
import type { Prng } from '../../src/core/sim/prng'
import { SEEN_BATCH_MAX } from '../../src/shared/messagesCodec'

export const STEP_MS = 100
export const MEMBERS = [1, 2, 3, 4, 5] as const
const FOLLOWERS = [2, 3, 4, 5] as const
const MESSAGES_A_SLOT = 10
const TERM_STEPS = 30
const SAMPLE_STEPS = 3
const SAMPLES_A_LINK = 3

type Told = LabEvent extends infer Each
  ? Each extends LabEvent
    ? Omit<Each, 'seq' | 'atMs'>
    : never
  : never
type Sent = readonly [MessageType, number, number]

export class FullRateWorld {
  atMs = 0
  /** Messages so far, and operations. */
  messages = 0
  slot = 0
  seq = 0
  private steps = 0
  private nodeSeq = 0
  private tellsFacts = true
  private round = 1
  private readonly prng: Prng
  private readonly counted = new Map<string, number>()
  private sampledSlot = 0
  private readonly events: LabEvent[] = []

  constructor(
    readonly perSecond: number,
    seed: number,
  ) {
    this.prng = createPrng(seed)
  }

  begin(): LabEvent[] {
    const plan = { cluster: 'full', members: MEMBERS, mode: 'multi', direct: false } as const
    this.lab({
      ...{ by: 'lab', type: 'clusterStarted', ...plan, seed: 1 },
      ...{ policy: LEADER_POLICY, scenario: null },
    })
    for (const node of MEMBERS) {
      this.lab({ by: 'lab', type: 'nodeStarted', node, pid: 4000 + node })
      this.lab({ by: 'lab', type: 'nodeReady', node, clientPort: 7000 + node, life: 1 })
    }
    this.elect()
    return this.take()
  }

  /** The messages of the next STEP_MS, and nothing else of it. */
  stepMessages(): LabEvent[] {
    this.tellsFacts = false
    const events = this.step(true)
    this.tellsFacts = true
    return events.filter(({ type }) => type === 'messagesSeen')
  }

  /** What is recorded in the next STEP_MS; single messages only if somebody watches. */
  step(isWatched: boolean): LabEvent[] {
    this.steps += 1
    const beganAtMs = this.atMs
    this.atMs = this.steps * STEP_MS
    if (this.steps % TERM_STEPS === 0) this.elect()
    const seen: SeenMessage[] = []
    const wanted = (this.perSecond * STEP_MS * this.steps) / 1000 - this.messages
    for (let left = Math.floor(wanted / MESSAGES_A_SLOT); left > 0; left -= 1) {
      this.oneSlot(beganAtMs, isWatched ? seen : null)
    }
    for (let at = 0; at < seen.length; at += SEEN_BATCH_MAX) {
      const messages = seen.slice(at, at + SEEN_BATCH_MAX)
      this.lab({ by: 'lab', type: 'messagesSeen', missed: 0, messages })
    }
    this.sampleLoad()
    if (this.steps % SAMPLE_STEPS === 0) this.sample()
    return this.take()
  }

  statuses(): NodeStatus[] {
    return MEMBERS.map((node) => ({
      ...{ node, life: 1, role: node === 1 ? 'leading' : 'idle' },
      ...{ ballot: { round: node === 1 ? this.round : 0, node }, promised: this.ballot },
      ...{ leader: this.ballot, votedThrough: this.slot, chosenThrough: this.slot },
      ...{ appliedThrough: this.slot, digest: 'a5', policy: LEADER_POLICY, waiting: 0 },
      ...{ inFlight: 8, acked: this.slot, clients: 2, logBytes: this.slot * 90 },
      ...{ flushMsP95: 1.2, lagMsP95: 0.8, rssBytes: 60_000_000, bids: this.round },
      ...{ preemptions: 0, dropped: 0 },
    }))
  }

  private get ballot() {
    return { round: this.round, node: 1 }
  }

  private elect(): void {
    const { ballot } = this
    this.round += 1
    const next = this.ballot
    if (this.steps > 0) this.node(1, { type: 'preempted', ballot, rival: next, phase: 2 })
    this.node(1, {
      ...{ type: 'bid', ballot: next, reason: 'election' },
      ranges: [{ from: this.slot + 1, to: this.slot + 100 }],
    })
    for (const node of MEMBERS) this.node(node, { type: 'promised', ballot: next })
    this.node(1, { type: 'elected', ballot: next, witnesses: [1, 2, 3], forced: 0, noops: 0 })
  }

  private oneSlot(beganAtMs: number, seen: SeenMessage[] | null): void {
    this.slot += 1
    const { slot, ballot } = this
    const by = FOLLOWERS[this.prng.between(0, FOLLOWERS.length - 1)]!
    const ids = [`s${by}:${slot}`]
    const batch = { ballot, slot, count: 1, ids }
    this.node(by, { type: 'submitted', session: `s${by}`, from: slot, count: 1 })
    this.node(1, { type: 'issued', ...batch, cause: 'free' })
    for (const node of MEMBERS) {
      const flush = { record: slot, offset: slot * 90, flushMs: 0.4 + this.prng.unit() }
      this.node(node, { type: 'persisted', ...flush })
      this.node(node, { type: 'voted', ...batch })
    }
    this.node(1, { type: 'chosen', ...batch })
    for (const node of FOLLOWERS) this.node(node, { type: 'learned', ...batch, via: 'watermark' })
    for (const node of MEMBERS) this.node(node, { type: 'applied', through: slot, digest: 'a5' })
    this.node(by, { type: 'answered', session: `s${by}`, from: slot, count: 1 })
    const sent: Sent[] = [
      ['forward', by, 1],
      ...FOLLOWERS.map((to): Sent => ['accept', 1, to]),
      ...FOLLOWERS.map((from): Sent => ['accepted', from, 1]),
      ['forwarded', 1, by],
    ]
    for (const one of sent) this.message(one, beganAtMs, seen)
  }

  private message([message, from, to]: Sent, beganAtMs: number, seen: SeenMessage[] | null): void {
    this.messages += 1
    const key = `${message} ${from} ${to}`
    this.counted.set(key, (this.counted.get(key) ?? 0) + 1)
    if (seen === null) return
    const sentAtMs = beganAtMs + this.prng.unit() * STEP_MS
    seen.push({
      ...{ id: this.messages, from, to, message, ballot: this.ballot, slot: this.slot, count: 1 },
      ...{ bytes: 140, sentAtMs, endedAtMs: sentAtMs + 0.2 + this.prng.unit() * 3 },
      fate: this.prng.unit() < 0.002 ? 'dropped' : 'passed',
    })
  }

  private sampleLoad(): void {
    const done = this.slot - this.sampledSlot
    this.sampledSlot = this.slot
    const answers = { sent: done, acked: done, failed: 0, unknown: 0, waiting: 4, waitMsMax: 6 }
    const latency: [number, number][] = [...Array(12).keys()].map((at) => [20 + at, done / 12])
    this.lab({ by: 'lab', type: 'loadSampled', spanMs: STEP_MS, clients: 10, ...answers, latency })
  }

  private sample(): void {
    this.lab({ by: 'lab', type: 'statusSampled', nodes: this.statuses() })
    const links = new Map<string, LinkTraffic>()
    for (const [key, frames] of this.counted) {
      const [type, from, to] = key.split(' ')
      const link = `${from} ${to}`
      const known = links.get(link)
      const sample = [type as MessageType, `${this.round}.1`, this.slot, 'passed'] as const
      links.set(link, {
        ...{ from: Number(from), to: Number(to), dropped: 0, duplicated: 0 },
        ...{ frames: (known?.frames ?? 0) + frames, bytes: (known?.bytes ?? 0) + frames * 140 },
        types: { ...known?.types, [type as MessageType]: frames },
        samples: [...(known?.samples ?? []), ...Array(SAMPLES_A_LINK).fill(sample)],
      })
    }
    this.counted.clear()
    this.lab({ by: 'lab', type: 'trafficSampled', links: [...links.values()] })
  }

  private lab(event: Told): void {
    this.seq += 1
    this.events.push({ ...event, seq: this.seq, atMs: this.atMs } as LabEvent)
  }

  private node(by: number, fact: object): void {
    if (!this.tellsFacts) return
    this.nodeSeq += 1
    this.lab({ by, life: 1, nodeSeq: this.nodeSeq, ...fact } as Told)
  }

  private take(): LabEvent[] {
    return this.events.splice(0)
  }
}
