/** S24 on real processes: disk first, then the wire, and what it costs if not. */
import { afterEach, describe, expect, it } from 'vitest'
import { eventually } from '../../support/eventually'
import { chosenByVotes, framesByType } from '../../support/rowFolds'
import { eventsOf, rowLab } from '../../support/rowLab'
import type { RowLab } from '../../support/rowLab'

let rig: RowLab
const open = async (...args: Parameters<typeof rowLab>) => (rig = await rowLab(...args))
afterEach(() => rig.close())

const linksOf = (node: number) => rig.links().filter(({ from, to }) => from === node || to === node)

describe('the order of disk and wire', () => {
  it('S24: no promise and no vote leaves before its record is flushed', async () => {
    await open()
    for (const node of [1, 2, 3]) {
      await rig.lab.storageFault({ kind: 'slowFlush', node, delayMs: 15, jitterMs: 5 })
    }
    for (let count = 1; count <= 5; count += 1) await rig.write(1, 'k', `${count}`)
    await rig.lab.startElection(2)
    await rig.write(2, 'k', 'last')
    const relied = await rig.told('sentAfter', ({ message }) => message === 'accepted', 5)
    await rig.told('sentAfter', ({ message }) => message === 'promise', 2)
    // One look at the record: nodes go on flushing and sending while it is read.
    const record = await rig.record()
    const flushes = eventsOf(record, 'persisted')
    for (const { by, life, nodeSeq, after, durable } of eventsOf(record, 'sentAfter')) {
      expect(after).toBeLessThanOrEqual(durable)
      // In the order of the node itself the flush comes first, and it covers the record.
      const covered = flushes.some((flush) => {
        const isBefore = flush.by === by && flush.life === life && flush.nodeSeq < nodeSeq
        return isBefore && flush.record >= after
      })
      expect(covered).toBe(true)
    }
    expect(relied.length).toBeGreaterThanOrEqual(5)
    expect(rig.violations()).toEqual([])
  })

  it('S24: nodes that send first are found by the record numbers (M19)', async () => {
    await open({ mutant: 'M19' })
    for (const node of [1, 2, 3]) {
      await rig.lab.storageFault({ kind: 'slowFlush', node, delayMs: 15, jitterMs: 5 })
    }
    await rig.write(1, 'k', 'v')
    await rig.told('sentAfter', ({ after, durable }) => after > durable)
    await eventually('I4', () => rig.violations().includes('I4'))
  })

  it('S24: a node whose flush does not end says nothing, and may lose power', async () => {
    await open()
    await rig.lab.storageFault({ kind: 'slowFlush', node: 3, delayMs: 60_000, jitterMs: 0 })
    for (let count = 1; count <= 10; count += 1) await rig.write(1, 'k', `${count}`)
    // It has voted by now, in memory: the records are written, and not flushed.
    await eventually('its records', async () => (await rig.node(3)).status?.votedThrough === 10)
    const ofThree = (await rig.record()).map((event) => {
      if (event.type !== 'trafficSampled') return event
      return { ...event, links: event.links.filter(({ from }) => from === 3) }
    })
    const sent = framesByType(ofThree)
    expect([sent.promise, sent.accepted]).toEqual([undefined, undefined])
    expect(eventsOf(ofThree, 'voted').filter(({ by }) => by === 3)).toEqual([])
    await rig.lab.powerLoss([3], false)
    await rig.lab.healAll(true)
    // It may remember more than it said, never less.
    await rig.told('recovered', ({ by, life }) => by === 3 && life === 2)
    await rig.logsEqual()
    expect(rig.violations()).toEqual([])
  })
})

describe('a power loss between two proposers that share one acceptor', () => {
  /** 1 and 2 choose a value, 2 loses power, and 2 and 3 choose: only 2 could have told 3. */
  async function play(flush: boolean): Promise<(string | undefined)[]> {
    await open({ flush })
    const apart = await rig.hold({}, linksOf(3))
    expect(await rig.lab.command(1, ['SET', 'k', 'first'])).toMatchObject({ outcome: 'ok' })
    await rig.told('voted', ({ by }) => by === 2)
    await rig.lab.powerLoss([2], false)
    await rig.lab.restartNode(2)
    await rig.hold({}, linksOf(1))
    await rig.lab.gateDrop({ kind: 'all' })
    await rig.lab.endFault(apart)
    expect(await rig.lab.command(3, ['SET', 'k', 'second'])).toMatchObject({ outcome: 'ok' })
    const views = await Promise.all([1, 3].map((node) => rig.lab.slots(node, 1, 1)))
    return views.map(([view]) => view?.chosen?.text)
  }

  it('S24: what was flushed is remembered: the value that was chosen stays', async () => {
    expect(await play(true)).toEqual(['SET k first', 'SET k first'])
    const [elected] = await rig.told('elected', ({ by }) => by === 3)
    const record = await rig.record()
    // Node 2 may have heard in time that the value is chosen: then it tells 3 so, before the vote.
    const knew = eventsOf(record, 'learned').some(
      ({ by, slot, seq }) => by === 3 && slot === 1 && seq < (elected?.seq ?? 0),
    )
    expect(elected).toMatchObject({ witnesses: [2, 3], forced: knew ? 0 : 1 })
    expect(chosenByVotes(record, 3).get(1)).toHaveLength(1)
    expect(rig.violations()).toEqual([])
  })

  it('S24: with flush off a promise is forgotten, two values are chosen, and the checks say so', async () => {
    expect(await play(false)).toEqual(['SET k first', 'SET k second'])
    const found = await rig.told('violated', undefined, 2)
    const words = Object.fromEntries(found.map((event) => [event.invariant, event.words]))
    expect(words['I2']).toMatch(/^N2 restarted with promise 0\.0 and forgot 1\.1/)
    await eventually('two values', () => rig.violations().includes('I8'))
    // It had said that the record was durable.
    expect(rig.violations()).toContain('I4')
    expect(chosenByVotes(await rig.record(), 3).get(1)).toHaveLength(2)
  })
})
