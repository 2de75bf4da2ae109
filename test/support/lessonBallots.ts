/** Records, made by hand, of lessons that play one schedule under more than one rule. */
import type { GateFrame } from '../../src/core/event'
import type { LessonScript } from './lessonScript'

const LOW = { round: 1, node: 4 }
const HIGH = { round: 1, node: 5 }
const ACCEPTORS = [1, 2, 3]

/** Lesson 3: once with acceptors that ignore their promise, once with Lamport's. */
export function numbersRun(run: LessonScript): LessonScript {
  run.open('ignored')
  promise(run, LOW, ACCEPTORS).elected(4, 1)
  promise(run, HIGH, ACCEPTORS).elected(5, 1)
  run.replied(4, 'SET colour red').replied(5, 'SET colour blue')
  violate(run, 'I8')

  run
    .fresh()
    .open('promise')
    .lab({
      type: 'frameHeld',
      frame: {
        ...{ id: 1, link: { from: 4, to: 3 }, message: 'prepare', ballot: LOW },
        ...{ slot: 1, count: 1, bytes: 81, fault: 'f1' },
      },
    })
  promise(run, LOW, [1, 2]).elected(4, 1)
  run.open('overtake')
  promise(run, HIGH, ACCEPTORS).elected(5, 1).act('overtake', 'late')
  run.node(3, { type: 'refused', ballot: LOW, promised: HIGH, phase: 1 })
  run.open('accept')
  for (const node of ACCEPTORS) {
    run.node(node, { type: 'refused', ballot: LOW, promised: HIGH, phase: 2 })
  }
  run.replied(4, 'SET colour red', 'unknown')
  run.open('settle').replied(5, 'SET colour blue').read('colour', 'blue')
  return run.begin('explain')
}

/** What a lesson that is played at the gate delivers: phase 1 of both bidders, then phase 2. */
const DELIVERIES: readonly GateFrame['message'][] = [
  ...(['prepare', 'promise', 'prepare', 'promise'] as const),
  ...(['accept', 'accepted', 'accept', 'accepted'] as const),
]

/** Lesson 4: both writers at 1.1, then N2 at 1.2, with the same eight deliveries. */
export function uniqueRun(run: LessonScript): LessonScript {
  run.open('shared').bid(1, 1)
  run.node(2, { type: 'bid', ballot: { round: 1, node: 1 }, ranges: [], reason: 'manual' })
  violate(run, 'I5')
  release(run, DELIVERIES).chosen(1, 1, 1)
  const shared = { ballot: { round: 1, node: 1 }, slot: 1, count: 1, ids: ['b:1'] }
  violate(run.node(2, { type: 'chosen', ...shared }), 'I8')

  run.fresh().open('repaired').bid(1, 1).bid(2, 1)
  release(run, DELIVERIES)
  const [low, high] = [
    { round: 1, node: 1 },
    { round: 1, node: 2 },
  ]
  run.node(3, { type: 'refused', ballot: low, promised: high, phase: 2 }).chosen(2, 1, 1)
  run.open('restart').kill(1)
  const log = { chosenThrough: 0, votedThrough: 1, records: 2, bytes: 256, tornBytes: 0 }
  run
    .node(1, { type: 'recovered', promised: low, ...log, offset: 256 })
    .revive(1)
    .bid(1, 2)
  return readSlotOne(run, 'SET colour blue').begin('explain')
}

/** Lesson 15: the blog with five nodes and twice with three, then the paper with five. */
export function blogRun(run: LessonScript): LessonScript {
  run.open('blog').replied(1, 'SET v A')
  violate(run, 'I11').replied(5, 'SET v B').read('v', 'B')
  run.fresh().open('three').replied(1, 'SET v A', 'unknown').replied(3, 'SET v B', 'unknown')
  run.fresh().open('all-asked').replied(1, 'SET v A').replied(3, 'SET v B', 'error')
  run.fresh().open('paper').replied(1, 'SET v A', 'unknown').replied(5, 'SET v B')
  return run.begin('explain')
}

function promise(
  run: LessonScript,
  ballot: { readonly round: number; readonly node: number },
  acceptors: readonly number[],
): LessonScript {
  for (const node of acceptors) run.node(node, { type: 'promised', ballot })
  return run
}

function violate(run: LessonScript, invariant: 'I5' | 'I8' | 'I11'): LessonScript {
  return run.lab({ type: 'violated', invariant, words: '', evidence: [] })
}

/** Frames that somebody let go at the gate. */
export function release(
  run: LessonScript,
  messages: readonly GateFrame['message'][],
  how: 'byHand' | 'holdEnded' = 'byHand',
): LessonScript {
  for (const message of messages) {
    const frame = {
      ...{ id: run.events.length, link: { from: 1, to: 3 }, message, ballot: null },
      ...{ slot: 1, count: 1, bytes: 81, fault: 'f1' },
    }
    run.lab({ type: 'frameHeld', frame }).lab({ type: 'frameReleased', frame, how })
  }
  return run
}

export function readSlotOne(run: LessonScript, value: string | null): LessonScript {
  const verdict = value === null ? 'undetermined' : 'chosen'
  const result = { verdict, value, reason: '', replies: [] } as const
  return run.lab({ type: 'learnerRead', node: 2, key: '', slot: 1, result, latencyMs: 1 })
}
