/** The runtime's order: nothing leaves before what it relies on is durable. */
import { expect, it } from 'vitest'
import type { NodeFact } from '../../src/core/event'
import type { MachineInput, MachineOutput } from '../../src/core/machineTypes'
import type { PaxosFact } from '../../src/core/paxos/fact'
import type { Effect } from '../../src/core/paxos/effect'
import { Runtime } from '../../src/main/node/runtime'
import { Timers } from '../../src/main/node/timers'

/** What each input makes the planted machine ask for. */
type Script = (input: MachineInput) => readonly Effect[]

function rig(script: Script, sendsEarly = false) {
  const log: string[] = []
  const facts: (PaxosFact | NodeFact)[] = []
  const timers = new Timers(
    (ticks) => ticks,
    () => {},
  )
  const runtime = new Runtime({
    machine: {
      step: (input: MachineInput, out: MachineOutput) => {
        if (input.type === 'clock') return
        log.push(`step ${input.type}`)
        out.effects.push(...script(input))
        if (input.type === 'request') {
          out.replies.push({ tag: input.tag, outcome: 'done', resp: '+OK\r\n' })
        }
      },
      settle: () => log.push('settle'),
    },
    storage: {
      append: (number) => log.push(`append ${number}`),
      flush: () => log.push('flush'),
      saveSnapshot: ({ through }) => log.push(`snapshot ${through}`),
    },
    ticks: () => 0,
    timers,
    peers: {
      send: (to, line) => log.push(`send ${to.join()} ${String(JSON.parse(line).type)}`),
      flush: () => log.push('write'),
    },
    facts: { emit: (fact) => facts.push(fact) },
    answers: {
      onReplies: (replies) => log.push(`replies ${replies.map(({ tag }) => tag).join()}`),
      onReads: () => log.push('reads'),
    },
    sendsEarly,
  })
  return { runtime, log, facts }
}

const ballot = { round: 1, node: 1 }
const persist = (number: number, flush = true): Effect => ({
  type: 'persist',
  number,
  record: { kind: 'promise', ballot },
  flush,
})
const sendAfter = (after: number, type: 'nack' | 'accepted' = 'accepted'): Effect => ({
  type: 'send',
  to: [2, 3],
  message:
    type === 'nack' ? { type, ballot, promised: ballot } : { type, ballot, slot: 1, count: 1 },
  after,
})

/** Rounds run in setImmediate; one more turn means that the round is over. */
const turn = () => new Promise((done) => setImmediate(() => setImmediate(done)))

it('steps all inputs of a turn, settles once, appends in order, flushes once', async () => {
  const { runtime, log } = rig((input) =>
    input.type === 'request' ? [persist(input.tag), sendAfter(input.tag)] : [],
  )
  for (const tag of [1, 2, 3]) runtime.push({ type: 'request', tag, args: [] })
  await turn()
  expect(log).toEqual([
    ...['step request', 'step request', 'step request', 'settle'],
    ...['append 1', 'append 2', 'append 3', 'write', 'flush', 'replies 1,2,3'],
  ])
})

it('a send waits for its own record, one that relies on none does not', async () => {
  const { runtime, log, facts } = rig((input) =>
    input.type === 'start'
      ? [persist(1), sendAfter(1), persist(2), sendAfter(2), sendAfter(0, 'nack')]
      : [],
  )
  runtime.push({ type: 'start' })
  await turn()
  expect(log.filter((line) => line.startsWith('send'))).toEqual(['send 2,3 nack'])
  runtime.onDurable(1, 100, 0.5)
  await turn()
  expect(log.filter((line) => line.startsWith('send'))).toEqual([
    'send 2,3 nack',
    'send 2,3 accepted',
  ])
  expect(log.at(-3)).toBe('step persisted')
  runtime.onDurable(2, 200, 0.5)
  await turn()
  expect(log.filter((line) => line === 'send 2,3 accepted')).toHaveLength(2)
  expect(facts).toEqual([
    { type: 'persisted', record: 1, offset: 100, flushMs: 0.5 },
    { type: 'sentAfter', message: 'accepted', after: 1, durable: 1 },
    { type: 'persisted', record: 2, offset: 200, flushMs: 0.5 },
    { type: 'sentAfter', message: 'accepted', after: 2, durable: 2 },
  ])
})

it('M19: sends before the record is durable, and tells both numbers', async () => {
  const { runtime, log, facts } = rig(
    (input) => (input.type === 'start' ? [persist(1), sendAfter(1)] : []),
    true,
  )
  runtime.push({ type: 'start' })
  await turn()
  expect(log).toEqual([
    ...['step start', 'settle', 'append 1', 'send 2,3 accepted', 'write', 'flush'],
  ])
  expect(facts).toEqual([{ type: 'sentAfter', message: 'accepted', after: 1, durable: 0 }])
})

it('tells of one send a flush, however many waited', async () => {
  const { runtime, facts } = rig((input) =>
    input.type === 'start' ? [persist(1), sendAfter(1), sendAfter(1), sendAfter(1)] : [],
  )
  runtime.push({ type: 'start' })
  await turn()
  runtime.onDurable(1, 100, 0.5)
  await turn()
  expect(facts.filter(({ type }) => type === 'sentAfter')).toHaveLength(1)
})

it('does not flush for a record that may ride along, unless a send waits for it', async () => {
  const lazy = rig(() => [persist(1, false)])
  lazy.runtime.push({ type: 'start' })
  await turn()
  expect(lazy.log).not.toContain('flush')
  const waited = rig(() => [persist(1, false), sendAfter(1)])
  waited.runtime.push({ type: 'start' })
  await turn()
  expect(waited.log).toContain('flush')
})

it('paused: takes inputs, steps nothing, lets nothing go; goes on after it', async () => {
  const { runtime, log } = rig((input) =>
    input.type === 'start' ? [persist(1), sendAfter(1)] : [],
  )
  runtime.push({ type: 'start' })
  await turn()
  runtime.pause()
  runtime.onDurable(1, 100, 0.5)
  runtime.push({ type: 'request', tag: 7, args: [] })
  const before = [...log]
  await turn()
  expect(log).toEqual(before)
  runtime.resume()
  await turn()
  expect(log.slice(before.length)).toEqual([
    ...['send 2,3 accepted', 'step persisted', 'step request', 'settle', 'write', 'replies 7'],
  ])
})

it('never sends a frame that the other side would refuse for its length', async () => {
  const { runtime, log, facts } = rig(() => [
    {
      type: 'send',
      to: [2],
      message: { type: 'forward', values: ['\x01'.repeat(300_000)] },
      after: 0,
    },
  ])
  runtime.push({ type: 'start' })
  await turn()
  expect(log.filter((line) => line.startsWith('send'))).toEqual([])
  expect(facts).toEqual([
    { type: 'limitReached', limit: 'frame of 1048576 bytes, for forward', dropped: 1 },
  ])
})
