/** One client of the load against nodes in memory: when it asks, whom, and what it makes of it. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Arrivals } from '../../src/core/load/arrivals'
import { Histogram } from '../../src/core/measure/histogram'
import { createPrng } from '../../src/core/sim/prng'
import { HistoryBook } from '../../src/main/lab/historyBook'
import type { OnHistoryReply } from '../../src/main/lab/historyBook'
import { findingOfBook } from '../../src/main/lab/historyFinding'
import { LoadClient, RETRY_FOR_MS } from '../../src/main/lab/loadClient'
import type { LoadClientOptions } from '../../src/main/lab/loadClient'
import { temporaryDir } from '../support/cluster'
import { FakeNodes } from '../support/loadWorld'

let dir = ''
beforeEach(() => {
  dir = temporaryDir()
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const EVERY_MS = 10
const constant = () => new Arrivals('constant', EVERY_MS, EVERY_MS, createPrng(1))

type Begin = (args: readonly string[]) => OnHistoryReply

/** A client that counts `n` up; `wrap` stands between it and the history. */
function open(options: Partial<LoadClientOptions> = {}, wrap = (begin: Begin): Begin => begin) {
  const nodes = new FakeNodes()
  const book = new HistoryBook(
    join(dir, 'history.jsonl'),
    () => nodes.nowMs(),
    () => {},
  )
  const begin = wrap((args) => book.begin(args))
  const sums = { offered: 0, shed: 0, sent: 0, ok: 0, error: 0, unknown: 0 }
  const response = new Histogram()
  const service = new Histogram()
  const late: number[] = []
  const client = new LoadClient(
    {
      ...{ nodes: [1, 2, 3], index: 0, roam: null, retry: 'none', arrivals: null },
      ...{ inFlightMax: 1, backlogMax: 1000, perClientMs: 0, startMs: 0, giveUpMs: 3000 },
      ...options,
    },
    nodes,
    {
      nextCommand: () => ['INCR', 'n'],
      onTold: () => {},
      onOffered: () => void (sums.offered += 1),
      onShed: () => void (sums.shed += 1),
      onSent: (args) => {
        sums.sent += 1
        return begin(args)
      },
      onDone: (outcome, responseMs, serviceMs) => {
        sums[outcome] += 1
        if (outcome !== 'ok') return
        response.add(responseMs)
        service.add(serviceMs)
        if (responseMs > serviceMs) late.push(responseMs - serviceMs)
      },
    },
  )
  return { client, nodes, book, sums, response, service, late }
}

