/**
 * A trace of the abstract model as events, so that views, oracle and record take it like any run.
 *
 * Nodes:  acceptors 1 to A; one proposer, which learns too, for each ballot; with a shared ballot
 *         (M11) another proposer for its second value.
 * Order:  `seq` is the true order. `atMs` counts steps, from 1, in STEP_MS; time means nothing.
 * Told:   each step as the facts that a replica tells; messages as sent and received; a proposer
 *         learns as soon as true majorities voted; how all nodes stand after each step. The model
 *         has no disk: nothing is flushed.
 */
import type { LabEvent, LabFact, LearnerReadResult, MessageNote, NodeFact } from '../../event'
import { formatBallot } from '../../paxos/ballot'
import type { Ballot, NodeId } from '../../paxos/ballot'
import { EAGER_POLICY } from '../../paxos/config'
import type { Roles } from '../../paxos/config'
import type { PaxosFact } from '../../paxos/fact'
import type { MessageType } from '../../paxos/message'
import { MAJORITY } from '../../paxos/quorum'
import {
  ACT_1A,
  ACT_1B,
  ACT_2A,
  ACT_2B,
  actAcceptor,
  actBallot,
  actKind,
  actValue,
} from './abstractActs'
import { acceptorIds, ballotOf, proposerIds, valueName } from './abstractBounds'
import type { AbstractBounds } from './abstractBounds'
import type { AbstractModel } from './abstractModel'
import { AbstractStatus, SLOT } from './abstractStatus'
import { ABSTRACT_CLUSTER, STEP_MS } from './abstractSteps'
import { voteHeld, witnessesOf } from './abstractTrace'
import type { TraceStep } from './abstractTrace'

/** What a proposer proposes has this place in the session of its own. */
const REQUEST = 1

/** Command id of a value: a session of its name, its first request. */
export function commandId(v: number): string {
  return `${valueName(v)}:${REQUEST}`
}

export function rolesIn(bounds: AbstractBounds): Roles {
  const proposers = [...proposerIds(bounds), ...rivalIds(bounds)]
  return { proposers, acceptors: acceptorIds(bounds), learners: proposers }
}

export function membersOf(bounds: AbstractBounds): NodeId[] {
  const { acceptors, proposers } = rolesIn(bounds)
  return [...acceptors, ...proposers]
}

/** Who issues the second value of a shared ballot. */
function rivalIds(bounds: AbstractBounds): NodeId[] {
  const { acceptors, ballots, mutant } = bounds
  if (mutant !== 'M11') return []
  return Array.from({ length: ballots }, (_, at) => acceptors + ballots + 1 + at)
}

/** All events of a trace; `title` names the run. */
export function recordOf(
  model: AbstractModel,
  steps: readonly TraceStep[],
  title: string,
): LabEvent[] {
  return new Recording(model, title).play(steps)
}

class Recording {
  private readonly events: LabEvent[] = []
  private readonly counts = new Map<NodeId, number>()
  /** Promises and votes that a proposer has received, by message id. */
  private readonly received = new Set<string>()
  private readonly learned = new Set<string>()
  /** Who issued a value at a ballot. */
  private readonly issuers = new Map<string, NodeId>()
  private readonly status: AbstractStatus
  private step = 0

  constructor(
    private readonly model: AbstractModel,
    private readonly title: string,
  ) {
    this.status = new AbstractStatus(model, rolesIn(model.bounds).proposers)
  }

  play(steps: readonly TraceStep[]): LabEvent[] {
    this.start()
    for (const step of steps) {
      this.step += 1
      this.tell({ type: 'acted', act: step.words.trim(), actor: 'scenario' })
      this.perform(step)
      this.sample(step.after)
    }
    return this.events
  }

  private start(): void {
    const { bounds } = this.model
    const members = membersOf(bounds)
    this.tell({
      type: 'clusterStarted',
      cluster: ABSTRACT_CLUSTER,
      members,
      mode: 'single',
      direct: false,
      seed: 0,
      policy: EAGER_POLICY,
      scenario: this.title,
      quorums: MAJORITY,
      roles: rolesIn(bounds),
      variant: 'lamport',
      mutant: bounds.mutant,
      source: 'explorer',
    })
    for (const node of members) {
      this.tell({ type: 'nodeStarted', node, pid: 0 })
      this.tell({ type: 'nodeReady', node, clientPort: 0, life: 1 })
    }
    this.sample(this.model.initial())
  }

  private sample(state: Uint32Array): void {
    this.tell({ type: 'statusSampled', nodes: this.status.after(state) })
  }

  private perform({ act, before, after }: TraceStep): void {
    const b = actBallot(act)
    const a = actAcceptor(act)
    const v = actValue(act)
    switch (actKind(act)) {
      case ACT_1A:
        return this.prepare(b)
      case ACT_1B:
        return this.promise(a, b)
      case ACT_2A:
        return this.issue(before, b, v)
      case ACT_2B:
        return this.vote(after, a, b, v)
      default:
        return this.read(after, v)
    }
  }

  private prepare(b: number): void {
    const ballot = this.ballot(b)
    this.status.prepares(ballot.node, ballot)
    const ranges = [{ from: SLOT, to: SLOT }]
    this.tellOf(ballot.node, { type: 'bid', ballot, ranges, reason: 'manual' })
    for (const to of acceptorIds(this.model.bounds)) {
      this.tellOf(ballot.node, { type: 'sent', to, after: 0, ...note('prepare', ballot, to) })
    }
  }

