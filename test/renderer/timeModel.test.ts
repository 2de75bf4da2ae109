/**
 * The time controller against a simple model: live or standing, scrub, brush, playback, steps from
 * event to event; the window is always within the record, and what stands does not move.
 */
import fc from 'fast-check'
import { createPinia, setActivePinia } from 'pinia'
import { describe, expect, it } from 'vitest'
import { extentMs, SPAN_MS_MIN, SPEEDS } from '../../src/renderer/src/composables/timeWindow'
import { useEventsStore } from '../../src/renderer/src/stores/events'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import type { LabEvent } from '../../src/core/event'

type Time = ReturnType<typeof useTimeStore>

/** All that a person sees of time. */
interface Model {
  now: number
  /** Null: live. */
  cursor: number | null
  playing: boolean
  speed: number
  hover: number | null
  events: number[]
}

type Act =
  | { readonly kind: 'record'; readonly byMs: number }
  | { readonly kind: 'event'; readonly afterMs: number }
  | { readonly kind: 'scrub' | 'nudge' | 'pan' | 'tick'; readonly ms: number }
  | { readonly kind: 'brush'; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: 'zoom'; readonly factor: number; readonly aroundMs: number }
  | { readonly kind: 'hover'; readonly ms: number | null }
  | { readonly kind: 'newRun'; readonly atMs: number }
  | { readonly kind: (typeof SINGLE)[number] }

const STILL = { now: 0, cursor: null, playing: false, speed: 1, hover: null } as const

/** Playback reaches the newest moment exactly. */
const TO_END = -1

const SINGLE = [
  ...(['space', 'live', 'fit', 'first', 'last', 'previous', 'next'] as const),
  ...(['slower', 'faster'] as const),
] as const

const ms = fc.integer({ min: -20_000, max: 200_000 })
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constant('record'), byMs: fc.integer({ min: -500, max: 20_000 }) }),
  fc.record({ kind: fc.constant('event'), afterMs: fc.integer({ min: 0, max: 3000 }) }),
  fc.record({ kind: fc.constantFrom('scrub', 'nudge', 'pan'), ms }),
  fc.record({ kind: fc.constant('tick'), ms: fc.oneof(fc.nat(4000), fc.constant(TO_END)) }),
  fc.record({ kind: fc.constant('brush'), fromMs: ms, toMs: ms }),
  fc.record({
    kind: fc.constant('zoom'),
    factor: fc.double({ min: 0.02, max: 40, noNaN: true }),
    aroundMs: ms,
  }),
  fc.record({ kind: fc.constant('hover'), ms: fc.option(ms) }),
  fc.record({ kind: fc.constant('newRun'), atMs: fc.nat(50_000) }),
  fc.record({ kind: fc.constantFrom(...SINGLE) }),
  // Often enough that playback goes on, and ends.
  fc.record({ kind: fc.constant('space') }),
  fc.record({ kind: fc.constant('tick'), ms: fc.constantFrom(1, 100, 5000, TO_END) }),
)

const note = (seq: number, atMs: number): LabEvent => ({
  ...{ seq, atMs, by: 'lab', type: 'labNote', level: 'info', words: `note ${seq}` },
})

const shown = ({ cursor, now }: Model): number => cursor ?? now

function stand(model: Model, at: number): void {
  model.cursor = Math.min(Math.max(at, 0), model.now)
  model.playing = false
}

/** The acts that leave cursor and playback as they are. */
const OF_WINDOW: ReadonlySet<Act['kind']> = new Set(['pan', 'brush', 'zoom', 'fit'])

function model(next: Act, m: Model): void {
  switch (next.kind) {
    case 'record':
      m.now = Math.max(m.now, m.now + next.byMs)
      return
    case 'event': {
      m.now += next.afterMs
      m.events.push(m.now)
      return
    }
    case 'scrub':
      return stand(m, next.ms)
    case 'nudge':
      return stand(m, shown(m) + next.ms)
    case 'first':
      return stand(m, 0)
    case 'last':
      return stand(m, m.now)
    case 'next': {
      const after = m.events.find((at) => at > shown(m))
      if (after !== undefined) stand(m, after)
      return
    }
    case 'previous':
      return stand(m, m.events.findLast((at) => at < shown(m)) ?? 0)
    case 'space':
      if (m.cursor === null) return stand(m, m.now)
      m.playing = !m.playing
      return
    case 'tick':
      if (!m.playing || m.cursor === null) return
      m.cursor += next.ms * m.speed
      if (m.cursor < m.now) return
      Object.assign(m, { cursor: null, playing: false })
      return
    case 'slower':
      m.speed = SPEEDS.findLast((speed) => speed < m.speed) ?? m.speed
      return
    case 'faster':
      m.speed = SPEEDS.find((speed) => speed > m.speed) ?? m.speed
      return
    case 'live':
      Object.assign(m, { cursor: null, playing: false })
      return
    case 'hover':
      m.hover = next.ms
      return
    case 'newRun':
      Object.assign(m, { now: next.atMs, cursor: null, playing: false, hover: null, events: [] })
      return
    default:
      expect(OF_WINDOW).toContain(next.kind)
  }
}

