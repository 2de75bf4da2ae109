/** Timers: core names a range, the host draws, and a pause stops the clock. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Timers } from '../../src/main/node/timers'

const TICK_MS = 5

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function rig(random: () => number = () => 0) {
  const fired: string[] = []
  return {
    fired,
    timers: new Timers(
      (ticks) => ticks * TICK_MS,
      (timer) => fired.push(timer),
      random,
    ),
  }
}

it.each([
  [0, 10],
  [0.5, 11],
  [0.999, 12],
])('draws evenly, both ends included: %f of 10 to 12 ticks is %i', (share, ticks) => {
  const { fired, timers } = rig(() => share)
  timers.set('election', 10, 12)
  vi.advanceTimersByTime(ticks * TICK_MS - 1)
  expect(fired).toEqual([])
  vi.advanceTimersByTime(1)
  expect(fired).toEqual(['election'])
})

it('setting a timer that runs replaces it; clearing ends it', () => {
  const { fired, timers } = rig()
  timers.set('bid', 2, 2)
  timers.set('bid', 10, 10)
  timers.set('heartbeat', 3, 3)
  timers.clear('heartbeat')
  vi.advanceTimersByTime(9 * TICK_MS)
  expect(fired).toEqual([])
  vi.advanceTimersByTime(TICK_MS)
  expect(fired).toEqual(['bid'])
})

it('a pause keeps what was left of each', () => {
  const { fired, timers } = rig()
  timers.set('election', 10, 10)
  vi.advanceTimersByTime(4 * TICK_MS)
  timers.pause()
  vi.advanceTimersByTime(1000 * TICK_MS)
  expect(fired).toEqual([])
  timers.resume()
  vi.advanceTimersByTime(6 * TICK_MS - 1)
  expect(fired).toEqual([])
  vi.advanceTimersByTime(1)
  expect(fired).toEqual(['election'])
})

it('none fires after close', () => {
  const { fired, timers } = rig()
  timers.set('resend', 1, 1)
  timers.close()
  vi.advanceTimersByTime(100)
  expect(fired).toEqual([])
})
