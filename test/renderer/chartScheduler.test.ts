import { describe, expect, it } from 'vitest'
import { DRAWS_PER_FRAME, DrawScheduler } from '../../src/renderer/src/composables/chartScheduler'

/** Frames that come when the test says so. */
function frames() {
  let queue: (() => void)[] = []
  const scheduler = new DrawScheduler(
    (run) => queue.push(run),
    () => (queue = []),
  )
  const next = (): void => {
    const due = queue
    queue = []
    for (const run of due) run()
  }
  return { scheduler, next, waiting: () => queue.length }
}

describe('draw scheduler', () => {
  it('draws at most two charts a frame, each in its turn, and then rests', () => {
    const { scheduler, next, waiting } = frames()
    const drawn: number[] = []
    const charts = [0, 1, 2, 3, 4].map((at) => scheduler.add(() => drawn.push(at)))
    for (const chart of charts) chart.request()
    next()
    expect(drawn).toHaveLength(DRAWS_PER_FRAME)
    next()
    next()
    expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4])
    expect(waiting()).toBe(0)
  })

  it('many requests before a frame are one drawing', () => {
    const { scheduler, next } = frames()
    let drawn = 0
    const chart = scheduler.add(() => (drawn += 1))
    for (let n = 0; n < 10; n += 1) chart.request()
    next()
    next()
    expect(drawn).toBe(1)
  })

  it('a chart that always changes does not starve the others', () => {
    const { scheduler, next } = frames()
    const drawn = [0, 0, 0]
    const charts = drawn.map((_, at) => scheduler.add(() => (drawn[at] = (drawn[at] ?? 0) + 1)))
    for (let frame = 0; frame < 30; frame += 1) {
      for (const chart of charts) chart.request()
      next()
    }
    // Two frames a round.
    expect(drawn).toEqual([15, 15, 15])
  })

  it('shows all charts of a round in one frame, drawn in one round', () => {
    const { scheduler, next } = frames()
    const rounds: number[] = []
    const shown: number[] = []
    const charts = [0, 1, 2, 3, 4].map((at) =>
      scheduler.add(
        () => rounds.push(scheduler.round),
        () => shown.push(at),
      ),
    )
    const beside = scheduler.add(null, () => shown.push(5))
    const askAll = () => [...charts, beside].forEach((one) => one.request())
    askAll()
    next()
    // Time moves on while the round is drawn.
    askAll()
    next()
    expect(shown).toEqual([])
    next()
    expect(shown).toEqual([0, 1, 2, 3, 4, 5])
    expect(rounds).toEqual([1, 1, 1, 1, 1])
    next()
    next()
    next()
    expect(rounds.slice(5)).toEqual([2, 2, 2, 2, 2])
    expect(shown).toHaveLength(12)
  })

  it('a round ends without a chart that is removed or hidden meanwhile', () => {
    const { scheduler, next } = frames()
    const shown: number[] = []
    const charts = [0, 1, 2, 3, 4].map((at) =>
      scheduler.add(
        () => {},
        () => shown.push(at),
      ),
    )
    for (const chart of charts) chart.request()
    next()
    charts[4]?.remove()
    charts[3]?.setVisible(false)
    next()
    expect(shown).toEqual([0, 1, 2, 3])
    charts[3]?.setVisible(true)
    next()
    expect(shown).toEqual([0, 1, 2, 3, 3])
  })

  it('what cannot be seen is drawn when it comes into view', () => {
    const { scheduler, next } = frames()
    let drawn = 0
    const chart = scheduler.add(() => (drawn += 1))
    chart.setVisible(false)
    chart.request()
    next()
    expect(drawn).toBe(0)
    chart.setVisible(true)
    next()
    expect(drawn).toBe(1)
  })

  it('a removed chart is not drawn again', () => {
    const { scheduler, next } = frames()
    let drawn = 0
    const chart = scheduler.add(() => (drawn += 1))
    chart.request()
    chart.remove()
    next()
    expect(drawn).toBe(0)
  })

  describe('at times', () => {
    /** Draws of one chart whose data changes at every frame, `everyMs` apart, over a second. */
    function drawsInASecond(everyMs: number, ask: 'request' | 'requestData'): number {
      let run: (atMs?: number) => void = () => {}
      const scheduler = new DrawScheduler(
        (next) => {
          run = next
          return 1
        },
        () => {},
      )
      let drawn = 0
      const chart = scheduler.add(() => (drawn += 1))
      // The first frames tell whether frames are late.
      for (let atMs = 0; atMs < 3000; atMs += everyMs) {
        if (atMs < 2000) drawn = 0
        chart[ask]()
        run(atMs)
      }
      return drawn
    }

    it('new data draws a chart ten times a second, and half as often while frames are late', () => {
      expect(drawsInASecond(10, 'requestData')).toBeGreaterThanOrEqual(9)
      expect(drawsInASecond(10, 'requestData')).toBeLessThanOrEqual(12)
      expect(drawsInASecond(50, 'requestData')).toBeLessThanOrEqual(6)
      expect(drawsInASecond(50, 'requestData')).toBeGreaterThanOrEqual(4)
    })

    it('what a person does draws at once, also when data waits', () => {
      expect(drawsInASecond(10, 'request')).toBeGreaterThanOrEqual(99)
    })
  })
})
