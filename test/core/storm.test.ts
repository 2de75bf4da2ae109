/** Storms as data: repeatable, in order, bounded in what they break, and what a lost write is. */
import { describe, expect, it } from 'vitest'
import { linksAcross } from '../../src/core/fault'
import type { HistoryEntry } from '../../src/core/history'
import { drawStorm } from '../../src/core/storm/drawStorm'
import { findLostWrites } from '../../src/core/storm/lostWrites'
import { ALL_STORM_FAMILIES, STORM_FAMILIES } from '../../src/core/storm/storm'
import type { StormAct, StormFamily, StormSetting } from '../../src/core/storm/storm'
import { ring } from '../../src/core/storm/stormDraw'

const SETTING: StormSetting = {
  members: [1, 2, 3, 4, 5],
  driftBound: null,
  failpoints: ['flush.afterWrite', 'send.phase2.before'],
}

function draw(
  count: number,
  seed: number,
  families: readonly StormFamily[] = STORM_FAMILIES,
  intensity = 0.5,
  setting = SETTING,
): StormAct[] {
  const acts = drawStorm({ seed, families, intensity }, setting)
  return Array.from({ length: count }, () => acts.next().value)
}

const startsOf = (acts: readonly StormAct[]) => acts.filter((act) => act.act === 'start')

describe('a storm', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(draw(2000, 7)).toEqual(draw(2000, 7))
    expect(draw(50, 8)).not.toEqual(draw(50, 7))
  })

  it('comes in the order of time, and each start has one end, later', () => {
    const acts = draw(3000, 3)
    const open = new Set<string>()
    let atMs = 0
    for (const act of acts) {
      expect(act.atMs).toBeGreaterThanOrEqual(atMs)
      atMs = act.atMs
      const key = `${act.family} ${act.number}`
      if (act.act === 'start') expect(open.has(key)).toBe(false)
      else expect(open.delete(key)).toBe(true)
      if (act.act === 'start') open.add(key)
    }
    // One of each family at most, but for links that are clogged one by one.
    expect(open.size).toBeLessThan(STORM_FAMILIES.length + 10)
  })

  it('leaving a family out changes nothing for the others', () => {
    const some = STORM_FAMILIES.filter((family) => family !== 'kill')
    const all = draw(1000, 11).filter(({ family }) => family !== 'kill')
    expect(draw(1000, 11, some).slice(0, all.length)).toEqual(all)
  })

  it('every family is there, and none that breaks the assumptions unless it is named', () => {
    const families = new Set(draw(3000, 5).map(({ family }) => family))
    expect(families).toEqual(new Set(STORM_FAMILIES))
    const more = new Set(draw(3000, 5, ALL_STORM_FAMILIES).map(({ family }) => family))
    expect(more).toEqual(new Set(ALL_STORM_FAMILIES))
  })

  it.each([1, 2, 3, 4, 5])('seed %i makes no disk lie and wipes none', (seed) => {
    const kinds = startsOf(draw(5000, seed)).map(({ fault }) =>
      fault.kind === 'storage' ? fault.fault.kind : fault.kind,
    )
    expect(kinds).not.toContain('flushOff')
    expect(kinds).not.toContain('flushLies')
    expect(kinds).not.toContain('wipe')
    expect(new Set(kinds).size).toBeGreaterThan(8)
  })

  it('blows harder with more intensity', () => {
    const until = (intensity: number) => draw(400, 2, STORM_FAMILIES, intensity).at(-1)?.atMs ?? 0
    expect(until(1)).toBeLessThan(until(0.1) / 2)
  })

  it('keeps clocks within the bound of leases, unless it is asked to break it', () => {
    const setting = { ...SETTING, driftBound: 0.1 }
    const drifts = (family: StormFamily) =>
      startsOf(draw(2000, 4, [family], 1, setting)).map(({ fault }) =>
        fault.kind === 'clock' ? Math.abs(fault.drift) + Math.abs(fault.offsetMs) : 0,
      )
    expect(Math.max(...drifts('clock'))).toBeLessThanOrEqual(0.05)
    expect(Math.max(...drifts('clockBeyond'))).toBeGreaterThan(0.1)
  })

  it('clogs links one by one and opens them in another order', () => {
    const moments = draw(400, 9, ['clog'], 1)
    const first = moments.findIndex(({ act }) => act === 'end')
    const started = moments.slice(0, first).map(({ number }) => number)
    const ended = moments.slice(first, first + started.length).map(({ number }) => number)
    expect(started.length).toBeGreaterThan(1)
    expect([...ended].sort((a, b) => a - b)).toEqual(started)
    const orders = startsOf(moments).map(({ fault }) => JSON.stringify(fault))
    expect(new Set(orders).size).toBeGreaterThan(10)
  })

  it.each([
    [5, 3],
    [7, 5],
    [9, 5],
  ])('a majorities ring of %i lets each hear %i, itself too', (count, heard) => {
    const members = Array.from({ length: count }, (_, index) => index + 1)
    const cut = linksAcross(members, ring(members))
    for (const node of members) {
      expect(count - cut.filter(({ from }) => from === node).length).toBe(heard)
    }
  })
})

describe('lost writes', () => {
  let time = 0
  const entry = (
    process: number,
    type: HistoryEntry['type'],
    f: HistoryEntry['f'],
    key: string,
    more: Partial<HistoryEntry> = {},
  ): HistoryEntry => ({ process, type, f, key, ...more, time: time++ })
  const done = (process: number, f: HistoryEntry['f'], key: string, value?: string) => [
    entry(process, 'invoke', f, key, value === undefined ? {} : { value }),
    entry(process, 'ok', f, key),
  ]
  const read = (key: string, value: string | number | null) => [
    entry(9, 'invoke', 'read', key),
    entry(9, 'ok', 'read', key, { value }),
  ]

  it.each([
    ['the value itself', read('k', 'b'), 0],
    ['an older value', read('k', 'a'), 1],
    ['no value', read('k', null), 1],
    ['nothing at all', [], 0],
  ])('a key written twice, then read as %s', (_what, last, lost) => {
    const found = findLostWrites([
      ...done(1, 'write', 'k', 'a'),
      ...done(1, 'write', 'k', 'b'),
      ...last,
    ])
    expect(found.acknowledged).toBe(2)
    expect(found.lost).toHaveLength(lost)
    expect(found.keysRead).toBe(last.length === 0 ? 0 : 1)
  })

  it('what was unknown may stand there or not', () => {
    const unknown = [
      entry(2, 'invoke', 'write', 'k', { value: 'u' }),
      entry(2, 'info', 'write', 'k'),
    ]
    const acked = done(1, 'write', 'k', 'a')
    expect(findLostWrites([...unknown, ...acked, ...read('k', 'u')]).lost).toEqual([])
    expect(findLostWrites([...unknown, ...acked, ...read('k', 'a')]).lost).toEqual([])
  })

  it('every acknowledged append and increment must be there', () => {
    const appends = [...done(1, 'append', 'l', 'x.'), ...done(1, 'append', 'l', 'y.')]
    expect(findLostWrites([...appends, ...read('l', 'x.y.')]).lost).toEqual([])
    expect(findLostWrites([...appends, ...read('l', 'y.')]).lost).toHaveLength(1)
    const counts = [...done(1, 'incr', 'n'), ...done(1, 'incr', 'n')]
    expect(findLostWrites([...counts, ...read('n', 3)]).lost).toEqual([])
    expect(findLostWrites([...counts, ...read('n', 1)]).lost).toHaveLength(1)
  })
})
