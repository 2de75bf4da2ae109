/** How long the lab waits for a node that step mode holds up. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { giveUpAfter, NEVER_HELD } from '../../src/main/lab/patience'

const LIMIT_MS = 6000

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => vi.useRealTimers())

it('gives up once, when the time is over', () => {
  const late = vi.fn()
  giveUpAfter(LIMIT_MS, NEVER_HELD, late)
  vi.advanceTimersByTime(LIMIT_MS - 1)
  expect(late).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(late).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(10 * LIMIT_MS)
  expect(late).toHaveBeenCalledTimes(1)
})

it('never while held up, and with the whole time again from the moment of its end', () => {
  const late = vi.fn()
  let heldTo = Infinity
  giveUpAfter(LIMIT_MS, () => heldTo, late)
  // Let go just before the moment at which it looks again.
  vi.advanceTimersByTime(3 * LIMIT_MS - 1)
  heldTo = performance.now()
  vi.advanceTimersByTime(LIMIT_MS - 1)
  expect(late).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(late).toHaveBeenCalledTimes(1)
})

it('counts from the question where nobody was held up since', () => {
  const late = vi.fn()
  vi.advanceTimersByTime(2 * LIMIT_MS)
  giveUpAfter(LIMIT_MS, () => LIMIT_MS, late)
  vi.advanceTimersByTime(LIMIT_MS)
  expect(late).toHaveBeenCalledTimes(1)
})

it('does not give up what was answered', () => {
  const late = vi.fn()
  const answered = giveUpAfter(LIMIT_MS, NEVER_HELD, late)
  vi.advanceTimersByTime(LIMIT_MS - 1)
  answered()
  vi.advanceTimersByTime(LIMIT_MS)
  expect(late).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
})
