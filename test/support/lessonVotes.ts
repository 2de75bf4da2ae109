/**
 * Reference runs of the lessons about votes: how many one may give (2), who asks for them (5), who
 * knows of them (13).
 */
import type { LearnerReadResult } from '../../src/core/event'
import type { MessageType } from '../../src/core/paxos/message'
import type { ReadMode } from '../../src/core/kv/readMode'
import type { LessonScript } from './lessonScript'

/** What a reader found in slot 1; null: undetermined. */
function readSlot(run: LessonScript, node: number, value: string | null, mode: ReadMode): void {
  const verdict = value === null ? 'undetermined' : 'chosen'
  const result: LearnerReadResult = { verdict, value, reason: '', replies: [] }
  run.lab({ type: 'learnerRead', node, key: '', slot: 1, mode, result, latencyMs: 1 })
}

/** Messages from node 1 to node 2, and its words to itself, which do not count. */
function traffic(run: LessonScript, types: Partial<Record<MessageType, number>>): void {
  const link = {
    from: 1,
    to: 2,
    frames: 1,
    bytes: 1,
    dropped: 0,
    duplicated: 0,
    samples: [],
    types,
  }
  run.lab({ type: 'trafficSampled', links: [link, { ...link, to: 1 }] })
}

function voted(run: LessonScript, by: number, round: number, node: number): void {
  run.node(by, { type: 'voted', ballot: { round, node }, slot: 1, count: 1, ids: ['a:1'] })
}

/** 40 slots that node 1 chooses, with so many messages for each. */
function load(run: LessonScript, types: Partial<Record<MessageType, number>>): void {
  for (let slot = 1; slot <= 40; slot += 1) run.chosen(1, 1, slot)
  traffic(run, types)
}

/** Blue reaches node 2 only, and node 1 dies. */
function bluePast(run: LessonScript): void {
  for (const node of [1, 2]) voted(run, node, 1, 1)
  run.replied(1, 'SET colour blue', 'unknown').kill(1)
}

/** Node 3 proposes after its phase 1, and its value is chosen. */
function issuedByThree(run: LessonScript, cause: 'forced' | 'free', value: string): void {
  const own = { ballot: { round: 2, node: 3 }, slot: 1, count: 1, ids: ['a:1'] }
  run
    .bid(3, 2)
    .elected(3, 2)
    .node(3, { type: 'issued', ...own, cause })
    .chosen(3, 2, 1)
  readSlot(run, 3, value, 'learner')
}

/** Three nodes: phase 2 only with three values and with two, then Lamport's with two. */
export function acceptFirstRun(run: LessonScript): LessonScript {
  run.open('three')
  for (const node of [1, 2, 3]) voted(run, node, 1, node)
  for (const node of [1, 2, 3]) {
    const [ballot, promised] = [node === 1 ? 2 : 1, node].map((owner) => ({
      round: 1,
      node: owner,
    }))
    if (ballot && promised) run.node(node, { type: 'refused', ballot, promised, phase: 2 })
  }
  readSlot(run, 1, null, 'learner')
  run.fresh().open('two')
  for (const node of [1, 2]) voted(run, node, 1, 1)
  voted(run, 3, 1, 3)
  readSlot(run.kill(1), 2, null, 'learner')
  const log = { chosenThrough: 0, votedThrough: 1, records: 2, bytes: 256, tornBytes: 0 }
  const promised = { round: 1, node: 1 }
  run
    .open('back')
    .node(1, { type: 'recovered', promised, ...log, offset: 256 })
    .revive(1)
  readSlot(run, 2, 'SET colour red', 'learner')
  run.fresh().open('second')
  voted(run, 3, 1, 3)
  for (const node of [1, 2]) voted(run, node, 2, 1)
  run.kill(1).bid(3, 3)
  const forced = { ballot: { round: 3, node: 3 }, slot: 1, count: 1, ids: ['a:1'] }
  run.node(3, { type: 'issued', ...forced, cause: 'forced' })
  voted(run, 3, 3, 3)
  readSlot(run.chosen(3, 3, 1), 2, 'SET colour red', 'learner')
  return run.begin('explain')
}

export function pastRun(run: LessonScript): LessonScript {
  bluePast(run.open('past'))
  issuedByThree(run.open('heard'), 'forced', 'SET colour blue')
  bluePast(run.fresh().open('unheard'))
  issuedByThree(run, 'free', 'SET colour red')
  readSlot(run.open('back').revive(1), 1, 'SET colour red', 'learner')
  return run.begin('explain')
}

export function whoKnowsRun(run: LessonScript): LessonScript {
  run.open('lost')
  for (const node of [1, 2, 3]) voted(run, node, 1, 1)
  run.replied(1, 'SET colour blue', 'unknown').act('lost', 'kill-first').kill(1)
  readSlot(run.open('ask'), 4, null, 'learner')
  run.open('propose').bid(4, 2).elected(4, 2)
  const forced = { ballot: { round: 2, node: 4 }, slot: 1, count: 1, ids: ['a:1'] }
  run.node(4, { type: 'issued', ...forced, cause: 'forced' }).chosen(4, 2, 1)
  readSlot(run, 4, 'SET colour blue', 'propose')
  for (const node of [2, 3, 4, 5]) run.node(node, { type: 'applied', through: 1, digest: 'd' })
  readSlot(run.fresh().open('trap'), 2, null, 'learner')
  readSlot(run.act('trap', 'naive'), 2, 'SET x v', 'valueMajority')
  run.lab({ type: 'violated', invariant: 'I10', words: 'two votes, two ballots', evidence: [] })
  readSlot(run.act('trap', 'decide'), 1, 'SET x w', 'propose')
  load(run.fresh().open('tell-one'), { accept: 160, accepted: 160 })
  load(run.fresh().open('tell-all'), { accept: 160, accepted: 800 })
  load(run.fresh().open('tell-two'), { accept: 160, accepted: 320, chosen: 240 })
  return run.begin('explain')
}
