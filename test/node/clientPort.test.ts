/** The client port: pipeline order, the texts of Redis, and clients that mean harm. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkCommand } from '../../src/core/kv/commands'
import { NO_CLOCK } from '../../src/core/kv/refusedCommands'
import type { NodeFact } from '../../src/core/event'
import { Machine } from '../../src/core/machine'
import type { MachineInput, MachineReply } from '../../src/core/machineTypes'
import { DEFAULT_REPLICA } from '../../src/core/paxos/config'
import { ClientPort, IN_FLIGHT_MAX, PARTIAL_WAIT_MS } from '../../src/main/node/clientPort'
import { CLIENT_IN_FLIGHT_MAX } from '../../src/main/node/clientSession'
import { LocalCommands } from '../../src/main/node/localCommands'
import { Refusals } from '../../src/main/node/refusals'
import { PLAIN_RULES, statusOf } from '../support/clusterPorts'
import { eventually } from '../support/eventually'
import { RawClient, respOf, upTo } from '../support/nodeSupport'

type Request = Extract<MachineInput, { type: 'request' }>

const DEADLINE_MS = 5000
/** A port whose machine is the test: it sees the requests and answers when it likes. */
async function rig(more: { clientsMax?: number } = {}) {
  const clientsMax = more.clientsMax ?? 100
  const requests: Request[] = []
  const abandoned: number[] = []
  const facts: NodeFact[] = []
  let tags = 0
  const port: ClientPort = new ClientPort({
    clientsMax,
    requestDeadlineMs: DEADLINE_MS,
    refusals: new Refusals((fact) => facts.push(fact)),
    newTag: () => ++tags,
    push: (input) => {
      if (input.type === 'request') requests.push(input)
      if (input.type === 'abandon') abandoned.push(...input.tags)
    },
    local: new LocalCommands({
      node: 1,
      flush: true,
      clientsMax,
      info: (sections) => `sections:${sections.join()}`,
      clients: () => port.list,
      inside: {
        status: () =>
          statusOf(new Machine({ ...DEFAULT_REPLICA, node: 1, members: [1] }, 1).status()),
        slots: () => [],
        clientAddress: () => '127.0.0.1:6379',
        rules: PLAIN_RULES,
      },
    }),
  })
  onTestFinished(() => port.close())
  const number = await port.listen('127.0.0.1', 0)
  return { port, requests, abandoned, facts, connect: () => RawClient.connect(number) }
}

function done(request: Request, resp: string): MachineReply {
  return { tag: request.tag, outcome: 'done', resp }
}

async function answerTo(...args: readonly string[]): Promise<string> {
  const { connect, port, requests } = await rig()
  const client = await connect()
  client.send(respOf(...args))
  return eventually('an answer', () => {
    // Stands for the machine, which checks every command that the port does not know.
    for (const request of requests.splice(0)) {
      port.onReplies([done(request, `-${checkCommand(request.args) ?? 'OK'}\r\n`)])
    }
    return client.text || null
  })
}

describe('without a free file descriptor', () => {
  it('the newest client goes, the older ones are served, and it is counted', async () => {
    const { connect, port, facts } = await rig()
    const [older, newer] = [await connect(), await connect()]
    await eventually('both are taken', () => port.clients === 2)
    const error = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' })
    port['server'].emit('error', error)
    await eventually('the newer one is closed', () => newer.closed)
    older.send(respOf('PING'))
    await eventually('an answer', () => older.text === '+PONG\r\n')
    expect(facts).toMatchObject([{ type: 'connectionRefused', reason: 'accept EMFILE' }])
  })
})

