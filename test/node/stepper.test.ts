/** Step mode inside a node: what time and clients would do waits until the lab says so. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { MachineInput } from '../../src/core/machineTypes'
import { Deadlines } from '../../src/main/node/deadlines'
import { NodeClock } from '../../src/main/node/nodeClock'
import { Stepper } from '../../src/main/node/stepper'
import { Timers } from '../../src/main/node/timers'
import { TRUE_CLOCK } from '../../src/shared/control'
import { Fields } from '../../src/shared/fields'
import { parseStepAct, parseStepView } from '../../src/shared/steppingCodec'

const TICK_MS = 5

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function rig(drift = 0) {
  const pushed: MachineInput[] = []
  const held: boolean[] = []
  const told: string[] = []
  const clock = new NodeClock(TICK_MS, { ...TRUE_CLOCK, drift })
  const timers = new Timers(
    (ticks) => clock.trueMsOf(ticks),
    (timer) => pushed.push({ type: 'timer', timer }),
    () => 0,
  )
  const push = (input: MachineInput): void => void pushed.push(input)
  const stepper = new Stepper({
    ...{ timers, clock },
    runtime: {
      push,
      get taken() {
        return pushed.length
      },
      isIdle: true,
    },
    transport: { sent: [{ to: 2, frames: 7 }] },
    holdDeadlines: (isHeld) => held.push(isHeld),
    tell: () => told.push('view'),
    tellFacts: () => told.push('facts'),
  })
  return { clock, held, pushed, stepper, timers, told }
}

const request = (tag: number, ...args: string[]) => ({ type: 'request', tag, args }) as const

describe('a node in step mode', () => {
  it('fires no timer by itself, and each has left what it had when time goes on', () => {
    const { stepper, timers, pushed } = rig()
    timers.set('election', 100, 100)
    vi.advanceTimersByTime(200)
    stepper.act({ kind: 'on' })
    vi.advanceTimersByTime(60_000)
    timers.set('resend', 20, 20)
    vi.advanceTimersByTime(60_000)
    expect(pushed).toEqual([])
    expect(timers.standing).toEqual([
      { timer: 'election', leftMs: 300 },
      { timer: 'resend', leftMs: 100 },
    ])
    stepper.act({ kind: 'off' })
    vi.advanceTimersByTime(99)
    expect(pushed).toEqual([])
    vi.advanceTimersByTime(1)
    expect(pushed).toEqual([{ type: 'timer', timer: 'resend' }])
    vi.advanceTimersByTime(199)
    expect(pushed).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(pushed).toHaveLength(2)
  })

  it('a timer fires when it is told to, and time passes for all others too', () => {
    const { clock, stepper, timers, pushed } = rig()
    timers.set('heartbeat', 10, 10)
    timers.set('election', 100, 100)
    stepper.act({ kind: 'on' })
    const ticks = clock.ticks()
    stepper.act({ kind: 'pass', ms: 50 })
    expect(clock.ticks() - ticks).toBeCloseTo(10)
    expect(stepper.act({ kind: 'timer', timer: 'heartbeat' })).toMatchObject({
      view: { taken: 1, timers: [{ timer: 'election', leftMs: 450 }] },
    })
    expect(pushed).toEqual([{ type: 'timer', timer: 'heartbeat' }])
    expect(stepper.act({ kind: 'timer', timer: 'heartbeat' })).toEqual({
      kind: 'error',
      words: 'timer heartbeat does not run; running: election',
    })
  })

  it('its clock stands, drift and all, and runs on from where it stood', () => {
    const { clock, stepper } = rig(0.5)
    vi.advanceTimersByTime(100)
    stepper.act({ kind: 'on' })
    const ticks = clock.ticks()
    vi.advanceTimersByTime(10_000)
    clock.set({ offsetMs: 5, drift: 0.5 })
    expect(clock.ticks() - ticks).toBeCloseTo(1)
    stepper.act({ kind: 'off' })
    vi.advanceTimersByTime(100)
    expect(clock.ticks() - ticks).toBeCloseTo(31)
  })

  it('keeps requests of clients back, lets one in by its id, and the rest in order at the end', () => {
    const { held, pushed, stepper } = rig()
    stepper.push(request(1, 'GET', 'a'))
    stepper.act({ kind: 'on' })
    stepper.push(request(2, 'SET', 'a', 'two words'))
    stepper.push({ type: 'read', tag: 3, subject: { kind: 'key', key: 'k' }, mode: 'learner' })
    stepper.push({ type: 'abandon', tags: [1] })
    stepper.push(request(4, 'GET', 'b'))
    expect(stepper.act({ kind: 'look' })).toMatchObject({
      view: {
        requests: [
          { id: 1, words: 'SET a "two words"' },
          { id: 2, words: 'read k' },
          { id: 3, words: 'GET b' },
        ],
        requestsTotal: 3,
      },
    })
    stepper.act({ kind: 'request', id: 2 })
    expect(stepper.act({ kind: 'request', id: 2 })).toMatchObject({ kind: 'error' })
    stepper.act({ kind: 'off' })
    const tags = pushed.map((input) => ('tag' in input ? input.tag : input.type))
    expect(tags).toEqual([1, 'abandon', 3, 2, 4])
    expect(held).toEqual([true, false])
  })

  it('tells its facts before its view, once a turn, and nothing when it is not in step mode', () => {
    const { stepper, told } = rig()
    stepper.changed()
    vi.runAllTimers()
    expect(told).toEqual([])
    expect(stepper.act({ kind: 'look' })).toMatchObject({ kind: 'error' })
    stepper.begin()
    stepper.changed()
    stepper.changed()
    vi.runAllTimers()
    expect(told).toEqual(['facts', 'view'])
  })

  it('what it says of itself is what the lab reads', () => {
    const { stepper, timers } = rig()
    timers.set('bid', 3, 3)
    stepper.begin()
    stepper.push(request(1, 'DEL', 'x'.repeat(500)))
    const answer = stepper.act({ kind: 'look' })
    const view = answer.kind === 'step' ? answer.view : null
    const sent = JSON.parse(JSON.stringify({ view }))
    expect(parseStepView(Fields.of(sent, 'frame').at('view'))).toEqual(view)
    expect(view?.requests[0]?.words).toMatch(/^DEL x{95}…$/)
  })
})

it.each([
  [{ kind: 'jump' }, /kind/],
  [{ kind: 'pass', ms: 'long' }, /ms/],
  [{ kind: 'timer', timer: 'tea' }, /timer/],
  [{ kind: 'request', id: 0 }, /id/],
])('refuses %j', (act, words) => {
  expect(() => parseStepAct(Fields.of(act, 'act'))).toThrow(words)
})

it('deadlines do not pass while they are held, and are whole again afterwards', () => {
  const deadlines = new Deadlines()
  expect(deadlines.canPass(performance.now(), 1000)).toBe(true)
  deadlines.hold(true)
  vi.advanceTimersByTime(5000)
  expect(deadlines.canPass(performance.now(), 1000)).toBe(false)
  deadlines.hold(false)
  vi.advanceTimersByTime(999)
  expect(deadlines.canPass(performance.now(), 1000)).toBe(false)
  vi.advanceTimersByTime(1)
  expect(deadlines.canPass(performance.now(), 1000)).toBe(true)
})
