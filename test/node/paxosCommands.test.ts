/** PAXOS and SESSION at the client port: what goes to the machine, and what is answered at once. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { Machine } from '../../src/core/machine'
import type { LearnerReadResult } from '../../src/core/event'
import type { MachineInput, SlotView } from '../../src/core/machineTypes'
import { DEFAULT_REPLICA } from '../../src/core/paxos/config'
import { ClientPort } from '../../src/main/node/clientPort'
import { LocalCommands } from '../../src/main/node/localCommands'
import { READ_KEYS_MAX } from '../../src/main/node/clientRoutes'
import { nodeRules, rulePairs } from '../../src/main/node/nodeRules'
import { Refusals } from '../../src/main/node/refusals'
import { parseSessionDo } from '../../src/main/node/sessionCommands'
import { PLAIN_RULES, statusOf } from '../support/clusterPorts'
import { eventually } from '../support/eventually'
import { RawClient, respOf, upTo } from '../support/nodeSupport'

const DEADLINE_MS = 5000
const NOT_ASKED = { replies: [] } as const

/** Slot 1 is applied and the others are open. */
function slotViews(from: number, count: number): SlotView[] {
  const ballot = { round: 3, node: 2 }
  const value = { id: '1.1:7', text: 'SET k "é\r\n…' }
  return upTo(count).map((index) =>
    from + index === 2
      ? { slot: 1, state: 'applied', vote: { ballot, ...value }, chosen: value }
      : { slot: from + index - 1, state: 'open', vote: null, chosen: null },
  )
}

/** A port whose machine is the test, and one client. */
async function rig() {
  const pushed: MachineInput[] = []
  let tags = 0
  const machine = new Machine({ ...DEFAULT_REPLICA, node: 1, members: [1, 2, 3] }, 4)
  const port: ClientPort = new ClientPort({
    clientsMax: 10,
    requestDeadlineMs: DEADLINE_MS,
    refusals: new Refusals(() => {}),
    newTag: () => ++tags,
    push: (input) => pushed.push(input),
    local: new LocalCommands({
      node: 1,
      flush: true,
      clientsMax: 10,
      info: () => '',
      clients: () => port.list,
      inside: {
        status: () => ({ ...statusOf(machine.status()), leader: { round: 9, node: 1 } }),
        slots: slotViews,
        clientAddress: () => '127.0.0.1:6379',
        rules: PLAIN_RULES,
      },
    }),
  })
  onTestFinished(() => port.close())
  const client = await RawClient.connect(await port.listen('127.0.0.1', 0))
  return { port, pushed, client }
}

/** Waits for the next inputs that the port hands to the machine. */
function taken(pushed: MachineInput[], count: number): Promise<MachineInput[]> {
  return eventually(`${count} inputs`, () => pushed.length >= count && pushed.splice(0))
}

function answer(...args: readonly string[]): Promise<string> {
  return rig().then(async ({ client }) => {
    client.send(respOf(...args))
    return eventually('an answer', () => client.text || null)
  })
}

function chosen(value: string | null): LearnerReadResult {
  return { verdict: 'chosen', value, reason: '', ...NOT_ASKED }
}

function undetermined(reason: string): LearnerReadResult {
  return { verdict: 'undetermined', value: null, reason, ...NOT_ASKED }
}

