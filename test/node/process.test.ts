/** Real node processes: durable across SIGKILL, and none outlives its lab. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { NodeReport } from '../../src/core/event'
import { parseNodeToLab } from '../../src/shared/controlCodec'
import { parseFrame } from '../../src/shared/frame'
import { EXIT } from '../../src/main/node/exitCodes'
import { LOG_NAME } from '../../src/main/node/openStorage'
import { eventually } from '../support/eventually'
import { ask, NodeLab, spawnNode, spawnParent } from '../support/nodeLab'
import { nodeFile, RawClient, respOf, tempDirectory, upTo } from '../support/nodeSupport'

const OK = '+OK\r\n'

/** A write that is tried until it is acknowledged. */
function write(port: number, key: string, value: string): Promise<boolean> {
  return eventually(`write ${key}`, async () => (await ask(port, 'SET', key, value)) === OK)
}

describe('one node', () => {
  it('keeps what it acknowledged when it is killed, and counts its lives', async () => {
    const lab = await NodeLab.open(tempDirectory())
    const first = await lab.start(1, [1])
    for (const index of upTo(20)) await write(first.clientPort, `k${index}`, `v${index}`)
    await first.node.kill()
    const second = await lab.start(1, [1])
    expect(second.control.hello).toMatchObject({ role: 'node', node: 1, to: 0, life: 2 })
    await eventually('the data', async () => {
      return (await ask(second.clientPort, 'GET', 'k20')) === '$3\r\nv20\r\n'
    })
    const replies = await Promise.all(
      upTo(20).map((index) => ask(second.clientPort, 'GET', `k${index}`)),
    )
    expect(replies).toEqual(upTo(20).map((index) => `$${index > 9 ? 3 : 2}\r\nv${index}\r\n`))
    const recovered = second.control.facts().find(({ type }) => type === 'recovered')
    expect(recovered).toMatchObject({ life: 2, nodeSeq: 1, tornBytes: 0 })
  })

  it('reports facts without a gap, and its status', async () => {
    const lab = await NodeLab.open(tempDirectory())
    const { control, clientPort } = await lab.start(1, [1])
    await write(clientPort, 'a', '1')
    const facts = await eventually('an applied fact', () => {
      const all = control.facts()
      return all.some(({ type }) => type === 'applied') && all
    })
    expect(facts.map(({ nodeSeq }) => nodeSeq)).toEqual(upTo(facts.length))
    const types = facts.map(({ type }) => type)
    expect(types).toEqual(expect.arrayContaining(['recovered', 'persisted', 'voted', 'chosen']))
    await eventually('a status', () => control.frames.some(({ type }) => type === 'status'))
  })

  it('carries out the calls of the lab', async () => {
    const lab = await NodeLab.open(tempDirectory())
    const { control, clientPort } = await lab.start(1, [1])
    await write(clientPort, 'a', '1')
    const proposed = await control.call({ action: 'propose', args: ['SET', 'b', '2'] })
    expect(proposed).toEqual({ kind: 'reply', resp: OK })
    const wrong = await control.call({ action: 'propose', args: ['NOPE'] })
    expect(wrong).toMatchObject({ kind: 'reply', resp: expect.stringMatching(/^-ERR unknown/) })
    const read = await control.call({
      action: 'read',
      subject: { kind: 'key', key: 'b' },
      mode: 'learner',
    })
    expect(read).toMatchObject({ kind: 'read', result: { verdict: 'chosen', value: '2' } })
    const slots = await control.call({ action: 'slots', from: 1, count: 200 })
    expect(slots).toMatchObject({ kind: 'slots' })
    const policy = { kind: 'eager' } as const
    expect(await control.call({ action: 'setPolicy', policy })).toEqual({ kind: 'done' })
    await eventually('the policy', async () => {
      const answer = await control.call({ action: 'status' })
      return answer.kind === 'status' && answer.status.policy.kind === 'eager'
    })
  })

  it('paused: consumes nothing and keeps its sockets; resumed: answers what waited', async () => {
    const lab = await NodeLab.open(tempDirectory())
    const { control, clientPort } = await lab.start(1, [1])
    await write(clientPort, 'a', '1')
    const client = await RawClient.connect(clientPort)
    client.send(respOf('PING'))
    await eventually('served', () => client.text === '+PONG\r\n')
    await control.call({ action: 'pause' })
    client.send(respOf('GET', 'a'))
    const refused = await control.call({ action: 'startElection' })
    expect(refused).toEqual({ kind: 'error', words: 'the node is paused' })
    expect(client.text).toBe('+PONG\r\n')
    await control.call({ action: 'resume' })
    await eventually('answered', () => client.text === '+PONG\r\n$1\r\n1\r\n')
  })
})

