/** Three clocks of real nodes: what is not read yet stays open, and no length is below zero. */
import { describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import type { PaxosFact } from '../../src/core/paxos/fact'
import { MAJORITY, Quorums } from '../../src/core/paxos/quorum'
import {
  clockRows,
  pendingWords,
  rowWords,
  SETTLE_MS,
  withoutFlag,
} from '../../src/renderer/src/composables/instruments/clocks'
import { SlotBook } from '../../src/renderer/src/composables/instruments/slotFacts'
import { b } from '../support/paxos'

const RUN = { ballot: b(1, 1), slot: 1, count: 1, ids: ['a:1'] }
const ISSUED: PaxosFact = { ...RUN, type: 'issued', cause: 'free' }
const VOTED: PaxosFact = { ...RUN, type: 'voted' }
const CHOSEN: PaxosFact = { ...RUN, type: 'chosen' }
const THREE = new Quorums(MAJORITY, [1, 2, 3])
const GROUND = { totalOrder: false, allVotes: false, unit: 's' } as const

type Line = readonly [atMs: number, by: number, fact: PaxosFact]

function eventsOf(...lines: readonly Line[]): LabEvent[] {
  return lines.map(([atMs, by, fact], at) => {
    return { seq: at + 1, atMs, by, life: 1, nodeSeq: at + 1, ...fact }
  })
}

function rowOf(events: readonly LabEvent[], through: number, ms: number) {
  const book = new SlotBook({ from: 1, count: 1 }, THREE)
  for (const event of events) book.feed(event)
  return clockRows(book.slots, { ...GROUND, read: { through, ms } })[0]!
}

describe('three clocks of real nodes', () => {
  it('wait for the votes that are not read yet, and are shown in order then', () => {
    const all = eventsOf(
      ...([
        [10, 1, ISSUED],
        [12, 1, VOTED],
        [14, 2, VOTED],
      ] as const),
      ...([
        [16, 1, CHOSEN],
        [90, 3, VOTED],
      ] as const),
    )
    // Pushed without the vote of N2: that of N3 completes a quorum, long after N1 learned.
    const pushed = all.filter(({ seq }) => seq !== 3)
    const open = { open: true, chosen: null, learned: null, learnMs: null, flag: null }
    for (const row of [rowOf(pushed, 0, 0), rowOf(pushed, 2, 12)]) {
      expect(row).toMatchObject(open)
      expect(pendingWords(row)).toBe('reading the record')
      expect(rowWords(row, 's')).toContain('chosen not read yet')
    }
    const read = rowOf(all, 4, 16)
    expect(read).toMatchObject({ open: true, chosen: { seq: 3 }, learnMs: 2, told: null })
    const late = rowOf(all, 5, 10 + SETTLE_MS)
    expect(late).toMatchObject({ open: false, learnMs: 2 })
    expect(pendingWords(late)).toBe('not told yet')
  })

  it('give no length below zero', () => {
    const row = (learnedMs: number) => {
      const events = eventsOf([learnedMs, 1, CHOSEN], [40, 1, VOTED], [40, 2, VOTED])
      return withoutFlag(rowOf(events, 3, 40 + SETTLE_MS))
    }
    expect(row(38)).toMatchObject({ learnMs: 0, flag: null })
    expect(row(10)).toMatchObject({ learnMs: null, flag: null, words: '' })
  })
})