describe('SESSION DO', () => {
  it.each([
    [['s1', '7', 'SET', 'k', 'v'], { id: 's1', seq: 7, ackedThrough: 0 }, ['SET', 'k', 'v']],
    [
      ['s12', '7', 'acked', '6', 'INCR', 'k'],
      { id: 's12', seq: 7, ackedThrough: 6 },
      ['INCR', 'k'],
    ],
    [['s1', '1', 'ACKED', '0', 'GET', 'k'], { id: 's1', seq: 1, ackedThrough: 0 }, ['GET', 'k']],
  ])('%j is taken apart', (rest, session, command) => {
    expect(parseSessionDo(['SESSION', 'DO', ...rest])).toEqual({ ok: true, session, command })
  })

  it.each([
    [[], "-ERR wrong number of arguments for 'session|do' command\r\n"],
    [['s1', '1'], "-ERR wrong number of arguments for 'session|do' command\r\n"],
    [['s1', '2', 'ACKED', '1'], "-ERR wrong number of arguments for 'session|do' command\r\n"],
    [['1.4', '1', 'GET', 'k'], "-NOSESSION '1.4' is no name of a session"],
    [['s01', '1', 'GET', 'k'], "-NOSESSION 's01' is no name of a session"],
    [['s1', '0', 'GET', 'k'], '-ERR the number of a request'],
    [['s1', '9'.repeat(16), 'GET', 'k'], '-ERR the number of a request'],
    [['s1', '2', 'ACKED', '2', 'GET', 'k'], '-ERR ACKED names an earlier request'],
    [['s1', '2', 'ACKED', 'x', 'GET', 'k'], '-ERR ACKED names an earlier request'],
    [['s1', '2', 'session', 'OPEN'], '-ERR SESSION stands inside no SESSION DO'],
  ])('%j is refused', (rest, words) => {
    const parsed = parseSessionDo(['SESSION', 'DO', ...rest])
    expect(parsed.ok || parsed.reply).toContain(words)
  })

  it('is a request in the session that it names; OPEN and CLOSE are in the node’s', async () => {
    const { client, pushed } = await rig()
    client.send(respOf('session', 'do', 's3', '2', 'ACKED', '1', 'INCR', 'n'))
    client.send(respOf('SESSION', 'OPEN') + respOf('SESSION', 'CLOSE', 's3'))
    expect(await taken(pushed, 3)).toEqual([
      {
        type: 'request',
        tag: 1,
        args: ['INCR', 'n'],
        session: { id: 's3', seq: 2, ackedThrough: 1 },
      },
      { type: 'request', tag: 2, args: ['SESSION', 'OPEN'] },
      { type: 'request', tag: 3, args: ['SESSION', 'CLOSE', 's3'] },
    ])
  })

  it('HELP lists the subcommands', async () => {
    expect(await answer('SESSION', 'HELP')).toMatch(/^\*4\r\n\+SESSION .*\r\n\+OPEN /)
  })
})