describe('a pipeline', () => {
  it('is answered in order, whatever is ready first; local commands wait', async () => {
    const { connect, port, requests } = await rig()
    const client = await connect()
    client.send(respOf('SET', 'a', '1') + respOf('PING') + respOf('GET', 'a') + respOf('PING', 'x'))
    await eventually('both requests', () => requests.length === 2)
    port.onReplies([done(requests[1]!, '$1\r\n1\r\n')])
    expect(client.text).toBe('')
    port.onReplies([done(requests[0]!, '+OK\r\n')])
    await eventually('answers', () => client.text === '+OK\r\n+PONG\r\n$1\r\n1\r\n$1\r\nx\r\n')
    expect(port.acked).toBe(2)
    expect(port.inFlight).toBe(0)
  })

  it('longer than the bound is read on as answers leave', async () => {
    const { connect, port, requests } = await rig()
    const client = await connect()
    const count = CLIENT_IN_FLIGHT_MAX * 3
    client.send(
      upTo(count)
        .map((index) => respOf('GET', `k${index}`))
        .join(''),
    )
    await eventually('stalled', () => requests.length === CLIENT_IN_FLIGHT_MAX)
    let answered = 0
    await eventually('all answered', () => {
      const batch = requests.splice(0)
      port.onReplies(batch.map((request) => done(request, `:${++answered}\r\n`)))
      return client.lines().length === count
    })
    expect(client.text).toBe(
      upTo(count)
        .map((index) => `:${index}\r\n`)
        .join(''),
    )
  })

  it('of all clients together is bounded, and goes on', async () => {
    const { connect, port, requests } = await rig()
    const many = IN_FLIGHT_MAX / CLIENT_IN_FLIGHT_MAX + 2
    const clients = await Promise.all(upTo(many).map(() => connect()))
    const text = respOf('GET', 'k').repeat(CLIENT_IN_FLIGHT_MAX)
    for (const client of clients) client.send(text)
    await eventually('full', () => requests.length === IN_FLIGHT_MAX)
    await eventually('all answered', () => {
      port.onReplies(requests.splice(0).map((request) => done(request, ':1\r\n')))
      return clients.every((client) => client.lines().length === CLIENT_IN_FLIGHT_MAX)
    })
  })

  it('ends after QUIT and after the end of the client, when what waits is answered', async () => {
    const { connect, port, requests } = await rig()
    const [quitter, leaver] = [await connect(), await connect()]
    quitter.send(respOf('GET', 'a') + respOf('QUIT') + respOf('GET', 'never'))
    leaver.send(respOf('GET', 'b'))
    leaver.socket.end()
    await eventually('both requests', () => requests.length === 2)
    port.onReplies(requests.map((request) => done(request, '$-1\r\n')))
    await eventually('closed', () => quitter.closed && leaver.closed)
    expect(quitter.text).toBe('$-1\r\n+OK\r\n')
    expect(leaver.text).toBe('$-1\r\n')
    expect(requests).toHaveLength(2)
  })

  it('of a client that is gone leaves nothing behind', async () => {
    const { connect, port, requests } = await rig()
    const client = await connect()
    client.send(respOf('GET', 'a'))
    await eventually('the request', () => requests.length === 1)
    client.socket.resetAndDestroy()
    await eventually('closed', () => port.clients === 0)
    port.onReplies([done(requests[0]!, '$-1\r\n')])
    expect(port.inFlight).toBe(0)
  })
})

describe('a request past its deadline', () => {
  it('is abandoned once, and its client is told what is known', async () => {
    const { connect, port, requests, abandoned } = await rig()
    const client = await connect()
    client.send(respOf('SET', 'a', '1') + respOf('SET', 'b', '2'))
    await eventually('both requests', () => requests.length === 2)
    port.sweep(performance.now())
    expect(abandoned).toEqual([])
    port.sweep(performance.now() + DEADLINE_MS)
    port.sweep(performance.now() + DEADLINE_MS)
    const [first, second] = requests.map(({ tag }) => tag)
    expect(abandoned).toEqual([first, second])
    port.onReplies([
      { tag: first!, outcome: 'unknown', words: 'it may\r\nstill be chosen' },
      { tag: second!, outcome: 'notSent', words: 'no leader' },
    ])
    const wanted = '-UNKNOWN it may still be chosen\r\n-NOLEADER no leader\r\n'
    await eventually('answers', () => client.text === wanted)
    expect([port.acked, port.unanswered]).toEqual([0, 2])
  })
})

