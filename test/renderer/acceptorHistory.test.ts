/** What each acceptor did about a slot, in order, and which promises force a proposer. */
import { describe, expect, it } from 'vitest'
import type { LabEvent, NodeFact } from '../../src/core/event'
import type { PaxosFact } from '../../src/core/paxos/fact'
import {
  acceptorRows,
  STEPS_MAX,
} from '../../src/renderer/src/composables/instruments/acceptorHistory'
import { settingOf } from '../../src/renderer/src/composables/instruments/readsSetting'
import { b, nodesTo } from '../support/paxos'

type Line = readonly [by: number, fact: PaxosFact | NodeFact]

const eventsOf = (lines: readonly Line[]): LabEvent[] =>
  lines.map(([by, fact], at) => {
    return { seq: at + 1, atMs: 10 * (at + 1), by, life: 1, nodeSeq: at + 1, ...fact }
  })

const promised = (by: number, round: number): Line => [
  by,
  { type: 'promised', ballot: b(round, 1) },
]
const voted = (by: number, round: number, id: string, slot = 1): Line => [
  by,
  { type: 'voted', ballot: b(round, 1), slot, count: 1, ids: [id] },
]
const recovered = (by: number, round: number): Line => [
  by,
  {
    ...{ type: 'recovered', promised: b(round, 1), chosenThrough: 0 },
    ...{ records: 1, bytes: 9, tornBytes: 0 },
  },
]

const rows = (...lines: readonly Line[]) =>
  acceptorRows(eventsOf(lines), 1, settingOf([], null, nodesTo(3)))

describe('S13, S14, S16: an acceptor', () => {
  it('promises, votes, and reports its highest vote with the next promise', () => {
    const [first, second, third] = rows(
      promised(1, 1),
      promised(2, 1),
      voted(1, 1, 'v'),
      promised(1, 3),
    )
    expect(first).toMatchObject({
      ...{ node: 1, promised: b(3, 1), vote: { ballot: b(1, 1), id: 'v' }, hidden: 0 },
      steps: [
        { kind: 'promise', ballot: b(1, 1), reports: null, seq: 1 },
        { kind: 'vote', ballot: b(1, 1), id: 'v', atMs: 30 },
        { kind: 'promise', ballot: b(3, 1), reports: { ballot: b(1, 1), id: 'v' } },
      ],
    })
    expect(second?.steps).toMatchObject([{ kind: 'promise', reports: null }])
    expect(third).toEqual({ node: 3, promised: null, vote: null, steps: [], hidden: 0 })
  })

  it('keeps every vote in order, and holds the highest', () => {
    const [row] = rows(voted(1, 1, 'v'), voted(1, 4, 'w'), voted(1, 2, 'x'))
    expect(row?.steps.map((step) => step.kind === 'vote' && step.id)).toEqual(['v', 'w', 'x'])
    expect(row).toMatchObject({ vote: { ballot: b(4, 1), id: 'w' }, promised: b(4, 1) })
  })

  it('a vote in another slot raises the promise and is no vote here', () => {
    const [row] = rows(voted(1, 5, 'z', 2), promised(1, 6))
    expect(row).toMatchObject({ promised: b(6, 1), vote: null })
    expect(row?.steps).toMatchObject([{ kind: 'promise', reports: null }])
  })

  it('begins again with what its disk held; a first start is no restart', () => {
    const [row] = rows(recovered(1, 1), promised(1, 2), recovered(1, 0))
    expect(row?.steps.map(({ kind }) => kind)).toEqual(['promise', 'restart'])
    expect(row?.promised).toEqual(b(0, 1))
  })

  it('promises in a row that report the same are one step, so that votes stay in sight', () => {
    const [row] = rows(
      ...[promised(1, 1), promised(1, 2), voted(1, 2, 'v')],
      ...[promised(1, 3), promised(1, 4), promised(1, 5), recovered(1, 5), promised(1, 6)],
    )
    expect(row?.steps).toMatchObject([
      { kind: 'promise', ballot: b(2, 1), times: 2, reports: null, seq: 2 },
      { kind: 'vote', ballot: b(2, 1) },
      { kind: 'promise', ballot: b(5, 1), times: 3, reports: { id: 'v' }, seq: 6 },
      { kind: 'restart' },
      { kind: 'promise', ballot: b(6, 1), times: 1 },
    ])
    expect(row?.hidden).toBe(0)
  })

  it('keeps the newest steps, and says how many are left out', () => {
    const many = Array.from({ length: STEPS_MAX + 3 }, (_, at) => voted(1, at + 1, `v${at}`))
    const [row] = rows(...many)
    expect([row?.steps.length, row?.hidden]).toEqual([STEPS_MAX, 3])
  })
})
