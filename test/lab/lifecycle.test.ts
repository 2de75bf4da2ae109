/** Starting and ending real nodes: kill, restart, pause, stop, and an end that nobody asked for. */
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { LabRig, processExists, temporaryDir } from '../support/cluster'
import { eventually } from '../support/eventually'

let rig: LabRig
const open = (...args: ConstructorParameters<typeof LabRig>): LabRig => (rig = new LabRig(...args))
afterEach(() => rig.close())

describe('a cluster', () => {
  it.each([3, 5] as const)(
    'of %i nodes elects, and takes writes at every member',
    async (nodes) => {
      open()
      await rig.start({ nodes })
      const { nodes: views } = await rig.status()
      expect(views.map(({ state }) => state)).toEqual(Array(nodes).fill('running'))
      for (const { node } of views) await rig.write(node, `key${node}`, `value${node}`)
      for (const { node } of views) {
        const other = views.find((view) => view.node !== node)?.node ?? 0
        expect(await rig.get(other, `key${node}`)).toBe(`"value${node}"`)
      }
      const { checks } = await rig.logsEqual()
      expect(checks.map(({ state }) => state)).not.toContain('violated')
    },
  )

  it('works without a switchboard, and says that links cannot be changed then', async () => {
    open()
    await rig.start({ nodes: 3, direct: true })
    await rig.write(2, 'a', '1')
    const cut = rig.lab.changeLinks([{ from: 1, to: 2 }], { kind: 'cut' })
    await expect(cut).rejects.toMatchObject({ code: 'directMode' })
    expect((await rig.status()).faults).toEqual([])
  })

  it('is one at a time, and leaves no process when it is stopped', async () => {
    open()
    await rig.start({ nodes: 3 })
    await expect(rig.start()).rejects.toMatchObject({ code: 'alreadyRunning' })
    const pids = (await rig.status()).nodes.map(({ pid }) => pid ?? 0)
    expect(pids.every(processExists)).toBe(true)
    await rig.lab.stopCluster()
    expect(pids.some(processExists)).toBe(false)
    await expect(rig.lab.stopCluster()).rejects.toMatchObject({ code: 'notRunning' })
    await expect(rig.lab.killNode(1)).rejects.toMatchObject({ code: 'notRunning' })
    await rig.start({ nodes: 3 })
    await rig.write(1, 'a', '1')
  })

  it('can be stopped while it starts', async () => {
    open()
    const start = rig.start()
    const refused = expect(start).rejects.toMatchObject({ code: 'wrongState' })
    await eventually('a node starts', async () => (await rig.status()).nodes.some(({ pid }) => pid))
    await rig.lab.stopCluster()
    await refused
    expect((await rig.status()).state).toBe('idle')
  })

  it('names the client port that is taken, and starts nothing', async () => {
    open()
    const holder = await hold(0)
    const { port } = holder.address() as AddressInfo
    const start = rig.start({ nodes: 3, clientPortBase: port - 1 })
    await expect(start).rejects.toMatchObject({ code: 'portInUse' })
    await expect(start).rejects.toThrow(String(port))
    holder.close()
    expect((await rig.status()).state).toBe('idle')
  })
})

