/**
 * Faults inside real nodes: power loss, wiped disks, planted disk errors, failpoints, clocks. Each
 * is an event with a start and an end; a node that one of them ended is no failure of the product.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { DEFAULT_LOAD } from '../../src/shared/api'
import type { LabStatus } from '../../src/shared/api'
import { leaderOf } from '../../src/shared/labWords'
import { LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'

let rig: LabRig
const open = (): LabRig => (rig = new LabRig())
afterEach(() => rig.close())

/** Acknowledged writes, spread over the nodes; answers key and value of each. */
async function writeSome(count: number, nodes: readonly number[]): Promise<[string, string][]> {
  const pairs: [string, string][] = []
  for (let at = 0; at < count; at += 1) {
    const pair: [string, string] = [`kept${at}`, `value${at}`]
    await rig.write(nodes[at % nodes.length] ?? 1, ...pair)
    pairs.push(pair)
  }
  return pairs
}

/** Which of them a node does not give back. */
async function lost(node: number, pairs: readonly [string, string][]): Promise<string[]> {
  const missing: string[] = []
  for (const [key, value] of pairs) {
    if ((await rig.get(node, key)) !== JSON.stringify(value)) missing.push(key)
  }
  return missing
}

async function follower(): Promise<number> {
  const leader = leaderOf(await rig.status())
  return leader === 1 ? 2 : 1
}

const exitOf = (node: number) => (event: LabEvent) =>
  event.type === 'nodeExited' && event.node === node

const violated = ({ checks }: LabStatus): string[] =>
  checks.filter(({ state }) => state === 'violated').map(({ id }) => id)

describe('power loss', () => {
  it.each([
    ['one node', [2], false],
    ['a majority', [1, 2, 3], true],
    ['all five nodes', [1, 2, 3, 4, 5], true],
  ] as const)(
    'S24: power loss of %s under load loses nothing that was acknowledged',
    async (_who, nodes, tornTail) => {
      open()
      await rig.start({ nodes: 5 })
      await rig.lab.setLoad({ ...DEFAULT_LOAD, readRatio: 0, targetPerSecond: 0 })
      const pairs = await writeSome(10, [1, 2, 3, 4, 5])
      const ids = await rig.lab.powerLoss(nodes, tornTail)
      await rig.lab.setLoad(null)
      const { faults, nodes: views } = await rig.status()
      expect(faults.map(({ id, fault }) => ({ id, fault }))).toEqual(
        nodes.map((node, at) => ({ id: ids[at], fault: { kind: 'powerLoss', node, tornTail } })),
      )
      for (const node of nodes) {
        expect(views.find((view) => view.node === node)).toMatchObject({ state: 'killed' })
      }
      await Promise.all(nodes.map((node) => rig.lab.restartNode(node)))
      expect((await rig.status()).faults).toEqual([])
      await rig.write(3, 'after', 'it goes on')
      const status = await rig.logsEqual()
      expect(await lost(nodes[0], pairs)).toEqual([])
      expect(violated(status)).toEqual([])
    },
  )

  it('S24: power loss of all with flush off loses acknowledged writes', async () => {
    open()
    await rig.start({ nodes: 3, flush: false })
    const pairs = await writeSome(10, [1, 2, 3])
    await rig.lab.powerLoss([1, 2, 3], false)
    await Promise.all([1, 2, 3].map((node) => rig.lab.restartNode(node)))
    await rig.write(1, 'after', 'it goes on')
    expect(await lost(1, pairs)).toEqual(pairs.map(([key]) => key))
  })

  it('is refused where nobody keeps account of flushes, and nothing is killed', async () => {
    open()
    await rig.start({ nodes: 3, telemetry: 'off' })
    const loss = rig.lab.powerLoss([1], false)
    await expect(loss).rejects.toMatchObject({ code: 'wrongState' })
    await expect(loss).rejects.toThrow(/account of what is flushed/)
    expect((await rig.node(1)).state).toBe('running')
  })
})

