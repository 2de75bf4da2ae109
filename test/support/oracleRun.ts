/** Synthetic histories for the oracle: facts in few words, and what it says of them. */
import { Oracle } from '../../src/core/check/oracle'
import type { OracleOptions } from '../../src/core/check/oracle'
import type { LabEvent, LabFact, NodeFact } from '../../src/core/event'
import type { Fault } from '../../src/core/fault'
import type { PaxosFact } from '../../src/core/paxos/fact'
import { b, nodesTo } from './paxos'

export type Fact = PaxosFact | NodeFact

/** By whom, what, and in which life if it is not the first. */
export type Line = readonly [number, Fact, number?] | readonly ['lab', LabFact]

const MS_A_LINE = 1

export function eventsOf(lines: readonly Line[]): LabEvent[] {
  return lines.map((line, index) => {
    const stamp = { seq: index + 1, atMs: (index + 1) * MS_A_LINE }
    if (line[0] === 'lab') return { ...stamp, by: 'lab', ...line[1] }
    const [by, fact, life = 1] = line
    return { ...stamp, by, life, nodeSeq: index + 1, ...fact }
  })
}

export interface Judged {
  readonly oracle: Oracle
  /** Invariants in the order in which they were found. */
  readonly found: readonly string[]
  readonly words: readonly string[]
  state(id: string): string
}

export function judge(lines: readonly Line[], options: Partial<OracleOptions> = {}): Judged {
  return judgeEvents(eventsOf(lines), options)
}

export function judgeEvents(
  events: readonly LabEvent[],
  options: Partial<OracleOptions> = {},
): Judged {
  const oracle = new Oracle({ acceptors: nodesTo(3), ...options })
  const violations = [...events.flatMap((event) => oracle.feed(event)), ...oracle.finish()]
  return {
    oracle,
    found: violations.map(({ invariant }) => invariant),
    words: violations.map(({ words }) => words),
    state: (id) => oracle.views().find((view) => view.id === id)?.state ?? 'missing',
  }
}

export const TOTAL = { order: 'total' } as const

const run = (round: number, node: number, id: string, slot: number) => {
  return { ballot: b(round, node), slot, count: 1, ids: [id] }
}

export const promised = (round: number, node: number): Fact => {
  return { type: 'promised', ballot: b(round, node) }
}

export const voted = (round: number, node: number, id: string, slot = 1): Fact => {
  return { type: 'voted', ...run(round, node, id, slot) }
}

export const issued = (round: number, node: number, id: string, slot = 1): Fact => {
  return { type: 'issued', cause: 'free', ...run(round, node, id, slot) }
}

export const chosen = (round: number, node: number, id: string, slot = 1): Fact => {
  return { type: 'chosen', ...run(round, node, id, slot) }
}

export const learned = (id: string, slot = 1): Fact => {
  return { type: 'learned', slot, count: 1, ids: [id], via: 'catchUp' }
}

export const bid = (round: number, node: number): Fact => {
  const ranges = [{ from: 1, to: null }]
  return { type: 'bid', ballot: b(round, node), ranges, reason: 'election' }
}

export const elected = (round: number, node: number, witnesses: readonly number[]): Fact => {
  return { type: 'elected', ballot: b(round, node), witnesses, forced: 0, noops: 0 }
}

export const refused = (round: number, node: number, promise: readonly [number, number]): Fact => {
  return { type: 'refused', ballot: b(round, node), promised: b(...promise), phase: 2 }
}

export const applied = (through: number, digest = `d${through}`): Fact => {
  return { type: 'applied', through, digest }
}

export const persisted = (record: number, offset = record * 10): Fact => {
  return { type: 'persisted', record, offset, flushMs: 0 }
}

export const sent = (after: number, to = 2): Fact => {
  const note = { id: 'm1', message: 'promise', ballot: b(1), slot: 0, count: 0 } as const
  return { type: 'sent', to, after, ...note }
}

interface Memory {
  readonly chosenThrough?: number
  readonly offset?: number
  readonly votedThrough?: number
}

export const recovered = (round: number, node: number, memory: Memory = {}): Fact => {
  const counts = { chosenThrough: 0, records: 1, bytes: 9, tornBytes: 0 }
  const promise = round === 0 ? { round: 0, node: 0 } : b(round, node)
  return { type: 'recovered', promised: promise, ...counts, ...memory }
}

export const submitted = (session: string, from: number, count = 1): Fact => {
  return { type: 'submitted', session, from, count }
}

export const answered = (session: string, from: number, count = 1): Fact => {
  return { type: 'answered', session, from, count }
}

export const killed = (node: number): Line => {
  const end = { node, code: null, signal: 'SIGKILL', injected: true, tail: [] }
  return ['lab', { type: 'nodeExited', ...end }]
}

export const ready = (node: number, life = 1): Line => {
  return ['lab', { type: 'nodeReady', node, clientPort: 1, life }]
}

export const faultStarted = (id: string, fault: Fault): Line => {
  return ['lab', { type: 'faultStarted', fault: { id, fault, startedAtMs: 0, endedAtMs: null } }]
}

export const faultEnded = (id: string, fault: Fault): Line => {
  return ['lab', { type: 'faultEnded', fault: { id, fault, startedAtMs: 0, endedAtMs: 1 } }]
}

/** Nodes 1 and 2 vote for this value in this slot: it is chosen. */
export const choose = (id: string, slot = 1, round = 1): readonly Line[] => [
  [1, voted(round, 1, id, slot)],
  [2, voted(round, 1, id, slot)],
]
