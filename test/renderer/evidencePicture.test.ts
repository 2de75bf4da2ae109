/** The picture of a violation: whose lanes, which messages, which stretches, and what is ringed. */
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import EvidencePicture from '../../src/renderer/src/components/checks/EvidencePicture.vue'
import {
  ARROWS_MAX,
  rangesToRead,
  sliceOf,
} from '../../src/renderer/src/components/checks/evidenceSlice'
import {
  laneHeight,
  paintEvidence,
  placesOf,
} from '../../src/renderer/src/components/checks/paintEvidence'
import { explore } from '../../src/renderer/src/sources/exploration'
import { exploredView } from '../../src/renderer/src/sources/explorer'
import { simulate } from '../../src/renderer/src/sources/simulation'
import type { Simulated } from '../../src/renderer/src/sources/simulation'
import { simulatedView } from '../../src/renderer/src/sources/simulator'
import { readPalette } from '../../src/renderer/src/spacetime/palette'
import type { Ctx } from '../../src/renderer/src/spacetime/palette'
import { typeName } from '../../src/renderer/src/spacetime/kinds'
import type { SavedView } from '../../src/renderer/src/sources/savedView'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import ChecksView from '../../src/renderer/src/views/ChecksView.vue'

beforeEach(() => setActivePinia(createPinia()))

const stamp = (seq: number, atMs: number, by: number) => ({ seq, atMs, by, life: 1, nodeSeq: seq })
const voted = (seq: number, atMs: number, by: number, slot: number, id: string): LabEvent => ({
  ...{ ...stamp(seq, atMs, by), type: 'voted', ballot: { round: 4, node: 1 }, slot, count: 1 },
  ids: [id],
})

interface Note {
  readonly from: number
  readonly to: number
  readonly atMs: number
  readonly message: 'accept' | 'heartbeat' | 'prepare'
  readonly slot: number
  readonly round?: number
}

/** A message of 4 ms. */
function message(
  seq: number,
  { from, to, atMs, message: kind, slot, round = 4 }: Note,
): LabEvent[] {
  const note = { id: `m${seq}`, message: kind, ballot: { round, node: 1 }, slot, count: 1 }
  return [
    { ...stamp(seq, atMs, from), type: 'sent', to, after: 0, ...note },
    { ...stamp(seq + 1, atMs + 4, to), type: 'received', from, ...note },
  ]
}

const AROUND: readonly LabEvent[] = [
  ...message(1, { from: 1, to: 2, atMs: 100, message: 'accept', slot: 7 }),
  voted(3, 104, 2, 7, 'a:1'),
  ...message(4, { from: 1, to: 2, atMs: 103, message: 'accept', slot: 8 }),
  ...message(6, { from: 1, to: 2, atMs: 104, message: 'heartbeat', slot: 0 }),
  ...message(8, { from: 1, to: 5, atMs: 104, message: 'accept', slot: 7 }),
  ...message(10, { from: 1, to: 2, atMs: 99, message: 'prepare', slot: 0 }),
  ...message(12, { from: 1, to: 2, atMs: 98, message: 'prepare', slot: 0, round: 9 }),
  ...message(14, { from: 1, to: 3, atMs: 9000, message: 'accept', slot: 7 }),
  voted(16, 9004, 3, 7, 'b:1'),
]
const EVIDENCE = AROUND.filter(({ type }) => type === 'voted')

function slice(evidence = EVIDENCE, around = AROUND) {
  const found = sliceOf(evidence, around)
  if (found === null) throw new Error('nothing to draw')
  return found
}