describe('a wiped node', () => {
  it('refuses to start, which is no failure of the product', async () => {
    open()
    await rig.start({ nodes: 3 })
    await writeSome(3, [1, 2, 3])
    const id = await rig.lab.wipeNode(2)
    const restart = rig.lab.restartNode(2)
    await expect(restart).rejects.toMatchObject({ code: 'childFailed' })
    await expect(restart).rejects.toThrow(/forgotten its promises/)
    await rig.event('the node says why', ({ type, by }) => type === 'storageFailed' && by === 2)
    const exit = await rig.event(
      'it ended by itself',
      (event) => exitOf(2)(event) && event.type === 'nodeExited' && event.code !== null,
    )
    expect(exit).toMatchObject({ injected: true })
    const { faults, nodes } = await rig.status()
    expect(faults.map((fault) => fault.id)).toEqual([id])
    expect(nodes[1]).toMatchObject({ state: 'killed' })
    expect(nodes[1]?.failure.join()).toContain('an injected fault')
    await rig.write(1, 'a', 'majority goes on')
  })

  it('comes back as a learner if asked to: it catches up, and never votes', async () => {
    open()
    await rig.start({ nodes: 3, rejoin: 'learner' })
    const pairs = await writeSome(5, [1, 2, 3])
    const node = await follower()
    await rig.lab.wipeNode(node)
    expect(readdirSync(join((await rig.status()).runDir ?? '', `node${node}`))).toEqual([])
    await rig.lab.restartNode(node)
    expect((await rig.status()).faults).toEqual([])
    await rig.logsEqual()
    expect(await lost(node, pairs)).toEqual([])
    const { life } = await rig.node(node)
    const others = [1, 2, 3].filter((one) => one !== node)
    for (const other of others) await rig.write(other, `more${other}`, 'x')
    await rig.logsEqual()
    const events = await rig.lab.events(1, 10_000)
    const votes = events.filter(
      (event) => event.by === node && event.life === life && isVote(event.type),
    )
    expect(votes).toEqual([])
    // Without it a majority of three is both others: with one of them gone nothing is chosen.
    const silent = others.find((one) => one !== leaderNow())
    await rig.lab.killNode(silent ?? 0)
    const { outcome } = await rig.lab.command(others.find((one) => one !== silent) ?? 0, [
      'SET',
      'no',
      'quorum',
    ])
    expect(outcome).not.toBe('ok')
  })
})

const isVote = (type: LabEvent['type']): boolean => type === 'promised' || type === 'voted'
const leaderNow = (): number | null => leaderOf(rig.lab.status())

describe('a disk', () => {
  it.each([
    ['writeError', { kind: 'writeError' }, 3],
    ['flushError', { kind: 'flushError' }, 3],
    ['diskFull', { kind: 'diskFull', bytesLeft: 0 }, 3],
    ['tornTail', { kind: 'tornTail' }, null],
  ] as const)('that fails (%s) ends its node, and the rest goes on', async (_kind, fault, code) => {
    open()
    await rig.start({ nodes: 3 })
    const node = await follower()
    const id = await rig.lab.storageFault({ ...fault, node })
    const writer = [1, 2, 3].find((one) => one !== node) ?? 0
    await rig.write(writer, 'a', '1')
    const exit = await rig.event('the node ended', exitOf(node))
    expect(exit).toMatchObject({ injected: true, code })
    const { nodes, faults } = await rig.status()
    expect(nodes[node - 1]).toMatchObject({ state: 'killed' })
    expect(faults.map((active) => active.id)).toEqual([id])
    await rig.write(writer, 'b', '2')
    if (fault.kind === 'diskFull') {
      // It stays full: what the node writes next ends it again, until somebody makes room.
      await rig.lab.restartNode(node)
      await rig.write(writer, 'still', 'full')
      await eventually('it ended again', async () => (await rig.node(node)).state === 'killed')
      await rig.lab.endFault(id)
    }
    await rig.lab.restartNode(node)
    await rig.write(node, 'c', '3')
    const status = await rig.logsEqual()
    expect(status.faults).toEqual([])
    expect(violated(status)).toEqual([])
  })

  it('that is slow stays slow over a restart, until the fault is ended', async () => {
    open()
    await rig.start({ nodes: 3 })
    const node = await follower()
    const id = await rig.lab.storageFault({ kind: 'slowFlush', node, delayMs: 30, jitterMs: 0 })
    await rig.lab.killNode(node)
    await rig.lab.restartNode(node)
    const slow = await eventually('a slow flush', async () => {
      await rig.write(node, 'a', '1')
      const { status } = await rig.node(node)
      return (status?.flushMsP95 ?? 0) >= 30
    })
    expect(slow).toBe(true)
    expect((await rig.status()).faults.map((fault) => fault.id)).toEqual([id])
    await rig.lab.endFault(id)
    const ended = await rig.event(
      'its end',
      (event) => event.type === 'faultEnded' && event.fault.id === id,
    )
    expect(ended).toMatchObject({ fault: { fault: { kind: 'slowFlush' } } })
  })
})