describe('PAXOS answers at once', () => {
  it.each([
    [['PAXOS', 'STATUS'], /^\*46\r\n\$4\r\nnode\r\n\$1\r\n1\r\n\$4\r\nlife\r\n\$1\r\n4\r\n/],
    [
      ['PAXOS', 'LEADER'],
      /leader\r\n\$1\r\n1\r\n[^]*9\.1\r\n[^]*yes\r\n[^]*127\.0\.0\.1:6379\r\n$/,
    ],
    [['paxos', 'acceptor'], /^\*10\r\n\$8\r\npromised\r\n\$3\r\n0\.0\r\n/],
    [['PAXOS', 'HELP'], /^\*7\r\n\+PAXOS /],
    [['PAXOS', 'READMODE'], /^\$3\r\nlog\r\n$/],
    [['PAXOS', 'READMODE', 'Confirmed'], /^\+OK\r\n$/],
    [['PAXOS', 'READMODE', 'majority-value'], /^\+OK UNSAFE: /],
    [['PAXOS', 'READMODE', 'local'], /^\+OK UNSAFE: .* may be stale\r\n$/],
    [['PAXOS', 'READMODE', 'quick'], /^-ERR there is no read mode 'quick'; there are log, /],
    [['PAXOS', 'READ', 'quick', 'k'], /^-ERR there is no read mode 'quick'/],
    [['PAXOS', 'READ', 'log'], /^-ERR wrong number of arguments for 'paxos\|read' command/],
    [['PAXOS', 'NOPE'], /^-ERR unknown subcommand 'NOPE'. Try PAXOS HELP/],
    [['PAXOS'], /^-ERR wrong number of arguments for 'paxos' command/],
    [['PAXOS', 'SLOTS', '0'], /^-ERR a slot and a count are integers from 1 on/],
    [['PAXOS', 'SLOTS', '5'], /^\*10\r\n\$41\r\n5 open \| no vote \| not known to be chosen\r\n/],
    [['PAXOS', 'SLOTS', '1', '9999'], /^\*200\r\n/],
  ])('%j', async (args, wanted) => expect(await answer(...args)).toMatch(wanted))

  it('STATUS tells the rules of the node, and what is not safe says so', async () => {
    const told =
      /variant [^]*lamport [^]*mutant [^]*none [^]*phases [^]*both [^]*flush [^]*on [^]*yes/
    expect((await answer('PAXOS', 'STATUS')).replaceAll('\r\n', ' ')).toMatch(told)
    const blog = { ...DEFAULT_REPLICA, node: 1, members: [1, 2, 3], variant: 'blog2014' } as const
    const hunted = nodeRules({ ...blog, variant: 'lamport', mutant: 'M5' }, true, true, 'B')
    expect(Object.fromEntries(rulePairs(hunted))).toMatchObject({
      mutant: 'unnamed mutant B: deliberately broken',
    })
    const unsafe = rulePairs(nodeRules({ ...blog, phases: 'second' }, false, true))
    expect(Object.fromEntries(unsafe)).toEqual({
      ...{ variant: 'blog2014 (not Paxos)', mutant: 'none', phases: 'second (UNSAFE)' },
      ...{ flush: 'off (UNSAFE)', votes: 'yes' },
    })
    const roles = { proposers: [1], acceptors: [2, 3], learners: [1] }
    expect(nodeRules({ ...blog, roles }, true, true).votes).toBe(false)
    expect(nodeRules({ ...blog, votes: false }, true, true).votes).toBe(false)
    expect(nodeRules(blog, true, false).votes).toBe(false)
  })

  it('SLOTS shows a value as one line of a terminal', async () => {
    const text = 'SET k "???...'
    const line = `1 applied | vote 3.2 1.1:7 "${text}" | chosen 1.1:7 "${text}"`
    const reply = await answer('PAXOS', 'SLOTS', '1', '1')
    expect(reply).toBe(`*1\r\n$${line.length}\r\n${line}\r\n`)
  })
})

describe('PAXOS READ', () => {
  it('asks the machine in that mode, and says what the answer is worth', async () => {
    const { client, pushed, port } = await rig()
    client.send(respOf('PAXOS', 'READ', 'majority-value', 'k') + respOf('PING'))
    const subject = { kind: 'key', key: 'k' }
    const wanted = [{ type: 'read', tag: 1, subject, mode: 'valueMajority' }]
    expect(await taken(pushed, 1)).toEqual(wanted)
    port.onReads([{ tag: 99, result: chosen('of the lab') }])
    expect(client.text).toBe('')
    port.onReads([{ tag: 1, result: chosen('v') }])
    await eventually('both answers', () => client.text.endsWith('+PONG\r\n'))
    expect(client.text).toMatch(/^\*8\r\n\$3\r\nkey\r\n\$1\r\nk\r\n\$5\r\nvalue\r\n\$1\r\nv\r\n/)
    expect(client.text).toContain('UNSAFE')
    expect([port.inFlight, port.acked, port.unanswered]).toEqual([0, 1, 0])
  })

  it('undetermined is an error and no value', async () => {
    const { client, pushed, port } = await rig()
    client.send(respOf('PAXOS', 'READ', 'learner', 'k'))
    await taken(pushed, 1)
    port.onReads([{ tag: 1, result: undetermined('1 of 3\r\nanswered') }])
    await eventually('the answer', () => client.text === '-UNDETERMINED 1 of 3 answered\r\n')
    expect([port.acked, port.unanswered]).toEqual([0, 1])
  })
})