describe('three nodes', () => {
  it('agree: a write at any node is read at any other, also when one is killed', async () => {
    const lab = await NodeLab.open(tempDirectory())
    const nodes = await lab.startAll([1, 2, 3])
    for (const [index, { clientPort }] of nodes.entries()) {
      await write(clientPort, `at${index}`, 'x')
      for (const other of nodes) {
        expect(await ask(other.clientPort, 'GET', `at${index}`)).toBe('$1\r\nx\r\n')
      }
    }
    await nodes[0]!.node.kill()
    await write(nodes[1]!.clientPort, 'later', 'y')
    expect(await ask(nodes[2]!.clientPort, 'GET', 'later')).toBe('$1\r\ny\r\n')
  })

  it('send nothing before the record that it relies on is durable', async () => {
    const lab = await NodeLab.open(tempDirectory())
    const nodes = await lab.startAll([1, 2, 3])
    for (const index of upTo(20)) await write(nodes[0]!.clientPort, `k${index}`, 'v')
    const sends = await eventually('sends that waited for a flush', () => {
      const counts = nodes.map(({ control }) => countSendsAfter(control.facts()))
      return counts.every((count) => count > 0) && counts
    })
    expect(sends).toHaveLength(3)
  })

  it('without a majority a write gets an error within its deadline', async () => {
    const lab = await NodeLab.open(tempDirectory())
    const nodes = await lab.startAll([1, 2, 3], { requestDeadlineMs: 1000 })
    await write(nodes[0]!.clientPort, 'a', '1')
    await Promise.all([nodes[1]!.node.kill(), nodes[2]!.node.kill()])
    const reply = await ask(nodes[0]!.clientPort, 'SET', 'a', '2')
    expect(reply).toMatch(/^-(UNKNOWN|NOLEADER) /)
  })
})

