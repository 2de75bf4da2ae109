/** Records, made by hand, of lessons that play one schedule under more than one rule. */
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

function violate(run: LessonScript, invariant: 'I8' | 'I11'): LessonScript {
  return run.lab({ type: 'violated', invariant, words: '', evidence: [] })
}