describe('PAXOS READMODE', () => {
  async function inMode(mode: string) {
    const all = await rig()
    all.client.send(respOf('PAXOS', 'READMODE', mode))
    await eventually('the mode', () => all.client.text === '+OK\r\n')
    all.client.text = ''
    return all
  }

  it('sends reads of keys as reads, writes and scans through the log, until RESET', async () => {
    const { client, pushed } = await inMode('lease')
    const commands = [['GET', 'a'], ['SET', 'a', '1'], ['DBSIZE'], ['SCAN', '0'], ['GET']]
    client.send(commands.map((args) => respOf(...args)).join(''))
    const inputs = await taken(pushed, commands.length)
    expect(inputs.map((input) => input.type)).toEqual(['read', ...Array(4).fill('request')])
    expect(inputs[0]).toMatchObject({ mode: 'lease', subject: { kind: 'key', key: 'a' } })
    client.send(respOf('RESET') + respOf('GET', 'a'))
    expect(await taken(pushed, 1)).toMatchObject([{ type: 'request', args: ['GET', 'a'] }])
  })

  it.each([
    [['GET', 'a'], '$1\r\n1\r\n'],
    [['GET', 'none'], '$-1\r\n'],
    [['STRLEN', 'b'], ':3\r\n'],
    [['EXISTS', 'a', 'a', 'none'], ':2\r\n'],
    [['MGET', 'b', 'none', 'a'], '*3\r\n$3\r\ntwo\r\n$-1\r\n$1\r\n1\r\n'],
    [['GETRANGE', 'b', '1', '-1'], '$2\r\nwo\r\n'],
    [['TYPE', 'none'], '+none\r\n'],
  ])('%j is answered as through the log', async (args, reply) => {
    const { client, pushed, port } = await inMode('confirmed')
    const held: Readonly<Record<string, string>> = { a: '1', b: 'two' }
    client.send(respOf(...args))
    const keys = new Set(args.slice(1, args[0] === 'GETRANGE' ? 2 : undefined))
    for (const input of await taken(pushed, keys.size)) {
      if (input.type !== 'read' || input.subject.kind !== 'key') throw new Error('no read')
      port.onReads([{ tag: input.tag, result: chosen(held[input.subject.key] ?? null) }])
    }
    await eventually('the answer', () => client.text === reply)
    expect(port.inFlight).toBe(0)
  })

  it('one key undetermined makes the whole answer so', async () => {
    const { client, pushed, port } = await inMode('learner')
    client.send(respOf('MGET', 'a', 'b') + respOf('PING'))
    const [first, second] = await taken(pushed, 2)
    if (first?.type !== 'read' || second?.type !== 'read') throw new Error('no reads')
    port.onReads([{ tag: first.tag, result: undetermined('open') }])
    port.onReads([{ tag: second.tag, result: chosen('2') }])
    await eventually('answers', () => client.text === '-UNDETERMINED open\r\n+PONG\r\n')
    expect(port.inFlight).toBe(0)
  })

  it('a read past its deadline is undetermined, and its late answer is dropped', async () => {
    const { client, pushed, port } = await inMode('learner')
    client.send(respOf('MGET', 'a', 'b'))
    const [first] = await taken(pushed, 2)
    port.sweep(performance.now())
    expect(client.text).toBe('')
    port.sweep(performance.now() + DEADLINE_MS)
    await eventually('the answer', () => client.text === '-UNDETERMINED not answered in time\r\n')
    if (first?.type !== 'read') throw new Error('no read')
    port.onReads([{ tag: first.tag, result: chosen('late') }])
    expect(port.inFlight).toBe(0)
  })

  it('takes a bounded count of keys', async () => {
    const { client, pushed } = await inMode('learner')
    client.send(respOf('MGET', ...upTo(READ_KEYS_MAX + 1).map((index) => `k${index}`)))
    await eventually('refused', () =>
      client.text.startsWith(`-ERR read mode learner takes at most ${READ_KEYS_MAX} keys`),
    )
    expect(pushed).toEqual([])
  })
})