describe('answers as those of Redis', () => {
  it.each([
    [['PING'], '+PONG\r\n'],
    [['ping', 'hi'], '$2\r\nhi\r\n'],
    [['PING', 'a', 'b'], "-ERR wrong number of arguments for 'ping' command\r\n"],
    [['ECHO', 'x'], '$1\r\nx\r\n'],
    [['ECHO'], "-ERR wrong number of arguments for 'echo' command\r\n"],
    [['SELECT', '0'], '+OK\r\n'],
    [['SELECT', '1'], '-ERR DB index is out of range\r\n'],
    [['SELECT', 'x'], '-ERR value is not an integer or out of range\r\n'],
    [['HELLO', '3'], '-NOPROTO unsupported protocol version\r\n'],
    [['HELLO', 'x'], '-ERR Protocol version is not an integer or out of range\r\n'],
    [['HELLO', '2', 'FOO'], "-ERR Syntax error in HELLO option 'FOO'\r\n"],
    [['CLIENT', 'SETNAME', 'me'], '+OK\r\n'],
    [['CLIENT', 'GETNAME'], '$-1\r\n'],
    [['CLIENT', 'SETINFO', 'LIB-NAME', 'x'], '+OK\r\n'],
    [['CLIENT', 'ID'], ':1\r\n'],
    [['CLIENT', 'NOPE'], "-ERR unknown subcommand 'NOPE'. Try CLIENT HELP.\r\n"],
    [['CLIENT', 'GETNAME', 'x'], "-ERR wrong number of arguments for 'client|getname' command\r\n"],
    [['CONFIG', 'GET', 'save'], '*2\r\n$4\r\nsave\r\n$0\r\n\r\n'],
    [['CONFIG', 'GET', 'appendonly'], '*2\r\n$10\r\nappendonly\r\n$3\r\nyes\r\n'],
    [['CONFIG', 'GET', 'nothing'], '*0\r\n'],
    [['CONFIG', 'GET', '[st]imeout'], '*2\r\n$7\r\ntimeout\r\n$1\r\n0\r\n'],
    [['CONFIG', 'GET', 'SAVE'], '*2\r\n$4\r\nsave\r\n$0\r\n\r\n'],
    [['EXPIRE', 'k', '1'], `-ERR EXPIRE is refused: ${NO_CLOCK}\r\n`],
    [['COMMAND', 'DOCS'], '*0\r\n'],
    [['COMMAND', 'INFO', 'nope'], '*1\r\n*-1\r\n'],
    [['INFO', 'server'], '$15\r\nsections:server\r\n'],
    [['RESET'], '+RESET\r\n'],
    [['foo', 'a'], "-ERR unknown command 'foo', with args beginning with: 'a' \r\n"],
    [['GET'], "-ERR wrong number of arguments for 'get' command\r\n"],
    [['constructor'], "-ERR unknown command 'constructor', with args beginning with: \r\n"],
  ])('%j', async (args, answer) => {
    expect(await answerTo(...args)).toBe(answer)
  })

  it('HELLO without a version or with 2 describes the server', async () => {
    for (const args of [['HELLO'], ['HELLO', '2', 'SETNAME', 'me']]) {
      expect(await answerTo(...args)).toMatch(/^\*14\r\n\$6\r\nserver\r\n.*proto\r\n:2\r\n/s)
    }
  })

  it('COMMAND lists as many entries as COMMAND COUNT says', async () => {
    const count = /^:(\d+)\r\n$/.exec(await answerTo('COMMAND', 'COUNT'))?.[1]
    expect(Number(count)).toBeGreaterThan(20)
    expect(await answerTo('COMMAND')).toMatch(
      new RegExp(`^\\*${count}\\r\\n\\*6\\r\\n\\$3\\r\\nget`),
    )
  })

  it.each([
    ['*1\r\n$x\r\n', '-ERR Protocol error: invalid bulk length\r\n'],
    ['*x\r\n', '-ERR Protocol error: invalid multibulk length\r\n'],
    ['*1\r\nPING\r\n', "-ERR Protocol error: expected '$', got 'P'\r\n"],
    ['"open\r\n', '-ERR Protocol error: unbalanced quotes in request\r\n'],
  ])('a broken request closes: %j', async (bytes, answer) => {
    const { connect, facts } = await rig()
    const client = await connect()
    client.send(`${respOf('PING')}${bytes}`)
    await eventually('closed', () => client.closed)
    expect(client.text).toBe(`+PONG\r\n${answer}`)
    expect(facts).toHaveLength(1)
  })
})