describe('open loop', () => {
  it('asks by the clock, whether or not it was answered', () => {
    const { nodes, sums } = open({ arrivals: constant(), inFlightMax: 8 })
    nodes.pausedUntilMs = 1e9
    nodes.runTo(8 * EVERY_MS)
    expect(sums).toEqual({ offered: 8, shed: 0, sent: 8, ok: 0, error: 0, unknown: 0 })
  })

  it('what finds its own way and the backlog full is shed, and the sum is right', () => {
    const { client, nodes, sums } = open({ arrivals: constant(), inFlightMax: 2, backlogMax: 5 })
    nodes.pausedUntilMs = 1005
    nodes.runTo(1000)
    expect(sums).toEqual({ offered: 100, shed: 93, sent: 2, ok: 0, error: 0, unknown: 0 })
    expect({ waiting: client.waiting, backlogged: client.backlogged }).toEqual({
      waiting: 7,
      backlogged: 5,
    })
    expect(client.waitMs(nodes.nowMs())).toBe(990)
    nodes.runTo(2000)
    client.stop()
    nodes.runTo(2100)
    expect(sums.ok + sums.shed).toBe(sums.offered)
    expect(client.waiting).toBe(0)
  })

  it('a pause is in the response time of all that it held up, in the service time of one', () => {
    const { nodes, sums, response, service, late } = open({ arrivals: constant() })
    nodes.runTo(1000)
    nodes.pausedUntilMs = 2000
    nodes.runTo(5000)
    expect(sums.ok).toBeGreaterThan(490)
    // Every request that was due in the pause or while its work was made up for, but the first.
    expect(late.length).toBeGreaterThan(99)
    expect(Math.max(...late)).toBeGreaterThan(900)
    expect(service.quantile(0.99)).toBeLessThan(3)
    expect(response.quantile(0.99)).toBeGreaterThan(900)
    // The longest of both is the same request: percentiles hide it, the maximum does not.
    expect(service.quantile(1)).toBe(response.quantile(1))
  })

  it('a closed loop leaves out what it did not ask meanwhile', () => {
    const { nodes, response, late, sums } = open({ perClientMs: EVERY_MS })
    nodes.runTo(1000)
    nodes.pausedUntilMs = 2000
    nodes.runTo(5000)
    expect(response.quantile(0.99)).toBeLessThan(3)
    expect(late).toEqual([])
    expect(sums.offered).toBe(sums.sent)
    expect(sums.sent).toBeLessThan(410)
  })

  it('when no node runs requests wait, and are sent when one does', () => {
    const { nodes, sums } = open({ arrivals: constant(), inFlightMax: 8 })
    for (const node of [1, 2, 3]) nodes.down.add(node)
    nodes.runTo(500)
    expect(sums).toMatchObject({ offered: 50, sent: 0, shed: 0 })
    nodes.down.delete(2)
    nodes.runTo(1000)
    expect(sums.ok).toBeGreaterThan(95)
    expect(nodes.applied.every(({ node }) => node === 2)).toBe(true)
  })

  it('what was held up too long is given up', () => {
    const { client, nodes, sums } = open({ arrivals: constant(), giveUpMs: 200 })
    nodes.pausedUntilMs = 1e9
    nodes.runTo(300)
    client.expire(nodes.nowMs())
    nodes.runTo(301)
    expect(sums.unknown).toBe(1)
  })
})

describe('where it asks', () => {
  const nodesOf = ({ applied }: FakeNodes) => applied.map(({ node }) => node).join('')

  it('stays at its node, and leaves it only while that does not run', () => {
    const { nodes } = open({ perClientMs: EVERY_MS, startMs: EVERY_MS, index: 1 })
    nodes.runTo(35)
    expect(nodesOf(nodes)).toBe('222')
    nodes.answersToLose = 1
    nodes.down.add(2)
    nodes.runTo(45)
    nodes.runTo(200)
    expect(nodesOf(nodes).slice(0, 5)).toBe('22223')
    nodes.down.delete(2)
    nodes.runTo(300)
    expect(nodesOf(nodes).at(-1)).toBe('2')
  })

  it('roams after so many requests', () => {
    const { nodes } = open({ perClientMs: EVERY_MS, startMs: EVERY_MS, roam: 2 })
    nodes.runTo(85)
    expect(nodesOf(nodes)).toBe('11223311')
  })

  it('roams after an error and after an unknown outcome', () => {
    const { nodes, sums } = open({ perClientMs: EVERY_MS, startMs: EVERY_MS, roam: 'error' })
    nodes.refusals = ['NOLEADER nobody leads']
    nodes.runTo(25)
    expect(nodesOf(nodes)).toBe('2')
    nodes.answersToLose = 1
    nodes.runTo(200)
    expect(nodesOf(nodes).slice(0, 4)).toBe('2233')
    expect(sums).toMatchObject({ error: 1, unknown: 1 })
  })
})