describe('a failpoint', () => {
  it('that crashes its node is told apart from a failure', async () => {
    open()
    await rig.start({ nodes: 3 })
    const node = await follower()
    const arm = { name: 'flush.afterFlush', action: 'crash', skip: 0, delayMs: 0 } as const
    const id = await rig.lab.failpoint(node, arm)
    const writer = [1, 2, 3].find((one) => one !== node) ?? 0
    await rig.write(writer, 'a', '1')
    const exit = await rig.event('the node ended', exitOf(node))
    expect(exit).toMatchObject({ injected: true, signal: 'SIGKILL' })
    expect((await rig.node(node)).state).toBe('killed')
    await rig.lab.endFault(id)
    await rig.lab.restartNode(node)
    await rig.logsEqual()
  })

  it('that does not exist is refused, as is a clock that runs backwards: no fault begins', async () => {
    open()
    await rig.start({ nodes: 3 })
    const arm = { name: 'no.such', action: 'crash', skip: 0, delayMs: 0 } as const
    const armed = rig.lab.failpoint(1, arm)
    await expect(armed).rejects.toThrow(/no failpoint "no.such"/)
    const backwards = rig.lab.clockFault(1, { offsetMs: 0, drift: -1 })
    await expect(backwards).rejects.toMatchObject({ code: 'badArgument' })
    expect((await rig.status()).faults).toEqual([])
  })
})

describe('a clock', () => {
  it('that is wrong is a fault of its own, replaced by the next and ended by healing', async () => {
    open()
    await rig.start({ nodes: 3, clocks: [{ node: 2, offsetMs: 5, drift: 0 }] })
    await rig.lab.clockFault(2, { offsetMs: 100, drift: 0.5 })
    const id = await rig.lab.clockFault(2, { offsetMs: 0, drift: -0.5 })
    const fault = { kind: 'clock', node: 2, offsetMs: 0, drift: -0.5 }
    expect((await rig.status()).faults).toMatchObject([{ id, fault }])
    await rig.lab.healAll(true)
    expect((await rig.status()).faults).toEqual([])
    const clocks = await eventually('both ends are told', () => {
      const ends = rig.events.filter(({ type }) => type === 'faultEnded')
      return ends.length === 2 && ends
    })
    expect(clocks).toHaveLength(2)
    await rig.write(2, 'a', '1')
  })
})

describe('reads and records', () => {
  it('are made in every mode, at a key and at a slot', async () => {
    open()
    await rig.start({ nodes: 3 })
    await rig.write(1, 'k', 'v')
    // Before a read through the log takes a slot of its own.
    const through = await eventually(
      'node 1 tells of the slot',
      async () => (await rig.node(1)).status?.chosenThrough || null,
    )
    for (const mode of ['log', 'confirmed', 'learner', 'propose', 'valueMajority'] as const) {
      const result = await eventually(`a read by ${mode}`, async () => {
        const read = await rig.lab.read(1, { kind: 'key', key: 'k' }, mode)
        return read.verdict === 'chosen' && read
      })
      expect({ mode, value: result.value }).toEqual({ mode, value: 'v' })
    }
    const read = await rig.lab.read(2, { kind: 'slot', slot: through }, 'learner')
    expect(read).toMatchObject({ verdict: 'chosen', value: 'SET k v' })
    const told = await rig.event(
      'the read of the slot',
      (event) => event.type === 'learnerRead' && event.slot === through,
    )
    expect(told).toMatchObject({ key: '', mode: 'learner', node: 2 })
    const wrong = rig.lab.read(2, { kind: 'slot', slot: 0 }, 'learner')
    await expect(wrong).rejects.toMatchObject({ code: 'badArgument' })
    const records = await rig.lab.records(1, 0, 200)
    expect(records.map(({ kind }) => kind)).toContain('vote')
  })
})
