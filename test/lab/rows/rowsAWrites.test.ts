/** S3, S4, S6 and S7 on real processes: writes, whom they are sent to, and the order of ballots. */
import { afterEach, expect, it } from 'vitest'
import { compareBallot, formatBallot, ZERO_BALLOT } from '../../../src/core/paxos/ballot'
import { eventually } from '../../support/eventually'
import { only, PATIENT_POLICY, rowLab } from '../../support/rowLab'
import type { RowLab } from '../../support/rowLab'

let rig: RowLab
const start = async (...args: Parameters<typeof rowLab>) => (rig = await rowLab(...args))
afterEach(() => rig.close())

const set = (node: number, key: string, value: string) => {
  return rig.lab.command(node, ['SET', key, value])
}

it('S3: single decree writes once, and a second write is told the first value', async () => {
  await start({ mode: 'single' })
  expect(await set(2, 'k', 'first')).toMatchObject({ outcome: 'ok', reply: 'OK' })
  for (const node of [3, 1, 2]) {
    const second = await set(node, 'k', 'second')
    expect(second.reply).toBe('(error) CHOSEN already: SET k first')
  }
  await rig.applied(1)
  for (const node of [1, 2, 3]) expect(await rig.get(node, 'k')).toBe('"first"')
  const slots = (await rig.told('voted', undefined, 3)).flatMap(({ slot, count }) => [slot, count])
  expect(new Set(slots)).toEqual(new Set([1]))
})

it('S3: multi decree repeats the choice, slot by slot', async () => {
  await start()
  for (const value of ['a', 'b', 'c']) await rig.write(2, 'k', value)
  await rig.applied(3)
  const texts = await Promise.all(
    [1, 2, 3].map(async (node) => {
      return (await rig.lab.slots(node, 1, 3)).map(({ chosen }) => chosen?.text)
    }),
  )
  expect(texts).toEqual(texts.map(() => ['SET k a', 'SET k b', 'SET k c']))
})

it('S4: a write to any member is chosen, with every minority of five down as well', async () => {
  await start({ nodes: 5 })
  const nodes = [1, 2, 3, 4, 5]
  const writeAll = async (live: readonly number[], name: string) => {
    for (const node of live) {
      const { outcome, reply } = await set(node, 'k', `${name} at ${node}`)
      expect([name, node, outcome, reply]).toEqual([name, node, 'ok', 'OK'])
    }
  }
  await writeAll(nodes, 'all up')
  for (const first of nodes) {
    for (const second of nodes.filter((node) => node > first)) {
      const pair = [first, second]
      for (const node of pair) await rig.lab.pauseNode(node)
      const live = nodes.filter((node) => !pair.includes(node))
      await writeAll(live, `without ${pair.join()}`)
      for (const node of pair) await rig.lab.resumeNode(node)
    }
  }
  expect(rig.violations()).toEqual([])
})

it('S4: a client that hears nothing retries elsewhere, and the request is applied once', async () => {
  await start({ requestDeadlineMs: 1000 })
  const session = /s\d+/.exec((await rig.lab.command(1, ['SESSION', 'OPEN'])).reply)?.[0] ?? ''
  const once = (node: number) => {
    return rig.lab.command(node, ['SESSION', 'DO', session, '1', 'INCR', 'n'])
  }
  // The accepts of node 1 wait: it cannot answer, and what it issued may be chosen later.
  const fault = await rig.hold(only('accept'), [
    { from: 1, to: 2 },
    { from: 1, to: 3 },
  ])
  expect(await once(1)).toMatchObject({ outcome: 'unknown' })
  expect(await once(2)).toMatchObject({ outcome: 'ok', reply: '(integer) 1' })
  await rig.lab.endFault(fault)
  for (const node of [1, 2, 3]) {
    const again = await eventually('an answer', async () => {
      const result = await once(node)
      return result.outcome === 'ok' && result
    })
    expect(again.reply).toBe('(integer) 1')
    expect(await rig.get(node, 'n')).toBe('"1"')
  }
})

