/** A node that is driven by hand: timers, clock and flushes wait for the lab. */
import { expect, it } from 'vitest'
import type { FlushMode } from '../../src/core/handHost'
import type { MachineInput, MachineOutput } from '../../src/core/machineTypes'
import { Hand } from '../../src/main/node/hand'

const NOTHING: MachineOutput = { effects: [], replies: [], reads: [] }

function rig(mode: FlushMode) {
  const stepped: MachineInput[] = []
  const pushed: MachineInput[] = []
  const disk: string[] = []
  const hand = new Hand(mode, {
    machine: { step: (input) => stepped.push(input), settle: () => undefined },
    storage: {
      append: (number) => disk.push(`append ${number}`),
      flush: () => disk.push('flush'),
      saveSnapshot: () => disk.push('snapshot'),
    },
    push: (input) => pushed.push(input),
  })
  const step = (input: MachineInput): void => hand.machine.step(input, NOTHING)
  return { hand, step, stepped, pushed, disk }
}

const look = (steps: number, idle: boolean) => ({ kind: 'hand', steps, idle })
const PROMISE = { kind: 'promise', ballot: { round: 1, node: 1 } } as const

it('a timer fires when it is told to, after its longest time, and only while it runs', () => {
  const { hand, pushed } = rig('auto')
  hand.timers.set('election', 60, 100)
  hand.timers.set('resend', 20, 20)
  hand.timers.clear('resend')
  expect(pushed).toEqual([])
  expect(hand.act({ kind: 'timer', timer: 'resend' })).toEqual({
    kind: 'error',
    words: 'timer resend does not run; running: election',
  })
  expect(hand.ticks).toBe(0)
  expect(hand.act({ kind: 'timer', timer: 'election' })).toEqual({ kind: 'done' })
  expect(pushed).toEqual([{ type: 'timer', timer: 'election' }])
  expect(hand.ticks).toBe(100)
  expect(hand.act({ kind: 'timer', timer: 'election' })).toMatchObject({ kind: 'error' })
})

it('byHand: what is appended is flushed on request, and the node is idle when it is durable', () => {
  const { hand, step, disk } = rig('byHand')
  hand.storage.append(1, PROMISE)
  hand.storage.flush()
  expect(disk).toEqual(['append 1'])
  expect(hand.act({ kind: 'look' })).toEqual(look(0, true))
  hand.act({ kind: 'flush' })
  expect(disk).toEqual(['append 1', 'flush'])
  expect(hand.act({ kind: 'look' })).toEqual(look(0, false))
  step({ type: 'persisted', through: 1 })
  expect(hand.act({ kind: 'look' })).toEqual(look(0, true))
})

it('auto: the node flushes by itself, and is idle when its own flush has ended', () => {
  const { hand, step, disk } = rig('auto')
  hand.storage.append(1, PROMISE)
  hand.storage.flush()
  hand.storage.append(2, PROMISE)
  expect(disk).toEqual(['append 1', 'flush', 'append 2'])
  expect(hand.act({ kind: 'look' })).toEqual(look(0, false))
  // Record 2 may ride along with a later flush: nobody waits for it.
  step({ type: 'persisted', through: 1 })
  expect(hand.act({ kind: 'look' })).toEqual(look(0, true))
})

it('counts what others gave the machine, not what the host tells it of itself', () => {
  const { hand, step, stepped } = rig('auto')
  step({ type: 'start' })
  step({ type: 'clock', ticks: 0 })
  step({ type: 'startElection' })
  step({ type: 'timer', timer: 'bid' })
  step({ type: 'request', tag: 1, args: ['GET', 'k'] })
  step({ type: 'abandon', tags: [1] })
  expect(hand.act({ kind: 'look' })).toEqual(look(3, true))
  expect(stepped).toHaveLength(6)
})
