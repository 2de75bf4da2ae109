/** Records of the lessons about logs and disks, made by hand: what reaches every goal of them. */
import type { GateFrame } from '../../src/core/event'
import type { Ballot } from '../../src/core/paxos/ballot'
import type { LessonScript } from './lessonScript'

/** Lesson 14, of three nodes. */
export function gapsRun(run: LessonScript): LessonScript {
  run.open('one-prepare').bid(1, 3)
  hold(run, { message: 'promise', link: { from: 2, to: 1 } })
  run.open('close').elected(1, 3)
  issue(run, 1, 135, 'forced')
  issue(run, 1, 140, 'forced')
  issue(run, 1, 136, 'noop', 2)
  run.read('a', 'of-135').read('b', 'of-140')
  apply(run, 140, [1, 2, 3])
  run.open('ahead')
  hold(run, { message: 'accepted', link: { from: 2, to: 1 }, slot: 141, count: 1 })
  run.replied(1, 'SET c of-141', 'unknown').chosen(1, 3, 142).replied(1, 'SET d', 'unknown')
  run.open('successor').kill(1).elected(2, 4)
  issue(run, 2, 141, 'forced', 2)
  apply(run, 142, [2, 3])
  run.read('c', 'of-141').read('d', 'of-142')
  run.open('gap').revive(1)
  hold(run, { message: 'accept', link: { from: 2, to: 1 }, slot: 143, count: 1 })
  run.chosen(2, 4, 144).kill(2).elected(3, 5)
  issue(run, 3, 143, 'noop')
  run.revive(2)
  apply(run, 144, [1, 2, 3])
  return run.begin('explain')
}

/** Lesson 12, of three nodes, in three runs. */
export function memoryRun(run: LessonScript): LessonScript {
  const low = { round: 1, node: 1 }
  const high = { round: 1, node: 3 }
  const bids = (): LessonScript => {
    for (const ballot of [low, high]) run.node(2, { type: 'promised', ballot })
    return run
  }
  run.open('flushed')
  recover(bids(), high, 0)
  run.node(2, { type: 'refused', ballot: low, promised: high, phase: 2 }).chosen(3, 1, 1)
  run.fresh().open('not-flushed')
  recover(bids(), { round: 0, node: 0 }, 0)
  run.node(2, { type: 'voted', ballot: low, slot: 1, count: 1, ids: ['a:1'] })
  run.lab({ type: 'violated', invariant: 'I8', words: 'two values in slot 1', evidence: [] })
  run.fresh().open('torn').start('tear', { kind: 'tornTail', node: 2 }).kill(2).end('tear')
  recover(run, high, 40)
  return run.revive(2).read('k', 'third').begin('explain')
}

function recover(run: LessonScript, promised: Ballot, tornBytes: number): void {
  const log = { chosenThrough: 0, votedThrough: 0, records: 2, bytes: 256, tornBytes, offset: 256 }
  run.node(2, { type: 'recovered', promised, ...log })
}

function issue(
  run: LessonScript,
  by: number,
  slot: number,
  cause: 'forced' | 'noop',
  count = 1,
): void {
  const ids = Array.from({ length: count }, () => (cause === 'noop' ? '-' : 'a:1'))
  run.node(by, { type: 'issued', ballot: { round: by + 2, node: by }, slot, count, ids, cause })
}

function apply(run: LessonScript, through: number, nodes: readonly number[]): void {
  for (const node of nodes) run.node(node, { type: 'applied', through, digest: `d${through}` })
}

type Held = Pick<GateFrame, 'message' | 'link'> & Partial<GateFrame>

function hold(run: LessonScript, frame: Held): void {
  const rest = { id: 1, ballot: null, slot: 0, count: 0, bytes: 40, fault: 'f1' }
  run.lab({ type: 'frameHeld', frame: { ...rest, ...frame } })
}