it('S6: promises go up only; a lower ballot is refused, an equal one of its owner repeated', async () => {
  await start({ policy: PATIENT_POLICY })
  await rig.hold(only('prepare'))
  const nacks = await rig.hold(only('nack'))
  await rig.lab.startElection(1)
  await rig.lab.startElection(3)
  await rig.pass('prepare', 3, 2)
  await rig.told('promised', ({ by }) => by === 2)
  await rig.pass('prepare', 1, 2)
  const [refused] = await rig.told('refused')
  const [high, low] = [
    { round: 1, node: 3 },
    { round: 1, node: 1 },
  ]
  expect(refused).toMatchObject({ by: 2, ballot: low, promised: high, phase: 1 })
  const { frames } = await rig.held(only('nack'), 1)
  expect(frames[0]).toMatchObject({ link: { from: 2, to: 1 }, ballot: low })
  const nack = JSON.parse(await rig.lab.gateInspect(frames[0]?.id ?? 0))
  expect(nack).toMatchObject({ type: 'nack', ballot: low, promised: high })
  await rig.lab.endFault(nacks)

  // A retransmission: answered again, and nothing changes.
  await rig.hold(only('promise'), [{ from: 2, to: 3 }])
  await rig.told('bid', ({ by }) => by === 3)
  await rig.lab.startElection(3)
  for (let copy = 1; copy <= 2; copy += 1) {
    await rig.pass('prepare', 3, 2, { ballotRound: 2 })
    await rig.held({ types: ['promise'], ballotRound: 2 }, copy)
  }
  const own = await rig.told('promised', ({ by }) => by === 2, 2)
  expect(own.map(({ ballot }) => formatBallot(ballot))).toEqual(['1.3', '2.3'])
})

it('S6: with refusals switched off a lower ballot gets silence', async () => {
  await start({ policy: PATIENT_POLICY, refusal: 'silence' })
  await rig.hold(only('prepare', 'nack', 'heartbeat'))
  await rig.lab.startElection(1)
  await rig.lab.startElection(3)
  await rig.pass('prepare', 3, 2)
  await rig.told('promised', ({ by }) => by === 2)
  await rig.pass('prepare', 1, 2)
  expect((await rig.told('refused'))[0]).toMatchObject({ by: 2, phase: 1 })
  // Links keep order: an answer to a later question shows that no nack went before it.
  expect((await rig.lab.read(1, { kind: 'slot', slot: 1 }, 'learner')).replies).toHaveLength(3)
  expect((await rig.lab.gateList(only('nack'))).total).toBe(0)
})

it('S7: a ballot is on disk before a prepare leaves, and no restart uses it again', async () => {
  await start({ policy: PATIENT_POLICY })
  await rig.hold(only('prepare', 'accept'))
  for (let life = 1; life <= 8; life += 1) {
    // Own promise made, nothing accepted: here the node dies.
    void rig.lab.command(1, ['SET', 'k', `of life ${life}`]).catch(() => undefined)
    const [bid] = await rig.told('bid', (event) => event.life === life)
    const [promise] = await rig.told('promised', (event) => event.by === 1 && event.life === life)
    expect(promise?.ballot).toEqual(bid?.ballot)
    const match = { types: ['prepare'], ballotRound: bid?.ballot.round } as const
    await rig.held(match, 2)
    if (life % 2 === 0) {
      await rig.pass('prepare', 1, 2, { ballotRound: bid?.ballot.round })
      await rig.told('elected', (event) => event.life === life)
    }
    const records = await rig.lab.records(1, 0, 200)
    const own = formatBallot(bid?.ballot ?? ZERO_BALLOT)
    const onDisk = records.filter(({ kind }) => kind === 'promise').map(({ text }) => text)
    expect(onDisk.some((text) => text.includes(own))).toBe(true)
    await rig.lab.killNode(1)
    await rig.lab.restartNode(1)
  }
  const bids = (await rig.all('bid')).filter(({ by }) => by === 1).map(({ ballot }) => ballot)
  expect(bids).toHaveLength(8)
  bids.slice(1).forEach((ballot, at) => {
    expect(compareBallot(ballot, bids[at] ?? ballot)).toBeGreaterThan(0)
  })
  expect(rig.violations()).toEqual([])
})
