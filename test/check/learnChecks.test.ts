/** I9, I10, I11 and I13: what was chosen, learned, told to clients and applied. */
import { describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import {
  answered,
  applied,
  choose,
  chosen,
  eventsOf,
  judge,
  judgeEvents,
  killed,
  learned,
  recovered,
  submitted,
  TOTAL,
  voted,
} from '../support/oracleRun'
import type { Line } from '../support/oracleRun'

const ASKED: Line = [1, submitted('1.1', 1)]
const MINE: readonly Line[] = choose('1.1:1')
/** Every node tells something, so that no silence excuses anybody. */
const STARTED: readonly Line[] = [1, 2, 3].map((node): Line => [node, recovered(0, 0)])

describe('I9', () => {
  it('a chosen value that nobody submitted', () => {
    const strange = choose('1.1:2', 2)
    const { found, words } = judge([...STARTED, ASKED, ...MINE, ...strange])
    expect(found).toEqual(['I9'])
    expect(words[0]).toBe('slot 2 holds 1.1:2, which no client submitted')
    expect(judge([ASKED, ...MINE, ...strange], TOTAL).found).toEqual(['I9'])
  })

  it('in the true order a request comes before its choice; else it may be told later', () => {
    expect(judge([...STARTED, [2, submitted('2.1', 1)], ...MINE, ASKED], TOTAL).found).toEqual([
      'I9',
    ])
    expect(judge([...STARTED, ...MINE, ASKED]).found).toEqual([])
    expect(judge([ASKED, ...MINE], TOTAL).found).toEqual([])
  })

  it('a no-op is of a leader', () => {
    const { found, state } = judge([...STARTED, ASKED, ...choose('-')])
    expect([found, state('I9')]).toEqual([[], 'holds'])
  })

  it('a request of a node that was killed may not have been told: unknown', () => {
    const { found, oracle } = judge([...STARTED, ASKED, ...MINE, ...choose('1.1:2', 2), killed(1)])
    expect(found).toEqual([])
    expect(oracle.views().find(({ id }) => id === 'I9')?.words).toContain(
      'not enough data for 1 judgements',
    )
    // Of another node nothing is missing.
    const other = judge([...STARTED, ASKED, ...choose('2.1:7', 2), killed(1)])
    expect(other.found).toEqual(['I9'])
  })

  it('a node that nobody heard of may have taken it; so may an earlier run', () => {
    expect(judge([ASKED, ...MINE, ...choose('3.1:1', 2)]).found).toEqual([])
    const image: Line = [1, recovered(2, 1, { chosenThrough: 4 })]
    expect(judge([image, ASKED, ...choose('2.1:7', 5)]).found).toEqual([])
  })

  it('says nothing where no node tells of requests', () => {
    const { found, state } = judge([...STARTED, ...MINE])
    expect([found, state('I9')]).toEqual([[], 'idle'])
  })
})

describe('I10', () => {
  it('chosen by fewer than a quorum (mutants M14, M15)', () => {
    const lines: Line[] = [
      ...STARTED,
      [1, voted(1, 1, 'a:1')],
      [2, voted(3, 3, 'a:1')],
      [1, chosen(1, 1, 'a:1')],
    ]
    for (const order of ['causal', 'total'] as const) {
      const { found, words } = judge(lines, { order })
      expect(found).toEqual(['I10'])
      expect(words[0]).toBe(
        'N1 says that a:1 is chosen in slot 1 at 1.1, and no quorum voted for it: ' +
          'N1 at 1.1; N2 at 3.3',
      )
    }
  })

  it('in the true order before the votes; in another the votes may be told later', () => {
    const lines: Line[] = [...STARTED, [3, learned('a:1')], ...choose('a:1')]
    expect(judge(lines, TOTAL).found).toEqual(['I10'])
    expect(judge(lines).found).toEqual([])
  })

  it('a node that was killed, or never told anything, may have voted', () => {
    const claim: Line[] = [
      [1, voted(1, 1, 'a:1')],
      [1, chosen(1, 1, 'a:1')],
    ]
    expect(judge(claim).found).toEqual([])
    expect(judge([...STARTED, killed(2), ...claim]).found).toEqual([])
    expect(judge([...STARTED, ...claim]).found).toEqual(['I10'])
  })

  it('a vote that is missing lies between the promises before and after', () => {
    const restarted = (round: number): Line[] => [
      ...STARTED,
      [2, voted(5, 2, 'z:1', 9)],
      [2, recovered(round, 2), 2],
      [1, voted(7, 1, 'a:1')],
      [1, chosen(7, 1, 'a:1')],
    ]
    expect(judge(restarted(8)).found).toEqual([])
    expect(judge(restarted(6)).found).toEqual(['I10'])
  })

  it('is judged while the run lasts, when every node has told something much later', () => {
    const lines: Line[] = [
      ...STARTED,
      ...choose('z:1', 9),
      [1, voted(1, 1, 'a:1')],
      [1, chosen(1, 1, 'a:1')],
      [1, applied(0)],
      [2, applied(0)],
      [3, applied(0)],
      ['lab', { type: 'statusSampled', nodes: [] }],
    ]
    const live = (laterMs: number): string[] => {
      const events = eventsOf(lines).map((event, index): LabEvent => {
        return index < 7 ? event : { ...event, atMs: event.atMs + laterMs }
      })
      const { oracle } = judgeEvents([])
      return events.flatMap((event) => oracle.feed(event)).map(({ invariant }) => invariant)
    }
    expect(live(10_000)).toEqual(['I10'])
    expect(live(1000)).toEqual([])
  })
})

describe('I11', () => {
  const told: Line = [1, answered('1.1', 1)]
  const known: Line = [1, chosen(1, 1, '1.1:1')]

  it('a client is told before anything was chosen (mutant M9)', () => {
    for (const order of ['causal', 'total'] as const) {
      const { found, words } = judge([...STARTED, ASKED, told, [2, voted(1, 1, '1.1:1')]], {
        order,
      })
      expect(found).toEqual(['I11'])
      expect(words[0]).toBe('N1 told a client that 1.1:1 is done, which nobody had chosen')
    }
  })

  it('after it was chosen and known without a gap, all is well', () => {
    expect(judge([...STARTED, ASKED, ...MINE, known, told], TOTAL).found).toEqual([])
    expect(judge([...STARTED, told, ASKED, known, ...MINE]).found).toEqual([])
  })

  it('above a gap it cannot have been applied', () => {
    const above: Line[] = [ASKED, ...choose('1.1:1', 2), [1, chosen(1, 1, '1.1:1', 2)], told]
    expect(judge([...STARTED, ...above], TOTAL).found).toEqual(['I11'])
  })

  it('a slot that nobody named may hold it: unknown', () => {
    const snapshot = { type: 'snapshotInstalled', through: 4, digest: 'd', from: 2 } as const
    expect(judge([...STARTED, ASKED, [1, snapshot], told]).found).toEqual([])
  })

  it('an acknowledgement on promises alone (blog 2014)', () => {
    const fact = { type: 'acknowledged', slot: 1, ids: ['1.1:1'], at: 'promiseQuorum' } as const
    const { found, words } = judge([[1, fact]])
    expect(found).toEqual(['I11'])
    expect(words[0]).toContain('is done on promises alone')
    expect(judge([...MINE, [1, { ...fact, at: 'chosen' }]]).found).toEqual([])
  })
})

describe('I13', () => {
  const log: readonly Line[] = [...STARTED, ...choose('a:1', 1), ...choose('b:1', 2)]

  it('a slot is applied over a gap (mutant M17)', () => {
    const { found, words } = judge([...log, [3, learned('b:1', 2)], [3, applied(2)]])
    expect(found).toEqual(['I13'])
    expect(words[0]).toBe('N3 applied through slot 2, and did not know what is chosen in slot 1')
  })

  it('in order, and when a gap is filled later, all is well', () => {
    const filled: Line[] = [
      [3, learned('b:1', 2)],
      [3, applied(0)],
      [3, learned('a:1', 1)],
      [3, applied(2)],
    ]
    expect(judge([...log, ...filled]).found).toEqual([])
  })

  it('a slot is applied again', () => {
    const twice: Line[] = [
      [3, learned('a:1', 1)],
      [3, learned('b:1', 2)],
      [3, applied(2)],
      [3, applied(1)],
    ]
    expect(judge([...log, ...twice]).found).toEqual(['I13'])
    const restart: Line[] = [
      [3, recovered(0, 0), 2],
      [3, applied(1), 2],
    ]
    expect(judge([...log, ...twice.slice(0, 3), ...restart]).found).toEqual([])
  })

  it('a snapshot covers what was never told slot by slot', () => {
    const installed = { type: 'snapshotInstalled', through: 1, digest: 'd1', from: 1 } as const
    const lines: Line[] = [
      [3, installed],
      [3, learned('b:1', 2)],
      [3, applied(2)],
    ]
    expect(judge([...log, ...lines]).found).toEqual([])
  })

  it('after a kill a node may know more than it told: unknown', () => {
    const restart: Line = [3, recovered(1, 1), 2]
    const { found } = judge([...log, restart, [3, applied(2), 2]])
    expect(found).toEqual([])
    expect(judge([...log, restart, [3, applied(2), 2]], TOTAL).found).toEqual(['I13'])
  })
})