describe('clients that mean harm', () => {
  it.each(['POST / HTTP/1.1\r\n', 'Host: localhost\r\n', 'GET / HTTP/1.1\r\nHost: x\r\n'])(
    'a page that posts is cut off before a command gets in: %j',
    async (head) => {
      const { connect, requests, facts } = await rig()
      const client = await connect()
      client.send(`${head}\r\n${respOf('SET', 'a', 'evil')}`)
      await eventually('closed', () => client.closed)
      expect(requests.filter(({ args }) => args[0] === 'SET')).toEqual([])
      expect(facts).toEqual([
        { type: 'connectionRefused', port: 'client', reason: 'HTTP request on the client port' },
      ])
    },
  )

  it('one client too many is told so, and the others go on', async () => {
    const { connect, port } = await rig({ clientsMax: 2 })
    const [first, second] = [await connect(), await connect()]
    first.send(respOf('PING'))
    second.send(respOf('PING'))
    await eventually('answers', () => first.text === '+PONG\r\n' && second.text === '+PONG\r\n')
    const third = await connect()
    await eventually('refused', () => third.closed)
    expect(third.text).toBe('-ERR max number of clients reached\r\n')
    first.socket.destroy()
    await eventually('a place is free', () => port.clients === 1)
    const fourth = await connect()
    fourth.send(respOf('PING'))
    await eventually('served', () => fourth.text === '+PONG\r\n')
  })

  it('a request that never ends is closed after a while; an idle client may stay', async () => {
    const { connect, port } = await rig()
    const [slow, idle] = [await connect(), await connect()]
    slow.send('*2\r\n$3\r\nGE')
    idle.send(respOf('PING'))
    await eventually('idle is served', () => idle.text !== '')
    await eventually('half a request', () => [...port.list].some((one) => one.partialSinceMs))
    port.sweep(performance.now() + PARTIAL_WAIT_MS / 2)
    expect(port.clients).toBe(2)
    port.sweep(performance.now() + PARTIAL_WAIT_MS + 1000)
    await eventually('slow is closed', () => slow.closed)
    expect(idle.closed).toBe(false)
  })

  it('a busy client is never cut off for the request that a chunk happens to split', async () => {
    const { connect, port } = await rig()
    const client = await connect()
    const half = respOf('PING').slice(0, 8)
    client.send(half)
    await eventually('half a request', () => [...port.list].some((one) => one.partialSinceMs))
    const before = [...port.list][0]!.partialSinceMs!
    client.send(respOf('PING').slice(8) + half)
    await eventually('answered', () => client.text === '+PONG\r\n')
    expect([...port.list][0]!.partialSinceMs).toBeGreaterThan(before)
  })

  it('one that does not read is not read either', async () => {
    const { connect, port } = await rig()
    const deaf = await connect()
    deaf.socket.pause()
    let sent = 0
    const ping = respOf('ECHO', 'x'.repeat(60_000)).repeat(10)
    await eventually('stalled', () => {
      if (sent < 200) deaf.send(ping)
      sent += 1
      return [...port.list].some((session) => session.isStalled)
    })
    const [session] = [...port.list]
    expect(session!.socket.writableLength).toBeLessThan(4 * 1024 * 1024)
    deaf.socket.resume()
    await eventually('goes on', () => deaf.text.length >= Math.min(sent, 200) * 600_000)
  })
})