  private promise(a: number, b: number): void {
    const ballot = this.ballot(b)
    const by = a + 1
    this.receive(by, ballot.node, note('prepare', ballot, by))
    this.tellOf(by, { type: 'promised', ballot })
    const to = ballot.node
    this.tellOf(by, { type: 'sent', to, after: 0, ...note('promise', ballot, by) })
  }

  private issue(before: Uint32Array, b: number, v: number): void {
    const ballot = this.ballot(b)
    const { acceptors, forced } = witnessesOf(this.model, before, b, v)
    const isShared = this.issuersAt(b) > 0
    const by = isShared ? ballot.node + this.model.bounds.ballots : ballot.node
    this.issuers.set(`${b} ${v}`, by)
    this.status.issues(by, ballot)
    const witnesses = acceptors.map((a) => a + 1)
    for (const from of witnesses) this.receive(by, from, note('promise', ballot, from))
    const session = valueName(v)
    this.tellOf(by, { type: 'submitted', session, from: REQUEST, count: 1 })
    const counts = { forced: forced ? 1 : 0, noops: 0 }
    this.tellOf(by, { type: 'elected', ballot, witnesses, ...counts })
    const cause = forced ? 'forced' : 'free'
    const ids = [commandId(v)]
    this.tellOf(by, { type: 'issued', ballot, slot: SLOT, count: 1, ids, cause })
    for (const to of acceptorIds(this.model.bounds)) {
      const accept = note('accept', ballot, `${session}-${to}`)
      this.tellOf(by, { type: 'sent', to, after: 0, ...accept })
    }
  }

  private vote(after: Uint32Array, a: number, b: number, v: number): void {
    const ballot = this.ballot(b)
    const by = a + 1
    const to = this.issuers.get(`${b} ${v}`) ?? ballot.node
    this.receive(by, to, note('accept', ballot, `${valueName(v)}-${by}`))
    const ids = [commandId(v)]
    this.tellOf(by, { type: 'voted', ballot, slot: SLOT, count: 1, ids })
    const accepted = note('accepted', ballot, `${valueName(v)}-${by}`)
    this.tellOf(by, { type: 'sent', to, after: 0, ...accepted })
    this.learn(after, b, v)
  }

  /** The proposer of `b` learns when a true majority has voted. */
  private learn(after: Uint32Array, b: number, v: number): void {
    const { bounds, layout, rules } = this.model
    const each = b * bounds.values + v
    const voters = acceptorIds(bounds).filter((node) => {
      return (this.model.own(after, node - 1, layout.votes) & (1 << each)) !== 0
    })
    const set = voters.reduce((bits, node) => bits | (1 << (node - 1)), 0)
    const name = `${b} ${v}`
    if (this.learned.has(name) || !rules.phase2.some((q) => (q & set) === q)) return
    this.learned.add(name)
    const ballot = this.ballot(b)
    const by = this.issuers.get(name) ?? ballot.node
    for (const from of voters) {
      this.receive(by, from, note('accepted', ballot, `${valueName(v)}-${from}`))
    }
    this.status.learns(by)
    this.tellOf(by, { type: 'chosen', ballot, slot: SLOT, count: 1, ids: [commandId(v)] })
  }

  /** A learner that counts values, at the first proposer. */
  private read(state: Uint32Array, v: number): void {
    const { bounds } = this.model
    const replies = acceptorIds(bounds).map((node) => {
      const vote = voteHeld(this.model, state, node - 1)
      const votes =
        vote === null ? [] : [{ slot: SLOT, ballot: this.ballot(vote.b), id: commandId(vote.v) }]
      return { node, appliedThrough: 0, value: null, votes }
    })
    const value = commandId(v)
    const result: LearnerReadResult = { verdict: 'chosen', value, reason: '', replies }
    const node = this.ballot(0).node
    this.tell({ type: 'learnerRead', node, key: '', slot: SLOT, result, latencyMs: 0 })
  }

  private ballot(b: number): Ballot {
    return ballotOf(this.model.bounds, b)
  }

  private issuersAt(b: number): number {
    return [...this.issuers.keys()].filter((name) => name.startsWith(`${b} `)).length
  }

  /** Once a receiver; a proposer may use a message for more than one step. */
  private receive(by: NodeId, from: NodeId, message: MessageNote): void {
    const key = `${by} ${message.id}`
    if (this.received.has(key)) return
    this.received.add(key)
    this.tellOf(by, { type: 'received', from, ...message })
  }

  private tell(fact: LabFact): void {
    this.events.push({ ...this.stamp(), by: 'lab', ...fact })
  }

  private tellOf(by: NodeId, fact: PaxosFact | NodeFact): void {
    const nodeSeq = (this.counts.get(by) ?? 0) + 1
    this.counts.set(by, nodeSeq)
    this.events.push({ ...this.stamp(), by, life: 1, nodeSeq, ...fact })
  }

  private stamp(): { seq: number; atMs: number } {
    return { seq: this.events.length + 1, atMs: this.step * STEP_MS }
  }
}

function note(message: MessageType, ballot: Ballot, place: number | string): MessageNote {
  const slot = message === 'promise' ? 0 : SLOT
  const id = `${message}-${formatBallot(ballot)}-${place}`
  return { id, message, ballot, slot, count: slot }
}