describe('retries', () => {
  it('in a session: one operation over all tries, applied once, its outcome known', async () => {
    const { client, nodes, book, sums } = open({ perClientMs: EVERY_MS, retry: 'session' })
    nodes.answersToLose = 3
    nodes.refusals = []
    nodes.runTo(2000)
    client.stop()
    nodes.runTo(2100)
    expect(sums).toMatchObject({ error: 0, unknown: 0 })
    expect(sums.sent).toBe(sums.ok)
    expect(nodes.count('n')).toBe(sums.ok)
    const [first, second] = await book.read()
    expect([first?.type, second?.type]).toEqual(['invoke', 'ok'])
    expect(second?.time).toBeGreaterThan(3 * 100 * 1e6)
    expect(await findingOfBook(book)).toMatchObject({ verdict: 'valid' })
  })

  it('plain: each try is an operation of its own, the first of them unknown', async () => {
    const { client, nodes, book, sums } = open({ perClientMs: EVERY_MS, retry: 'plain' })
    nodes.answersToLose = 3
    nodes.runTo(2000)
    client.stop()
    nodes.runTo(2100)
    expect(sums).toMatchObject({ error: 0, unknown: 3 })
    expect(sums.sent).toBe(sums.offered + 3)
    // Applied twice and more, as it says.
    expect(nodes.count('n')).toBe(sums.ok + 3)
    const types = (await book.read()).slice(0, 4).map(({ type }) => type)
    expect(types).toEqual(['invoke', 'info', 'invoke', 'info'])
    expect(await findingOfBook(book)).toMatchObject({ verdict: 'valid' })
  })

  it('plain, if it were told as one operation, is violated', async () => {
    // The defect: the history is told of the last try only, as if the others had not happened.
    const merged = (begin: Begin): Begin => {
      let held: OnHistoryReply | null = null
      return (args) => {
        const told = held ?? begin(args)
        return (reply, sent) => {
          held = reply === null ? told : null
          if (reply !== null) told(reply, sent)
        }
      }
    }
    const { client, nodes, book } = open({ perClientMs: EVERY_MS, retry: 'plain' }, merged)
    nodes.answersToLose = 3
    nodes.runTo(2000)
    client.stop()
    nodes.runTo(2100)
    expect((await book.read()).filter(({ type }) => type === 'info')).toEqual([])
    expect(await findingOfBook(book)).toMatchObject({ verdict: 'violated' })
  })

  it('several on their way are repeated under their own numbers', () => {
    const retry = 'session'
    const { client, nodes, sums } = open({ arrivals: constant(), inFlightMax: 8, retry })
    nodes.runTo(100)
    nodes.pausedUntilMs = 180
    nodes.answersToLose = 2
    nodes.runTo(1000)
    client.stop()
    nodes.runTo(1100)
    expect(sums).toMatchObject({ error: 0, unknown: 0, shed: 0 })
    expect(nodes.count('n')).toBe(sums.offered)
  })

  it('a session that is gone makes an outcome unknown only where a try may have run', () => {
    const { nodes, sums } = open({ perClientMs: EVERY_MS, startMs: EVERY_MS, retry: 'session' })
    nodes.runTo(55)
    nodes.dropSessions()
    nodes.runTo(100)
    expect(sums).toMatchObject({ error: 1, unknown: 0 })
    nodes.answersToLose = 1
    nodes.runTo(105)
    nodes.runTo(113)
    nodes.dropSessions()
    nodes.runTo(400)
    expect(sums).toMatchObject({ error: 1, unknown: 1 })
    expect(nodes.count('n')).toBe(sums.ok + 1)
  })

  it('end at some time: then the outcome is unknown, or an error if it never ran', () => {
    const { nodes, sums } = open({ retry: 'session' })
    nodes.runTo(10)
    const before = { ...sums }
    nodes.refusals = Array.from({ length: 1000 }, () => 'NOLEADER nobody leads')
    nodes.runTo(RETRY_FOR_MS + 1000)
    expect(sums).toEqual({ ...before, sent: sums.sent, offered: sums.offered, error: 1 })
    nodes.refusals = Array.from({ length: 1000 }, () => 'UNKNOWN nobody knows')
    nodes.runTo(2 * (RETRY_FOR_MS + 1000))
    expect(sums).toMatchObject({ error: 1, unknown: 1 })
  })
})
