/** Students who do something else than a lesson asks: the goal that is there for it is not met. */
import { expect, it } from 'vitest'
import { allLinks } from '../../src/core/fault'
import type { PaxosFact } from '../../src/core/paxos/fact'
import { LessonFold } from '../../src/shared/lessonCheck'
import { isLimit } from '../../src/shared/lessonGrammar'
import { readSlotOne, release } from '../support/lessonBallots'
import { lessonOf } from '../support/lessonRecords'
import { LessonScript } from '../support/lessonScript'

const RED = 'SET colour red'
const LOG = { chosenThrough: 0, votedThrough: 1, records: 2, bytes: 256, tornBytes: 0, offset: 256 }
const ADVERSARY = {
  ...({ kind: 'hold', links: allLinks([1, 2, 3]), match: {} } as const),
  ...({ atEnd: 'release', adversary: 'flp' } as const),
}

type Play = (run: LessonScript) => unknown

function voted(node: number, round = 1): PaxosFact {
  return { type: 'voted', ballot: { round, node }, slot: 1, count: 1, ids: ['a:1'] }
}

function lost(run: LessonScript, dropped: number): LessonScript {
  const link = {
    from: 1,
    to: 2,
    frames: 9,
    bytes: 9,
    dropped,
    duplicated: 0,
    samples: [],
    types: {},
  }
  return run.lab({ type: 'trafficSampled', links: [link] })
}

/** Ballots of which the adversary lets four frames each go. */
function duel(run: LessonScript, ballots: number): LessonScript {
  for (let at = 1; at <= ballots; at += 1) {
    release(run.bid(1 + (at % 2), at), ['prepare', 'promise', 'accept', 'nack'])
  }
  return run
}

const eight = Array.from({ length: 8 }, () => 'accept' as const)

const CASES: readonly [lesson: string, student: string, step: string, goal: string, Play][] = [
  [
    ...(['accept-first', 'lets one value reach a majority', 'three', 'none'] as const),
    (run) => run.node(1, voted(1)).node(2, voted(1)).chosen(1, 1, 1),
  ],
  [
    ...(['accept-first', 'reads while N1 is alive', 'two', 'read'] as const),
    (run) => readSlotOne(run.node(2, voted(1)).node(3, voted(3)), null).kill(1),
  ],
  [
    ...(['accept-first', 'kills N1 before N2 has voted', 'two', 'dead'] as const),
    (run) => run.node(1, voted(1)).kill(1).node(2, voted(1)),
  ],
  [
    ...(['accept-first', 'still runs phase 2 only', 'second', 'twice'] as const),
    (run) => run.node(3, voted(3)).kill(1).node(3, voted(3)),
  ],
  [
    ...(['accept-first', 'waits for N1', 'second', 'read'] as const),
    (run) => readSlotOne(run.kill(1).revive(1), RED),
  ],
  [
    ...(['unique', 'does not break the numbers', 'shared', 'same'] as const),
    (run) => release(run.bid(1, 1).bid(2, 1), eight).chosen(2, 1, 1),
  ],
  [
    ...(['unique', 'releases whatever waits', 'shared', 'few'] as const),
    (run) => release(run.bid(1, 1), [...eight, ...eight]),
  ],
  [
    ...(['unique', 'repairs nothing', 'repaired', 'safe'] as const),
    (run) => run.lab({ type: 'violated', invariant: 'I5', words: '', evidence: [] }),
  ],
  [
    ...(['unique', 'has a node that begins at 1.1 again', 'restart', 'higher'] as const),
    (run) => run.node(1, { type: 'recovered', promised: { round: 1, node: 1 }, ...LOG }).bid(1, 1),
  ],
  [
    ...(['unique', 'reads before anything is chosen', 'restart', 'blue'] as const),
    (run) => readSlotOne(readSlotOne(run, null), RED),
  ],
  [
    ...(['flp', 'lets values be chosen all the time', 'delay-alone', 'delivered'] as const),
    (run) => duel(run.start('flp', ADVERSARY).chosen(1, 1, 1), 300),
  ],
  [
    ...(['flp', 'loses frames', 'delay-alone', 'lossless'] as const),
    (run) => lost(duel(run.start('flp', ADVERSARY), 10), 1),
  ],
  [
    ...(['flp', 'keeps a frame for ever', 'let-go', 'arrived'] as const),
    (run) => {
      const frame = {
        ...({ id: 1, link: { from: 1, to: 3 }, message: 'accept', ballot: null } as const),
        ...{ slot: 1, count: 1, bytes: 81, fault: 'f1' },
      }
      return release(run.lab({ type: 'frameHeld', frame }), eight, 'holdEnded').chosen(1, 1, 1)
    },
  ],
  [
    ...(['flp', 'takes the adversary away first', 'chance', 'chosen'] as const),
    (run) => run.start('flp', ADVERSARY).end('flp').chosen(1, 1, 1).chosen(1, 1, 2).chosen(1, 1, 3),
  ],
]

it.each(CASES)('%s: who %s has not reached %s.%s', (id, _student, step, goal, play) => {
  const lesson = lessonOf(id)
  const run = new LessonScript(lesson, [1, 2, 3]).open(step)
  play(run)
  const fold = new LessonFold(lesson)
  for (const event of run.events) fold.add(event)
  const asked = lesson.steps
    .find((each) => each.id === step)
    ?.goals.find((each) => each.id === goal)
  const state = (): unknown => fold.states(step).find((each) => each.id === goal)?.state
  // A limit that is passed is lost at once, the rest when nothing more can come.
  expect(state()).toBe(asked && isLimit(asked.check) ? 'false' : 'open')
  fold.finish(true)
  expect(state()).toBe('false')
  expect(fold.isDone(step)).toBe(false)
})

it('who answers after the act has no prediction before it', () => {
  const lesson = lessonOf('unique')
  const run = new LessonScript(lesson, [1, 2, 3]).begin('shared').act('shared', 'bids')
  run.answer('shared', 2)
  const fold = new LessonFold(lesson)
  for (const event of run.events) fold.add(event)
  fold.finish(true)
  expect(fold.states('shared')[0]).toMatchObject({ id: 'predicted', state: 'false' })
})
