/** What charts and lists say where there is nothing to draw, and of what they have no room for. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { Measures } from '../../src/core/measure/measures'
import FaultTrack from '../../src/renderer/src/components/charts/FaultTrack.vue'
import LivenessChip from '../../src/renderer/src/components/charts/LivenessChip.vue'
import MessageTable from '../../src/renderer/src/components/spacetime/MessageTable.vue'
import { readTheme } from '../../src/renderer/src/composables/chartTheme'
import type { Band } from '../../src/renderer/src/composables/chartBands'
import { CHARTS } from '../../src/renderer/src/composables/pictures'
import { SeriesData } from '../../src/renderer/src/composables/seriesData'
import { NO_SUMMARY } from '../../src/renderer/src/spacetime/protocol'
import type { Summary } from '../../src/renderer/src/spacetime/protocol'
import { useSpacetimeStore } from '../../src/renderer/src/stores/spacetime'
import { partitionRun } from '../support/chartRuns'

beforeEach(() => setActivePinia(createPinia()))

describe('a window in which no request was acknowledged', () => {
  const words = (data: SeriesData, fromMs: number): string | null => {
    const chart = CHARTS.find(({ id }) => id === 'latency')
    const span = { fromMs, toMs: fromMs + 2000, nowMs: 60_000, readMs: 60_000 }
    const look = { members: [1, 2, 3], hidden: new Set(''), theme: readTheme() }
    return chart?.picture({ data, ...span, ...look }).empty ?? null
  }

  it('says so, and speaks of a first one only where the run has none', () => {
    const data = new SeriesData()
    const measures = new Measures()
    for (const event of partitionRun()) measures.feed(event)
    data.applySnapshot(measures.snapshot())
    const first = data.load.find(({ p50Ms }) => p50Ms !== null)!
    expect(words(data, first.atMs)).toBeNull()
    // The clients rest: their buckets go on, without an answer.
    const last = data.load.at(-1)!
    for (let more = 1; more <= 40; more += 1) {
      const none = { p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null }
      data.load.push({ ...last, ...none, atMs: last.atMs + more * 250 })
    }
    expect(words(data, last.atMs + 4000)).toBe('No request was acknowledged in the time shown.')
    expect(words(new SeriesData(), 0)).toMatch(/with the first acknowledged request/)
  })
})

describe('the track of faults', () => {
  const band = (node: number, toMs: number | null): Band => ({
    ...{ id: `f${node}`, kind: 'pause', label: `pause N${node}`, glyph: 'pause' },
    ...{ fromMs: 1000 * node, toMs },
  })
  const more = (bands: readonly Band[]): string => {
    const times = { fromMs: 0, toMs: 10_000, nowMs: 9000, unit: 's' } as const
    const props = { bands, flags: [], ...times, left: 44, width: 500 }
    const found = mount(FaultTrack, { props }).find('.more')
    return found.exists() ? found.text() : ''
  }

  it('counts those that share its last row, whether they ended or go on', () => {
    expect(more([band(1, 8000), band(2, 8000), band(3, 8000)])).toBe('+2')
    expect(more([band(1, null), band(2, null), band(3, null)])).toBe('+2')
    expect(more([band(1, null), band(2, null)])).toBe('')
    expect(more([band(1, null), band(2, 2500), band(3, null)])).toBe('')
  })
})

describe('the table of messages without a row', () => {
  const words = async (summary: Partial<Summary>, filter = ''): Promise<string> => {
    const space = useSpacetimeStore()
    const table = mount(MessageTable)
    space.filter = filter
    space.summary = { ...NO_SUMMARY, ...summary }
    await nextTick()
    const text = table.get('.empty').text()
    table.unmount()
    return text
  }

  it('blames the filter only where there is one, and after it was asked', async () => {
    expect(await words({ total: 0 })).toBe('No messages yet.')
    expect(await words({ total: 500, matching: 0 })).toBe('Messages are being read.')
    expect(await words({ total: 500, matching: 500 })).toBe('Messages are being read.')
    expect(await words({ total: 500, busy: true }, 'dropped')).toBe('Messages are being read.')
    expect(await words({ total: 500 }, 'dropped')).toBe('No message passes the filter.')
  })
})

it('one slot a second is one slot', () => {
  const words = (chosenPerSecond: number): string =>
    mount(LivenessChip, {
      props: {
        atMs: 0,
        liveness: {
          ...new Measures().snapshot().liveness,
          verdict: 'progressing',
          chosenPerSecond,
        },
      },
    }).text()
  expect(words(1)).toBe('Progressing (1 slot/s)')
  expect(words(2)).toBe('Progressing (2 slots/s)')
})
