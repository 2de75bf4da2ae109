/** I15: bounds of waiting, on requests that wait too long and on waits that have an excuse. */
import { describe, expect, it } from 'vitest'
import type { LabEvent, LabFact } from '../../src/core/event'
import type { Fault } from '../../src/core/fault'
import { allLinks, linksBetween } from '../../src/core/fault'
import {
  answered,
  choose,
  eventsOf,
  faultEnded,
  faultStarted,
  judgeEvents,
  killed,
  learned,
  ready,
  submitted,
} from '../support/oracleRun'
import type { Line } from '../support/oracleRun'
import { nodesTo } from '../support/paxos'

/** Lines at their lab time in ms. */
type Timed = readonly [number, Line]

const TICK: LabFact = { type: 'labNote', level: 'info', words: 'time passes' }
const at = (atMs: number, ...lines: readonly Line[]): Timed[] => lines.map((line) => [atMs, line])
const passing = (from: number, to: number): Timed[] => {
  const count = Math.floor((to - from) / 10)
  return Array.from({ length: count }, (_, index) => [from + index * 10, ['lab', TICK]])
}
const UP = at(0, ...nodesTo(3).map((node) => ready(node)))
const asked = (node: number, atMs: number): Timed[] => at(atMs, [node, submitted(`${node}.1`, 1)])

function judge(timed: readonly Timed[], liveness = { stallMsMax: 500, completeMsMax: 1000 }) {
  const events = eventsOf(timed.map(([, line]) => line)).map((event, index): LabEvent => {
    return { ...event, atMs: timed[index]?.[0] ?? 0 }
  })
  return judgeEvents(events, { liveness })
}

describe('a request that waits', () => {
  it('longer than a slot may take to be chosen', () => {
    const { found, words } = judge([...UP, ...asked(1, 100), ...passing(110, 700)])
    expect(found).toEqual(['I15'])
    expect(words[0]).toBe('no slot was chosen for 510 ms, while 1.1:1 waited and a quorum worked')
  })

  it('while others are chosen, but not it', () => {
    const busy = nodesTo(20).flatMap((n) => at(n * 100, ...choose('-', n)))
    const { found, words } = judge([...UP, ...asked(1, 100), ...busy])
    expect(found).toEqual(['I15'])
    expect(words[0]).toContain('1.1:1 is not done 1100 ms after')
  })

  it('after it was answered nothing waits', () => {
    const done = at(300, ...choose('1.1:1'), [1, learned('1.1:1')], [1, answered('1.1', 1)])
    const { found, state } = judge([...UP, ...asked(1, 100), ...done, ...passing(300, 3000)])
    expect(found).toEqual([])
    expect(state('I15')).toBe('holds')
  })

  it('without bounds nothing is judged', () => {
    const events = eventsOf([...UP, ...asked(1, 100)].map(([, line]) => line))
    const view = judgeEvents(events)
      .oracle.views()
      .find(({ id }) => id === 'I15')
    expect(view).toMatchObject({ state: 'idle' })
  })
})

describe('a wait with an excuse', () => {
  it.each<readonly [string, Fault]>([
    [
      'a quorum is cut off',
      { kind: 'cut', links: linksBetween([1], [2, 3]).concat(linksBetween([2], [3])) },
    ],
    ['frames are held', { kind: 'hold', links: allLinks(nodesTo(3)), match: {}, atEnd: 'release' }],
    ['frames are lost by chance', { kind: 'drop', links: allLinks([1, 2]), probability: 0.5 }],
  ])('%s: the time counts from its end', (_name, fault) => {
    const during = [...UP, ...at(50, faultStarted('f1', fault)), ...asked(1, 100)]
    const waiting = [...during, ...passing(110, 3000)]
    expect(judge(waiting).found).toEqual([])
    const healed = [...waiting, ...at(3000, faultEnded('f1', fault))]
    expect(judge([...healed, ...passing(3000, 3400)]).found).toEqual([])
    expect(judge([...healed, ...passing(3000, 3600)]).found).toEqual(['I15'])
  })

  it('two nodes are down; one is not enough to wait', () => {
    const one = [...UP, ...at(50, killed(3)), ...asked(1, 100)]
    expect(judge([...one, ...passing(110, 700)]).found).toEqual(['I15'])
    const two = [...UP, ...at(50, killed(3), killed(2)), ...asked(1, 100)]
    expect(judge([...two, ...passing(110, 700)]).found).toEqual([])
  })

  it('the node that took it is in the minority, or died', () => {
    const cut: Fault = { kind: 'cut', links: linksBetween([1], [2, 3]) }
    const alone = [...UP, ...at(50, faultStarted('f1', cut)), ...asked(1, 100)]
    expect(judge([...alone, ...passing(110, 3000)]).found).toEqual([])
    const other = [...UP, ...at(50, faultStarted('f1', cut)), ...asked(2, 100)]
    expect(judge([...other, ...passing(110, 3000)]).found).toEqual(['I15'])
    const dead = [...UP, ...asked(1, 100), ...at(150, killed(1)), ...passing(150, 3000)]
    expect(judge(dead).found).toEqual([])
  })

  it('the client gave it up', () => {
    const bounds = { stallMsMax: 500, completeMsMax: 1000, deadlineMs: 300 }
    expect(judge([...UP, ...asked(1, 100), ...passing(110, 3000)], bounds).found).toEqual([])
  })
})
