/** What the ids of a re-enacted run stand for: the acts say what was asked, the nodes number it. */
import { expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { askedTexts, askWords } from '../../src/shared/askedTexts'
import { slotsAt } from '../../src/shared/slotFold'
import { b } from '../support/paxos'

const lab = (act: string) => ({ by: 'lab', type: 'acted', act, actor: 'scenario' })
const asked = (number: number, text: string, node: number) =>
  lab(`act ${number}: ${askWords('propose', text.split(' '), node)}`)
const numbered = (by: number, from: number) => ({
  ...{ by, type: 'submitted', session: `${by}.1`, from, count: 1 },
})
const voted = (by: number, round: number, id: string) => ({
  ...{ by, type: 'voted', ballot: b(round, 4), slot: 1, count: 1, ids: [id] },
})
const eventsOf = (...lines: readonly object[]): LabEvent[] =>
  lines.map((line, at) => ({ seq: at + 1, atMs: at, life: 1, nodeSeq: at, ...line }) as LabEvent)

const RUN = eventsOf(
  ...[asked(1, 'SET x v', 4), lab('propose SET x v at node 4'), numbered(4, 1)],
  ...[asked(2, 'SET x "w"', 5), asked(3, 'GET x', 4), numbered(4, 2), numbered(5, 1)],
  ...[voted(1, 1, '4.1:1'), voted(2, 1, '6.1:1'), voted(3, 1, '-')],
)

it('are told in the order of each node, and of nothing that was not asked by the schedule', () => {
  expect([...askedTexts(RUN)]).toEqual([
    ['4.1:1', 'SET x v'],
    ['4.1:2', 'GET x'],
    ['5.1:1', 'SET x "w"'],
  ])
  expect(askedTexts(eventsOf(lab('propose SET x v at node 4'), numbered(4, 1))).size).toBe(0)
})

it('stand in the slots of the record; an id that nobody asked for stays one', () => {
  const texts = [1, 2, 3].map((node) => slotsAt(RUN, node, 1, 1)[0]?.vote?.text)
  expect(texts).toEqual(['SET x v', '6.1:1', ''])
})
