/** Schedules on machines: what moves, what is told, what a crash takes, and what is refused. */
import { describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { EAGER_POLICY } from '../../src/core/paxos/config'
import type { FrameName, Schedule, ScheduleAct } from '../../src/core/schedule'
import { playSchedule, ScheduleError, SchedulePlayer } from '../../src/core/sim/player'
import type { Stage } from '../../src/core/sim/player'

const STAGE: Stage = { title: 'test', nodes: 3, config: { policy: EAGER_POLICY } }
const BALLOT = { round: 1, node: 1 }

function stage(changes: Partial<Stage> = {}) {
  const events: LabEvent[] = []
  const player = new SchedulePlayer({ ...STAGE, ...changes }, (event) => events.push(event))
  return { events, player }
}

function schedule(acts: readonly ScheduleAct[], changes: Partial<Schedule> = {}): Schedule {
  return { version: 1, ...STAGE, acts, end: { invariant: null, words: '' }, ...changes }
}

function frame(from: number, to: number, message: FrameName['message']): FrameName {
  const slot = message === 'promise' ? 0 : 1
  return { from, to, message, ballot: BALLOT, slot, nth: 0 }
}

function deliverAll(player: SchedulePlayer): ScheduleAct[] {
  const acts: ScheduleAct[] = []
  for (let [next] = player.waiting(); next !== undefined; [next] = player.waiting()) {
    acts.push({ act: 'deliver', frame: next })
    player.perform({ act: 'deliver', frame: next })
  }
  return acts
}

const ask: ScheduleAct = { act: 'request', node: 1, args: ['SET', 'x', 'a'] }

describe('a schedule on machines', () => {
  it('moves nothing but what an act names', () => {
    const { player } = stage()
    expect(player.waiting()).toEqual([])
    player.perform(ask)
    expect(player.waiting()).toEqual([frame(1, 2, 'prepare'), frame(1, 3, 'prepare')])
    player.perform({ act: 'deliver', frame: frame(1, 3, 'prepare') })
    expect(player.waiting()).toEqual([frame(1, 2, 'prepare'), frame(3, 1, 'promise')])
  })

  it('answers the client when all is delivered, and ends with every log alike', () => {
    const { player, events } = stage()
    player.perform(ask)
    deliverAll(player)
    // The watermark tells the others, with the next heartbeat.
    player.perform({ act: 'timer', node: 1, timer: 'heartbeat' })
    deliverAll(player)
    const { replies, nodes, waiting } = player.end()
    expect(replies).toEqual([
      { act: 1, node: 1, reply: { tag: 1, outcome: 'done', resp: '+OK\r\n' } },
    ])
    expect(nodes.map(({ status }) => status?.chosenThrough)).toEqual([1, 1, 1])
    expect(waiting).toEqual([])
    expect(events.find(({ type }) => type === 'clientReplied')).toMatchObject({
      command: 'SET x a',
      outcome: 'ok',
    })
  })

  it('gives the same events for the same acts', () => {
    const { player, events } = stage()
    player.perform(ask)
    const acts = [ask, ...deliverAll(player)]
    const again: LabEvent[] = []
    playSchedule(schedule(acts), (event) => again.push(event))
    expect(again).toEqual(events)
  })

  it('numbers events without a gap, and facts of each life of a node', () => {
    const { player, events } = stage()
    player.perform(ask)
    player.perform({ act: 'crash', node: 1 })
    player.perform({ act: 'restart', node: 1 })
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    const own = events.filter((event) => event.by === 1 && 'nodeSeq' in event)
    const lives = own.map((event) => ('life' in event ? event.life : 0))
    expect(new Set(lives)).toEqual(new Set([1, 2]))
    for (const life of [1, 2]) {
      const seqs = own.flatMap((event) =>
        'nodeSeq' in event && event.life === life ? [event.nodeSeq] : [],
      )
      expect(seqs).toEqual(seqs.map((_, index) => index + 1))
    }
    expect(events.filter(({ type }) => type === 'recovered').at(-1)).toMatchObject({
      by: 1,
      life: 2,
      promised: BALLOT,
      records: 1,
    })
  })

  it('lets every message be received under the id under which it was sent', () => {
    const { player, events } = stage()
    player.perform(ask)
    const name = frame(1, 2, 'prepare')
    player.perform({ act: 'duplicate', frame: name })
    player.perform({ act: 'deliver', frame: name })
    const sent = events.find((event) => event.type === 'sent' && event.to === 2)
    const received = events.filter(({ type }) => type === 'received')
    expect(received).toHaveLength(2)
    for (const event of received)
      expect(event).toMatchObject({ id: sent && 'id' in sent && sent.id })
  })

  it('drops a frame and says so', () => {
    const { player, events } = stage()
    player.perform(ask)
    player.perform({ act: 'drop', frame: frame(1, 2, 'prepare') })
    expect(player.waiting()).toEqual([frame(1, 3, 'prepare')])
    expect(events.at(-1)).toMatchObject({
      type: 'frameDropped',
      frame: { link: { from: 1, to: 2 }, message: 'prepare', ballot: BALLOT },
    })
  })
})

describe('disks of a schedule', () => {
  it('by hand, holds a promise until the flush, and a crash takes it back', () => {
    const { player, events } = stage({ flush: 'byHand' })
    player.perform(ask)
    // Its own promise comes before its prepare (S7).
    expect(player.waiting()).toEqual([])
    player.perform({ act: 'flush', node: 1 })
    player.perform({ act: 'deliver', frame: frame(1, 2, 'prepare') })
    expect(player.waiting()).toEqual([frame(1, 3, 'prepare')])
    player.perform({ act: 'crash', node: 2 })
    player.perform({ act: 'restart', node: 2 })
    const { durable, status } = player.end().nodes[1]!
    expect(durable).toEqual([])
    expect(status?.promised.round).toBe(0)
    expect(events.some(({ type, by }) => type === 'promised' && by === 2)).toBe(false)
  })

  it('by itself, flushes what a round made durable before its messages leave', () => {
    const { player, events } = stage()
    player.perform(ask)
    player.perform({ act: 'deliver', frame: frame(1, 2, 'prepare') })
    player.perform({ act: 'crash', node: 2 })
    player.perform({ act: 'restart', node: 2 })
    expect(player.end().nodes[1]!.status?.promised).toEqual(BALLOT)
    const durable = events.findIndex((event) => event.type === 'persisted' && event.by === 2)
    const sent = events.findIndex((event) => event.type === 'sent' && event.by === 2)
    expect(durable).toBeGreaterThan(0)
    expect(sent).toBeGreaterThan(durable)
  })

  it('a wiped node comes back with nothing, and never votes', () => {
    const { player } = stage()
    player.perform(ask)
    player.perform({ act: 'deliver', frame: frame(1, 2, 'prepare') })
    player.perform({ act: 'crash', node: 2, wiped: true })
    player.perform({ act: 'restart', node: 2 })
    expect(player.end().nodes[1]!.durable).toEqual([])
    player.perform({ act: 'drop', frame: frame(2, 1, 'promise') })
    player.perform({ act: 'timer', node: 1, timer: 'resend' })
    player.perform({ act: 'deliver', frame: frame(1, 2, 'prepare') })
    expect(player.waiting().filter(({ from }) => from === 2)).toEqual([])
  })
})

describe('what a schedule refuses', () => {
  function refusal(...acts: ScheduleAct[]): string {
    try {
      playSchedule(schedule(acts), () => undefined)
    } catch (error) {
      if (error instanceof ScheduleError) return error.message
      throw error
    }
    return 'nothing'
  }

  it('a frame that does not wait, naming those that do', () => {
    expect(refusal(ask, { act: 'deliver', frame: frame(2, 1, 'promise') })).toBe(
      'act 2: no frame 2>1 promise 1.1 waits; ' +
        'there wait 1>2 prepare 1.1 slot 1; 1>3 prepare 1.1 slot 1',
    )
    const second = { ...frame(1, 2, 'prepare'), nth: 1 }
    expect(refusal(ask, { act: 'drop', frame: second })).toContain('#1 waits')
  })

  it('an act at a node that is down, up or not there', () => {
    expect(refusal({ act: 'crash', node: 2 }, { act: 'flush', node: 2 })).toBe(
      'act 2: node 2 is down',
    )
    expect(refusal({ act: 'restart', node: 2 })).toBe('act 1: node 2 is up')
    expect(refusal({ act: 'startElection', node: 4 })).toBe('act 1: there is no node 4')
    expect(
      refusal(ask, { act: 'crash', node: 2 }, { act: 'deliver', frame: frame(1, 2, 'prepare') }),
    ).toBe('act 3: node 2 is down')
  })

  it('a timer that does not run, naming those that do', () => {
    expect(refusal({ act: 'timer', node: 1, timer: 'heartbeat' })).toBe(
      'act 1: timer heartbeat of node 1 does not run; resend runs',
    )
  })
})
