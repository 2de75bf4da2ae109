/** What a long run has not kept of its ballots is told, in charts and in the verdict. */
import { expect, it } from 'vitest'
import { LEADERS_MAX, STAIRS_MAX } from '../../src/core/measure/series'
import type { LeaderSpan, Stair } from '../../src/core/measure/series'
import { ballotsFromMs, beliefsFromMs } from '../../src/renderer/src/composables/pictures/notKept'

const stairs = (count: number): Stair[] =>
  Array.from({ length: count }, (_, at) => ({ bidAtMs: 500 + at }) as Stair)
const leaders = (count: number): LeaderSpan[] =>
  Array.from({ length: count }, (_, at) => ({ fromMs: 700 + at }) as LeaderSpan)

it('begins at the first that is kept, where the rows are full and some were let go', () => {
  expect(ballotsFromMs({ stairs: stairs(STAIRS_MAX), dropped: 9 })).toBe(500)
  expect(beliefsFromMs({ leaders: leaders(LEADERS_MAX), dropped: 9 })).toBe(700)
})

it('is nothing where all are kept, whatever else was let go', () => {
  expect(ballotsFromMs({ stairs: stairs(STAIRS_MAX), dropped: 0 })).toBe(0)
  expect(ballotsFromMs({ stairs: stairs(20), dropped: 9 })).toBe(0)
  expect(beliefsFromMs({ leaders: leaders(20), dropped: 9 })).toBe(0)
  expect(ballotsFromMs({ stairs: [], dropped: 9 })).toBe(0)
})
