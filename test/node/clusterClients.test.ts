/** Clients of a cluster of three machines: retries at any node, ways to read, and real clients. */
import { execFile, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ClusterPorts } from '../support/clusterPorts'
import { eventually } from '../support/eventually'
import { RawClient, respOf, tempDirectory } from '../support/nodeSupport'
import { root } from '../support/tree'

/** One request and its reply on a connection that stays. */
class Asker {
  private constructor(private readonly client: RawClient) {}

  static async at(ports: ClusterPorts, node: number): Promise<Asker> {
    return new Asker(await RawClient.connect(ports.port(node)))
  }

  async ask(...args: readonly string[]): Promise<string> {
    this.client.text = ''
    this.client.send(respOf(...args) + respOf('ECHO', 'END'))
    const echo = '$3\r\nEND\r\n'
    await eventually(`answer to ${args.join(' ')}`, () => this.client.text.endsWith(echo))
    return this.client.text.slice(0, -echo.length)
  }
}

async function openCluster() {
  const ports = await ClusterPorts.open({ seed: 7 })
  const askers = [await Asker.at(ports, 1), await Asker.at(ports, 2), await Asker.at(ports, 3)]
  const [one, two, three] = askers
  if (!one || !two || !three) throw new Error('three nodes')
  await eventually('a write', async () => (await one.ask('SET', 'ready', '1')) === '+OK\r\n')
  return { ports, one, two, three }
}

describe('a session of a client', () => {
  it('S4: a request repeated at other nodes is applied once and answered alike', async () => {
    const { ports, one, two, three } = await openCluster()
    const again = await Asker.at(ports, 2)
    const id = /s\d+/.exec(await one.ask('SESSION', 'OPEN'))?.[0] ?? ''
    const replies = await Promise.all(
      [one, two, three, again].map((asker) => asker.ask('SESSION', 'DO', id, '1', 'INCR', 'n')),
    )
    expect(replies).toEqual([':1\r\n', ':1\r\n', ':1\r\n', ':1\r\n'])
    expect(await three.ask('SESSION', 'DO', id, '1', 'INCR', 'n')).toBe(':1\r\n')
    expect(await two.ask('GET', 'n')).toBe('$1\r\n1\r\n')
    const acked = await two.ask('SESSION', 'DO', id, '2', 'ACKED', '1', 'INCR', 'n')
    expect(acked).toBe(':2\r\n')
    expect(await one.ask('SESSION', 'DO', id, '1', 'INCR', 'n')).toMatch(/^-STALE /)
    expect(await one.ask('SESSION', 'CLOSE', id)).toBe(':1\r\n')
    expect(await two.ask('SESSION', 'DO', id, '3', 'INCR', 'n')).toMatch(/^-NOSESSION /)
    expect(await three.ask('GET', 'n')).toBe('$1\r\n2\r\n')
  })

  it('S4: the retry recipe finds its answer after the node that took the request died', async () => {
    const { ports, one, two } = await openCluster()
    const id = /s\d+/.exec(await two.ask('SESSION', 'OPEN'))?.[0] ?? ''
    expect(await one.ask('SESSION', 'DO', id, '1', 'INCR', 'n')).toBe(':1\r\n')
    ports.cluster.kill(1)
    const retry = await eventually('an answer of the others', async () => {
      const reply = await two.ask('SESSION', 'DO', id, '1', 'INCR', 'n')
      return !reply.startsWith('-') && reply
    })
    expect(retry).toBe(':1\r\n')
    expect(await two.ask('GET', 'n')).toBe('$1\r\n1\r\n')
  })
})

/** The example of docs/clients.md as a program that talks to these ports. */
function exampleProgram(ports: readonly number[], rest: string): string {
  const docs = readFileSync(join(root, 'docs/clients.md'), 'utf8')
  const example = /```js\n([^]*?)```/.exec(docs)?.[1] ?? ''
  const library = pathToFileURL(createRequire(import.meta.url).resolve('ioredis')).href
  const text = example
    .replace("'ioredis'", `'${library}'`)
    .replace('7001, 7002, 7003', ports.join())
  const path = join(tempDirectory(), 'example.mjs')
  writeFileSync(path, `${text}\n${rest}\nfor (const node of nodes) node.disconnect()\n`)
  return path
}