describe('the slice', () => {
  it('has the lanes of the nodes concerned, and messages of slot and ballots alone', () => {
    const { lanes, store, stretches, messages, slot, isWatched } = slice()
    expect([lanes, slot, isWatched]).toEqual([[1, 2, 3], 7, true])
    const drawn = stretches.flatMap(({ rows }) =>
      rows.map((row) => [typeName(store.col.type[row]!), store.col.to[row], store.col.start[row]]),
    )
    // Neither slot 8, nor the heartbeat, nor a ballot or a node that nothing names.
    expect(drawn).toEqual([
      ['prepare', 2, 99],
      ['accept', 2, 100],
      ['accept', 3, 9000],
    ])
    expect(messages).toBe(3)
  })

  it('leaves out time between events that lie far apart, and keeps each in sight', () => {
    const { stretches, marks } = slice()
    expect(stretches).toHaveLength(2)
    expect(stretches[1]!.fromMs - stretches[0]!.toMs).toBeGreaterThan(8000)
    for (const { atMs } of marks) {
      expect(stretches.filter(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs)).toHaveLength(1)
    }
    const [first, second] = placesOf(stretches, 400)
    expect(first!.left + first!.width).toBeLessThan(second!.left)
    expect(second!.left + second!.width).toBeCloseTo(400)
  })

  it('is bounded, and says what it does not draw', () => {
    const many = Array.from({ length: ARROWS_MAX + 50 }, (_, at) =>
      message(100 + 2 * at, { from: 1, to: 2, atMs: 103, message: 'accept', slot: 7 }),
    ).flat()
    const { left, messages, stretches } = slice(EVIDENCE.slice(0, 1), [...AROUND, ...many])
    expect(stretches.flatMap(({ rows }) => rows)).toHaveLength(ARROWS_MAX)
    expect(left).toBe(messages - ARROWS_MAX)
    expect(left).toBeGreaterThanOrEqual(50)
  })

  it('shows what else was under way where nobody spoke of slot or ballots', () => {
    const promised: LabEvent = {
      ...{ ...stamp(50, 104, 2), type: 'promised', ballot: { round: 77, node: 1 } },
    }
    const { isNarrow, stretches, store } = slice([promised], [...AROUND, promised])
    expect(isNarrow).toBe(false)
    const drawn = stretches.flatMap(({ rows }) => rows.map((row) => store.col.slot[row]))
    expect(drawn).toContain(8)
    expect(slice().isNarrow).toBe(true)
  })

  it('without single messages shows steps and says so', () => {
    const { isWatched, messages, lanes, marks } = slice(EVIDENCE, EVIDENCE)
    expect([isWatched, messages, lanes, marks.length]).toEqual([false, 0, [1, 2, 3], 2])
    expect(sliceOf([], AROUND)).toBeNull()
  })

  it('is read around each event, once where these overlap', () => {
    expect(rangesToRead([5, 50])).toEqual([{ from: 1, to: 650 }])
    expect(rangesToRead([90_000, 500])).toEqual([
      { from: 100, to: 1100 },
      { from: 89_600, to: 90_600 },
    ])
  })
})

/** Counts what is painted where; it draws nothing. */
function recordingCtx() {
  const arcs: { x: number; y: number; r: number }[] = []
  const words: string[] = []
  const own: Record<string, unknown> = {
    arc: (x: number, y: number, r: number) => arcs.push({ x, y, r }),
    fillText: (text: string) => words.push(text),
    measureText: (text: string) => ({ width: text.length * 6 }),
  }
  const ctx = new Proxy(own, { get: (target, name) => target[String(name)] ?? (() => undefined) })
  return { ctx: ctx as unknown as Ctx, arcs, words }
}

it('rings each event of the evidence on the lane of its node, in its words', () => {
  const { ctx, arcs, words } = recordingCtx()
  const look = {
    palette: readPalette(),
    width: 400,
    scale: 1,
    selectedSeq: null,
    unit: 's' as const,
  }
  paintEvidence({ ctx, slice: slice(), ...look })
  const rings = arcs.filter(({ r }) => r === 7)
  const lanePx = laneHeight(slice().lanes.length)
  expect(rings.map(({ y }) => Math.floor(y / lanePx))).toEqual([1, 2])
  expect(words.filter((word) => word === 'voted 4.1')).toHaveLength(2)
  expect(words.some((word) => word.startsWith('accept 4.1'))).toBe(true)
})

function explored(): SavedView {
  const bounds = { acceptors: 3, values: 2, ballots: 2, mutant: 'M11' } as const
  const found = explore(
    { bounds, symmetry: false },
    () => 0,
    () => {},
  )
  if (found.counterexample === null) throw new Error('nothing broke')
  return exploredView(found, found.counterexample)
}

function simulated(): SavedView {
  let run: Simulated | null = null
  const faults = { nodes: null, faults: null, seconds: null, mutant: 'M1', hunt: true } as const
  simulate({ seed: 3, ...faults }, (told) => {
    if (told.kind === 'done') run = told.run
  })
  if (run === null) throw new Error('nothing broke')
  return simulatedView(run)
}

describe.each([
  ['a counterexample of the explorer', explored],
  ['a simulated run', simulated],
] as const)('%s', (_name, make) => {
  it('shows messages on the lanes of its violation, and opens the timeline there', async () => {
    const view = make()
    useLabStore().showSaved(view)
    const wrapper = mount(ChecksView, { attachTo: document.body })
    await flushPromises()
    const picture = wrapper.getComponent(EvidencePicture)
    await expect.poll(() => picture.find('button').exists()).toBe(true)
    const evidence = picture.props('events')
    const lanes = picture.findAll('.lane').map((lane) => lane.text())
    for (const { by } of evidence) if (by !== 'lab') expect(lanes).toContain(`N${by}`)
    expect(picture.get('button').attributes('aria-label')).toMatch(/, \d+ messages/)
    await picture.get('button').trigger('click')
    const time = useTimeStore()
    expect(useUiStore().view).toBe('timeline')
    const last = evidence.at(-1)?.atMs ?? -1
    expect(time.fromMs).toBeLessThanOrEqual(last)
    expect(time.toMs).toBeGreaterThanOrEqual(last)
    expect(time.live).toBe(false)
    wrapper.unmount()
  })
})