function play(next: Act, time: Time, m: Model): void {
  const events = useEventsStore()
  const acts: Record<Act['kind'], () => void> = {
    record: () => next.kind === 'record' && time.setNow(time.nowMs + next.byMs),
    event() {
      events.append([note(m.events.length + 1, m.now)])
      time.setNow(m.now)
    },
    scrub: () => next.kind === 'scrub' && time.pin(next.ms),
    nudge: () => next.kind === 'nudge' && time.nudge(next.ms),
    pan: () => next.kind === 'pan' && time.pan(next.ms),
    tick: () => next.kind === 'tick' && time.play(next.ms),
    brush: () => next.kind === 'brush' && time.look(next.fromMs, next.toMs),
    zoom: () => next.kind === 'zoom' && time.zoom(next.factor, next.aroundMs),
    hover: () => next.kind === 'hover' && time.hover(next.ms),
    newRun() {
      events.reset([])
      time.reset(m.now)
    },
    space: () => time.togglePlay(),
    live: () => time.goLive(),
    fit: () => time.fit(),
    first: () => time.goFirst(),
    last: () => time.goLast(),
    previous: () => time.previousEvent(),
    next: () => time.nextEvent(),
    slower: () => time.slower(),
    faster: () => time.faster(),
  }
  acts[next.kind]()
}

/** The window is whole and within the record; the strip at its live end follows it. */
function checkWindow(time: Time): void {
  const most = extentMs(time.view)
  expect(time.fromMs).toBeGreaterThanOrEqual(-1e-6)
  expect(time.toMs).toBeLessThanOrEqual(most + 1e-6)
  expect(time.toMs - time.fromMs).toBeGreaterThanOrEqual(SPAN_MS_MIN - 1e-6)
  if (time.follow) {
    expect(time.live).toBe(true)
    expect(time.toMs).toBeCloseTo(most)
  }
}

/** What a single act does to the window, where that can be said in a sentence. */
function checkAct(next: Act, before: readonly [number, number, boolean], time: Time): void {
  const [fromMs, toMs, follows] = before
  const window = [time.fromMs, time.toMs]
  if ((next.kind === 'record' || next.kind === 'event') && !follows) {
    // Recording goes on; a picture that stands does not move.
    expect(window).toEqual([fromMs, toMs])
  }
  if (['scrub', 'nudge', 'first', 'last', 'tick'].includes(next.kind) && !time.live) {
    if (next.kind === 'tick' && !time.playing) return
    expect(time.shownMs).toBeGreaterThanOrEqual(time.fromMs - 1e-6)
    expect(time.shownMs).toBeLessThanOrEqual(time.toMs + 1e-6)
  }
  if (next.kind === 'brush') {
    const [low, high] = [next.fromMs, next.toMs].toSorted((a, b) => a - b) as [number, number]
    const fits = low >= 0 && high <= extentMs(time.view) && high - low >= SPAN_MS_MIN
    // A brush that reaches the live end follows it, and keeps its length.
    if (fits && !time.follow) {
      expect(time.fromMs).toBeCloseTo(low)
      expect(time.toMs).toBeCloseTo(high)
    } else if (fits) expect(time.toMs - time.fromMs).toBeCloseTo(high - low)
  }
  if (next.kind === 'live') expect(time.follow).toBe(true)
  if (next.kind === 'hover') expect(window).toEqual([fromMs, toMs])
}

describe('the time controller', () => {
  it('does what the model does, whatever a person does to it', () => {
    const reached = { live: 0, standing: 0, playing: 0, joined: 0 }
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80, size: 'max' }), (acts) => {
        setActivePinia(createPinia())
        const time = useTimeStore()
        const m: Model = { ...STILL, events: [] }
        for (const wish of acts) {
          let next = wish
          const tick = next.kind === 'tick' && next.ms === TO_END
          if (tick) next = { kind: 'tick', ms: (m.now - (m.cursor ?? m.now)) / m.speed }
          const before = [time.fromMs, time.toMs, time.follow] as const
          const wasPlaying = m.playing
          model(next, m)
          play(next, time, m)
          const { nowMs, cursorMs, playing, speed, live, shownMs, readMs } = time
          expect({ nowMs, cursorMs, playing, speed, live, shownMs, readMs }).toEqual({
            ...{
              speed: m.speed,
              nowMs: m.now,
              cursorMs: m.cursor,
              playing: m.playing,
              live: m.cursor === null,
            },
            ...{ shownMs: shown(m), readMs: m.hover ?? shown(m) },
          })
          checkWindow(time)
          checkAct(next, before, time)
          reached[live ? 'live' : playing ? 'playing' : 'standing'] += 1
          if (wasPlaying && next.kind === 'tick' && live) reached.joined += 1
        }
      }),
      { numRuns: 400 },
    )
    // Every state was met: playback that joins the live end, too.
    expect(Math.min(...Object.values(reached)), JSON.stringify(reached)).toBeGreaterThan(20)
  })
})