describe('the example of docs/clients.md', () => {
  it('counts once at whichever node answers, also when the first one is gone', async () => {
    const { ports } = await openCluster()
    const gone = await RawClient.connect(ports.port(1)).then(({ socket }) => socket.localPort ?? 0)
    const path = exampleProgram(
      [gone, ports.port(2), ports.port(3)],
      "await once('INCR', 'visits')\nconsole.log(await once('GET', 'visits'))",
    )
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [path])
    expect([stdout, stderr]).toEqual(['2\n', ''])
  })
})

describe('ways to read', () => {
  it.each(['log', 'confirmed', 'learner', 'propose', 'majority-value'])(
    '%s finds what was acknowledged at another node',
    async (mode) => {
      const { one, two } = await openCluster()
      expect(await one.ask('SET', 'k', 'v')).toBe('+OK\r\n')
      const found = await eventually('a value', async () => {
        const reply = await two.ask('PAXOS', 'READ', mode, 'k')
        return !reply.startsWith('-') && reply
      })
      expect(found).toMatch(/^\*8\r\n\$3\r\nkey\r\n\$1\r\nk\r\n\$5\r\nvalue\r\n\$1\r\nv\r\n/)
      expect(await two.ask('PAXOS', 'READMODE', mode)).toMatch(/^\+OK/)
      expect(await two.ask('MGET', 'k', 'k')).toBe('*2\r\n$1\r\nv\r\n$1\r\nv\r\n')
    },
  )

  it('PAXOS shows one leader and the slots that were chosen', async () => {
    const { one, three } = await openCluster()
    await one.ask('SET', 'k', 'v')
    const leader = /leader\r\n\$\d+\r\n(\d+)/.exec(await three.ask('PAXOS', 'LEADER'))?.[1]
    expect(['1', '2', '3']).toContain(leader)
    expect(await one.ask('PAXOS', 'SLOTS', '1', '3')).toContain('applied | vote')
  })
})

describe('real clients of a cluster', () => {
  it('ioredis scans, locks with CAD and learns why a command is refused', async () => {
    const { ports } = await openCluster()
    const redis = new Redis({ host: '127.0.0.1', port: ports.port(2) })
    onTestFinished(() => redis.disconnect())
    await redis.mset(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`k${n}`, 'v'])))
    const found: string[] = []
    for await (const keys of redis.scanStream({ match: 'k*', count: 20 })) found.push(...keys)
    expect(found).toHaveLength(60)
    expect(await redis.set('lock', 'me', 'NX')).toBe('OK')
    expect(await redis.set('lock', 'you', 'NX')).toBeNull()
    expect(await redis.call('CAD', 'lock', 'you')).toBe(0)
    expect(await redis.call('CAD', 'lock', 'me')).toBe(1)
    await expect(redis.set('k', 'v', 'EX', 10)).rejects.toThrow('has no clock')
    await expect(redis.multi().set('k', 'v').exec()).rejects.toThrow('no transactions')
    await expect(redis.eval('return 1', 0)).rejects.toThrow('no scripts')
    expect(await redis.quit()).toBe('OK')
  })

  it('redis-cli scans, and prints what PAXOS answers', async ({ skip }) => {
    skip(spawnSync('redis-cli', ['--version']).status !== 0, 'redis-cli is not installed')
    const { ports, one } = await openCluster()
    await one.ask('MSET', 'key1', 'v', 'key2', 'v')
    const run = async (...args: string[]) =>
      promisify(execFile)('redis-cli', ['-p', String(ports.port(3)), ...args])
    const scanned = await run('--scan', '--pattern', 'key?')
    expect(scanned.stdout.trim().split('\n').toSorted()).toEqual(['key1', 'key2'])
    const status = await run('PAXOS', 'STATUS')
    expect([status.stderr, status.stdout.split('\n').slice(0, 2)]).toEqual(['', ['node', '3']])
    const read = await run('PAXOS', 'READ', 'confirmed', 'key1')
    expect(read.stdout).toMatch(/^key\nkey1\nvalue\nv\nmode\nconfirmed\nnote\n/)
    expect((await run('SESSION', 'OPEN')).stdout).toBe('s1\n')
  })
})