describe('a node process ends', () => {
  it('with 0 on the stop frame and on SIGTERM, and lets go of its directory', async () => {
    const lab = await NodeLab.open(tempDirectory())
    const first = await lab.start(1, [1])
    await write(first.clientPort, 'a', '1')
    first.control.send({ type: 'stop' })
    expect(await first.node.exited()).toEqual({ code: EXIT.stopped, signal: null })
    expect(existsSync(join(lab.directory, 'node-1/lock'))).toBe(false)
    const second = await lab.start(1, [1])
    second.node.child.kill('SIGTERM')
    expect(await second.node.exited()).toEqual({ code: EXIT.stopped, signal: null })
    expect(second.node.stderr).toBe('')
  })

  it("not on a terminal's signals, which reach it beside its lab", async () => {
    const lab = await NodeLab.open(tempDirectory())
    const { node, control, clientPort } = await lab.start(1, [1])
    for (const signal of ['SIGINT', 'SIGHUP'] as const) node.child.kill(signal)
    await write(clientPort, 'a', '1')
    control.socket.destroy()
    expect(await node.exited()).toEqual({ code: EXIT.controlLost, signal: null })
  })

  it('when its control channel closes', async () => {
    const lab = await NodeLab.open(tempDirectory())
    const { node, control } = await lab.start(1, [1])
    control.socket.destroy()
    expect(await node.exited()).toEqual({ code: EXIT.controlLost, signal: null })
    expect(node.stderr).toContain('control channel lost')
  })

  it('when the lab sends what is no frame', async () => {
    const lab = await NodeLab.open(tempDirectory())
    const { node, control } = await lab.start(1, [1])
    control.socket.write('{"type":"call","call":1,"body":{"action":"dance"}}\n')
    expect(await node.exited()).toEqual({ code: EXIT.controlLost, signal: null })
    expect(node.stderr).toMatch(/action is none of/)
  })

  it('when no lab answers', async () => {
    const lab = await NodeLab.open(tempDirectory())
    const closed = await NodeLab.open(tempDirectory())
    closed.stop()
    const node = lab.spawn(1, [1], { control: { host: '127.0.0.1', port: closed.port } })
    expect((await node.exited()).code).toBe(EXIT.controlLost)
  })

  it('with 3 and a fact when its log is damaged', async () => {
    const lab = await NodeLab.open(tempDirectory())
    const first = await lab.start(1, [1])
    for (const index of upTo(5)) await write(first.clientPort, `k${index}`, 'v')
    await first.node.kill()
    const path = join(lab.directory, 'node-1', LOG_NAME)
    const bytes = readFileSync(path)
    bytes[bytes.indexOf('k2') + 1] = 0
    writeFileSync(path, bytes)
    const node = lab.spawn(1, [1])
    expect((await node.exited()).code).toBe(EXIT.storage)
    expect(node.stderr).toMatch(/paxos-000001\.log is damaged at offset \d+/)
    await eventually('the fact', () => {
      return lab.channels.some((channel) =>
        channel.facts().some((fact) => fact.type === 'storageFailed'),
      )
    })
    rmSync(path)
    const amnesiac = lab.spawn(1, [1])
    expect((await amnesiac.exited()).code).toBe(EXIT.storage)
    expect(amnesiac.stderr).toContain('must not vote')
  })

  it('with 3 when another process uses its directory', async () => {
    const lab = await NodeLab.open(tempDirectory())
    const first = await lab.start(1, [1])
    const second = lab.spawn(1, [1])
    expect((await second.exited()).code).toBe(EXIT.storage)
    expect(second.stderr).toContain(`in use by process ${first.node.pid}`)
  })

  it('with 70 and a fact when the program contradicts itself', async () => {
    const lab = await NodeLab.open(tempDirectory())
    // The signal stands for a broken invariant; nothing in the product can be made to break one.
    const plant = "process.on('SIGUSR2', () => { throw new Error('planted') })"
    const options = `--import=data:text/javascript,${encodeURIComponent(plant)}`
    const { node, control } = await lab.start(1, [1], {}, { NODE_OPTIONS: options })
    node.child.kill('SIGUSR2')
    expect((await node.exited()).code).toBe(EXIT.internal)
    expect(node.stderr).toContain('planted')
    await eventually('the fact', () => control.facts().some(({ type }) => type === 'nodeFailed'))
  })

  it('when its parent is gone, even without a lab', async () => {
    const directory = tempDirectory()
    const path = join(directory, 'node.json')
    writeFileSync(path, JSON.stringify(nodeFile({ dataDir: join(directory, 'data') })))
    const parent = spawnParent(path)
    const pid = await eventually('the pid of the node', () => {
      const ready = parseNodeToLab(parseFrame(parent.stdout.split('\n', 1)[0] ?? ''))
      return ready?.type === 'ready' && ready.pid
    })
    onTestFinished(() => killQuietly(pid))
    await parent.kill()
    await eventually('the node is gone', () => !isAlive(pid))
  })

  it('with 64 when its start file, its secret or a port is wrong', async () => {
    const lab = await NodeLab.open(tempDirectory())
    const [missing, absent] = [spawnNode([]), spawnNode([join(lab.directory, 'none.json')])]
    const open = lab.spawn(1, [1], { host: '0.0.0.0' })
    const path = join(lab.directory, 'good.json')
    writeFileSync(path, JSON.stringify(nodeFile({ dataDir: join(lab.directory, 'good') })))
    const noSecret = spawnNode([path], { PAXOS_SECRET: 'not hex' })
    const taken = lab.spawn(2, [2], { clientPort: lab.port })
    for (const node of [missing, absent, open, noSecret, taken]) {
      expect([(await node.exited()).code, node.stderr]).toEqual([EXIT.badStart, node.stderr])
    }
    expect(missing.stderr).toContain('usage: ')
    expect(absent.stderr).toContain('none.json')
    expect(open.stderr).toContain('host is not a loopback address')
    expect(noSecret.stderr).toContain('PAXOS_SECRET')
    expect(taken.stderr).toContain('EADDRINUSE')
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // Nobody may have collected it yet.
  const stat = `/proc/${pid}/stat`
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'))
}

function killQuietly(pid: number): void {
  if (isAlive(pid)) process.kill(pid, 'SIGKILL')
}

/** Sends that relied on a record; each after the `persisted` fact that covers it. */
function countSendsAfter(facts: readonly NodeReport[]): number {
  let durable = 0
  let count = 0
  for (const fact of facts) {
    if (fact.type === 'persisted') durable = fact.record
    if (fact.type !== 'sentAfter') continue
    expect(fact.after).toBeLessThanOrEqual(fact.durable)
    expect(fact.durable).toBeLessThanOrEqual(durable)
    count += 1
  }
  return count
}