describe('a node', () => {
  it('that is killed comes back on the same ports with its data', async () => {
    open()
    await rig.start({ nodes: 3 })
    await rig.write(1, 'kept', 'yes')
    const before = await rig.node(1)
    await rig.lab.killNode(1)
    expect(processExists(before.pid ?? 0)).toBe(false)
    const killed = await rig.status()
    expect(killed.nodes[0]).toMatchObject({ state: 'killed', pid: null })
    expect(killed.faults.map(({ fault }) => fault)).toEqual([{ kind: 'kill', node: 1 }])
    await expect(rig.lab.killNode(1)).rejects.toMatchObject({ code: 'wrongState' })
    await expect(rig.lab.command(1, ['PING'])).rejects.toMatchObject({ code: 'wrongState' })
    await rig.lab.restartNode(1)
    const after = await rig.node(1)
    expect(after).toMatchObject({ state: 'running', clientPort: before.clientPort })
    expect(after.life).toBeGreaterThan(before.life)
    expect((await rig.status()).faults).toEqual([])
    expect(await rig.get(1, 'kept')).toBe('"yes"')
    const exits = await eventually('the exit is told', () =>
      rig.events.find((event) => event.type === 'nodeExited'),
    )
    expect(exits).toMatchObject({ node: 1, signal: 'SIGKILL', injected: true })
  })

  it('whose port somebody took meanwhile gets another one, and is found there', async () => {
    open()
    await rig.start({ nodes: 3 })
    await rig.lab.killNode(1)
    const before = (await rig.node(1)).clientPort
    const holder = await hold(before)
    try {
      await rig.lab.restartNode(1)
      expect((await rig.node(1)).clientPort).not.toBe(before)
      await rig.write(1, 'a', '1')
      await rig.logsEqual()
    } finally {
      holder.close()
    }
  })

  it('whose port was asked for and is taken does not start, and names it', async () => {
    open()
    const port = await eventually('three free ports in a row', async () => {
      const free = await hold(0)
      const { port: base } = free.address() as AddressInfo
      await new Promise((done) => free.close(done))
      await rig.start({ nodes: 3, clientPortBase: base })
      return base
    })
    await rig.lab.killNode(1)
    const holder = await hold(port)
    try {
      const restart = rig.lab.restartNode(1)
      await expect(restart).rejects.toMatchObject({ code: 'portInUse' })
      await expect(restart).rejects.toThrow(String(port))
      expect((await rig.node(1)).state).toBe('failed')
    } finally {
      holder.close()
    }
  })

  it('that is stopped ends in order', async () => {
    open()
    await rig.start({ nodes: 3 })
    await rig.lab.stopNode(2)
    expect((await rig.node(2)).state).toBe('stopped')
    const exit = await rig.event('the exit', (event) => event.type === 'nodeExited')
    expect(exit).toMatchObject({ node: 2, code: 0, signal: null, injected: true })
    await rig.lab.healAll(true)
    expect((await rig.node(2)).state).toBe('running')
  })

  it('that is paused is silent until it goes on', async () => {
    open()
    await rig.start({ nodes: 3, requestDeadlineMs: 500 })
    const leader = await rig.leader()
    const paused = (leader % 3) + 1
    await rig.lab.pauseNode(paused)
    await expect(rig.lab.pauseNode(paused)).rejects.toMatchObject({ code: 'wrongState' })
    const result = await rig.lab.command(paused, ['SET', 'a', '1'])
    expect(result.outcome).toBe('unknown')
    await rig.write(leader, 'b', '2')
    const [pause] = (await rig.status()).faults
    await rig.lab.endFault(pause?.id ?? '')
    expect((await rig.status()).faults).toEqual([])
    await rig.logsEqual()
    expect(await rig.get(paused, 'b')).toBe('"2"')
  })

  it('that is paused can be killed, which ends the pause', async () => {
    open()
    await rig.start({ nodes: 3 })
    await rig.lab.pauseNode(3)
    await rig.lab.killNode(3)
    const { faults } = await rig.status()
    expect(faults.map(({ fault }) => fault.kind)).toEqual(['kill'])
  })

  it('that ends although nobody asked is a failure with its last words', async () => {
    open()
    await rig.start({ nodes: 3 })
    const { pid } = await rig.node(2)
    process.kill(pid ?? 0, 'SIGKILL')
    await eventually('failed', async () => (await rig.node(2)).state === 'failed')
    expect((await rig.node(2)).failure.join()).toContain('SIGKILL')
    const exit = await rig.event('the exit', (event) => event.type === 'nodeExited')
    expect(exit).toMatchObject({ node: 2, injected: false })
    expect((await rig.status()).faults).toEqual([])
    await rig.lab.restartNode(2)
    await rig.logsEqual()
  })

  it('hears of a policy that was switched while it was down', async () => {
    open()
    await rig.start({ nodes: 3 })
    await rig.lab.killNode(1)
    const policy = { ...LEADER_POLICY, electionTicksMin: 90 } as typeof LEADER_POLICY
    await rig.lab.setPolicy(policy)
    await rig.lab.restartNode(1)
    await eventually('all have the policy', async () => {
      const { nodes, options } = await rig.status()
      expect(options?.policy).toEqual(policy)
      return nodes.every(({ status }) => JSON.stringify(status?.policy) === JSON.stringify(policy))
    })
    const acted = await rig.event('the act', ({ type }) => type === 'acted')
    expect(acted).toMatchObject({ by: 'lab', actor: 'person' })
  })
})

describe('children that do not start', () => {
  it('are told with their last words, and the lab is idle again', async () => {
    const nodeEntry = join(temporaryDir(), 'broken.mjs')
    writeFileSync(nodeEntry, `process.stderr.write('no such luck\\n'); process.exit(9)\n`)
    open({ nodeEntry })
    const start = rig.start({ nodes: 3 })
    await expect(start).rejects.toMatchObject({ code: 'childFailed' })
    await expect(start).rejects.toThrow('no such luck')
    expect((await rig.status()).state).toBe('idle')
  })
})

async function hold(port: number): Promise<Server> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return server
}
