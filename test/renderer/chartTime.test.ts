import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  advance,
  changeSpeed,
  end,
  extentMs,
  fit as wholeRun,
  goLive,
  look,
  nudge,
  pan,
  pin,
  play,
  setSpeed,
  shownMs,
  SPAN_MS,
  SPAN_MS_MIN,
  SPEEDS,
  spanMs,
  START_VIEW,
  togglePlay,
  zoom,
} from '../../src/renderer/src/composables/timeWindow'
import type { TimeView } from '../../src/renderer/src/composables/timeWindow'
import { speedText, speedWords } from '../../src/renderer/src/composables/timeUnit'

const at = (nowMs: number): TimeView => advance(START_VIEW, nowMs)

describe('time window', () => {
  it('a young run grows into windows of round lengths, then the window moves', () => {
    expect(at(4000)).toMatchObject({ fromMs: 0, toMs: 10_000, follow: true })
    expect(at(9999)).toMatchObject({ fromMs: 0, toMs: 10_000 })
    expect(at(10_001)).toMatchObject({ fromMs: 0, toMs: 20_000 })
    expect(at(25_000)).toMatchObject({ fromMs: 0, toMs: SPAN_MS })
    expect(at(40_000)).toMatchObject({ fromMs: 40_000 - SPAN_MS, toMs: 40_000 })
  })

  it('a pinned picture stands while recording goes on', () => {
    const standing = advance(pin(at(40_000), 27_360), 55_000)
    expect(shownMs(standing)).toBe(27_360)
    expect(standing).toMatchObject({ nowMs: 55_000, fromMs: 10_000, toMs: 40_000, follow: false })
  })

  it('a cursor outside the window moves the window by no more than shows it', () => {
    const view = pin(at(100_000), 50_000)
    expect(spanMs(view)).toBe(SPAN_MS)
    expect(view.fromMs).toBe(47_000)
  })

  it('space freezes, plays on from there, and joins the live edge', () => {
    const frozen = togglePlay(at(40_000))
    expect(frozen).toMatchObject({ cursorMs: 40_000, playing: false })
    const playing = togglePlay(pin(frozen, 39_000))
    expect(play(playing, 400)).toMatchObject({ cursorMs: 39_400, playing: true })
    expect(play(playing, 1200)).toMatchObject({ cursorMs: null, playing: false, follow: true })
  })

  it('plays at the chosen speed, which stops at the ends of its scale', () => {
    const playing = togglePlay(pin(at(40_000), 10_000))
    const slow = changeSpeed(changeSpeed(playing, -1), -1)
    expect(slow.speed).toBe(0.25)
    expect(play(slow, 400)).toMatchObject({ cursorMs: 10_100, playing: true })
    expect(play(setSpeed(playing, 100), 250)).toMatchObject({ cursorMs: 35_000, speed: 100 })
    const [least, most] = [SPEEDS[0], SPEEDS.at(-1)]
    expect(setSpeed(playing, 0).speed).toBe(least)
    expect(changeSpeed(setSpeed(playing, 1e9), 1).speed).toBe(most)
    expect(speedText(0.01)).toBe('1/100×')
    expect(speedWords(0.001, 's')).toBe('1 ms of the run a second')
    expect(speedWords(2, 'step')).toBe('2 steps a second')
  })

  it('a run that ends leaves no room to grow; a picture that stands does not move', () => {
    expect(end(at(4000), true)).toMatchObject({ fromMs: 0, toMs: 4000, ended: true, follow: true })
    const standing = look(pin(at(40_000), 27_360), 20_000, 30_000)
    expect(end(standing, true)).toMatchObject({ fromMs: 20_000, toMs: 30_000, cursorMs: 27_360 })
    expect(end(at(4000), false)).toEqual(at(4000))
  })

  it('a run that is over plays from its start once it stands at its end', () => {
    const over = advance({ ...START_VIEW, ended: true }, 4000)
    const begun = togglePlay(over)
    expect(begun).toMatchObject({ cursorMs: 0, playing: true })
    expect(togglePlay(play(begun, 500))).toMatchObject({ cursorMs: 500, playing: false })
    expect(play(begun, 4000)).toMatchObject({ cursorMs: null, playing: false })
    expect(togglePlay(pin(over, 4000))).toMatchObject({ cursorMs: 0, playing: true })
    const empty = { ...START_VIEW, ended: true }
    expect(togglePlay(empty)).toEqual(empty)
  })

  it('zooming keeps the moment under the pointer in its place', () => {
    const before = look(at(100_000), 20_000, 60_000)
    const after = zoom(before, 0.5, 30_000)
    const share = (view: TimeView): number => (30_000 - view.fromMs) / spanMs(view)
    expect(spanMs(after)).toBeCloseTo(20_000)
    expect(share(after)).toBeCloseTo(share(before))
  })

  it('a live picture zooms at its live edge', () => {
    expect(zoom(at(100_000), 0.5, 80_000)).toMatchObject({ toMs: 100_000, follow: true })
  })

  it('the whole run stays whole while it grows; twice live is the ordinary window again', () => {
    const whole = advance(wholeRun(at(60_000)), 90_000)
    expect(whole).toMatchObject({ fromMs: 0, toMs: 90_000 })
    expect(goLive(whole)).toMatchObject({ fromMs: 60_000, toMs: 90_000 })
  })

  it('a window that ends at the newest moment follows it', () => {
    expect(look(at(60_000), 50_000, 60_000)).toMatchObject({ follow: true })
    expect(look(at(60_000), 10_000, 20_000)).toMatchObject({ follow: false })
    expect(look(pin(at(60_000), 5000), 50_000, 60_000)).toMatchObject({ follow: false })
  })

  const moment = fc.double({ min: -1e5, max: 1e6, noNaN: true })
  const act = fc.oneof(
    moment.map((ms) => (view: TimeView) => advance(view, ms)),
    moment.map((ms) => (view: TimeView) => pin(view, ms)),
    moment.map((ms) => (view: TimeView) => nudge(view, ms)),
    moment.map((ms) => (view: TimeView) => pan(view, ms)),
    fc.tuple(moment, moment).map(
      ([from, to]) =>
        (view: TimeView) =>
          look(view, from, to),
    ),
    fc.tuple(fc.double({ min: 0.01, max: 50, noNaN: true }), moment).map(
      ([factor, ms]) =>
        (view: TimeView) =>
          zoom(view, factor, ms),
    ),
    fc.double({ min: 0, max: 5000, noNaN: true }).map((ms) => (view: TimeView) => play(view, ms)),
    fc.constantFrom(goLive, wholeRun, togglePlay),
  )

  it('whatever is done: the window is whole and inside, live follows, the cursor has happened', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        let view = START_VIEW
        for (const next of acts) {
          const before = view
          view = next(view)
          expect(view.fromMs).toBeGreaterThanOrEqual(-1e-6)
          expect(spanMs(view)).toBeGreaterThanOrEqual(SPAN_MS_MIN - 1e-6)
          expect(view.toMs).toBeLessThanOrEqual(extentMs(view) + 1e-6)
          expect(view.nowMs).toBeGreaterThanOrEqual(before.nowMs)
          if (view.follow) expect(view.toMs).toBeCloseTo(extentMs(view))
          if (view.cursorMs === null) expect(view.playing).toBe(false)
          else {
            expect(view.cursorMs).toBeGreaterThanOrEqual(0)
            expect(view.cursorMs).toBeLessThanOrEqual(view.nowMs)
            expect(view.follow).toBe(false)
          }
        }
      }),
    )
  })

  it('pinning always shows the cursor', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 20 }), moment, (acts, ms) => {
        const view = pin(
          acts.reduce((now, next) => next(now), START_VIEW),
          ms,
        )
        expect(view.cursorMs).toBeGreaterThanOrEqual(view.fromMs - 1e-6)
        expect(view.cursorMs).toBeLessThanOrEqual(view.toMs + 1e-6)
      }),
    )
  })
})
