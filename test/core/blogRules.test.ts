/** The rules of the variant "Blog 2014 (as published)", one test a difference to Lamport's Paxos. */
import { describe, expect, it } from 'vitest'
import { ballotOfNumber, blogQuorum, nextBlogNumber } from '../../src/core/blog/numbers'
import { compareBallot, formatBallot } from '../../src/core/paxos/ballot'
import type { Message } from '../../src/core/paxos/message'
import { parseFrame } from '../../src/shared/frame'
import { parseMessage } from '../../src/shared/wire'
import { HandNet } from '../support/handNet'
import { nodesTo } from '../support/paxos'
import { unsoundClaims } from '../support/soundness'

const BLOG = { variant: 'blog2014', mode: 'single' } as const
const OK = '+OK\r\n'

const blog = (nodes: number): HandNet => new HandNet(nodes, BLOG)
const statusOf = (net: HandNet, node: number) => net.machine(node).status()
const heldAt = (net: HandNet, node: number) => net.machine(node).slots(1, 1)[0]?.vote?.text ?? null

function tell(net: HandNet, node: number, from: number, message: Message): void {
  net.step(node, { type: 'message', from, message })
}

describe('quorum and numbers', () => {
  it.each([
    [3, 2, 3],
    [5, 3, 4],
    [7, 4, 5],
    [15, 8, 9],
    [4, 2, 3],
  ])('%i nodes: %i promises of others, %i with its own', (nodes, others, withSelf) => {
    expect(blogQuorum(nodes)).toBe(others)
    const net = blog(nodes)
    const tag = net.request(1, 'SET', 'v', 'A')
    net.deliver('blogPrepare', [1], net.members)
    const answering = net.members.slice(1, withSelf)
    expect(answering).toHaveLength(others)
    expect(net.deliver('blogPromise', answering.slice(1), [1])).toBe(others - 1)
    expect(net.resp(tag)).toBeUndefined()
    net.deliver('blogPromise', answering, [1])
    expect(net.resp(tag)).toBe(OK)
    expect(net.factsOf('elected')[0]?.witnesses).toHaveLength(withSelf)
  })

  it('the number that follows is floor(highest / N) * N + id', () => {
    expect([1, 2, 3, 4, 5].map((id) => nextBlogNumber(0, 5, id))).toEqual([1, 2, 3, 4, 5])
    expect([1, 2, 3, 4, 5].map((id) => nextBlogNumber(7, 5, id))).toEqual([6, 7, 8, 9, 10])
  })

  it('it can repeat, where Lamport wants a number never used before', () => {
    const net = blog(5)
    const [first, second] = [0, 0].map(() => {
      const tag = net.request(1, 'SET', 'v', 'A')
      net.step(1, { type: 'abandon', tags: [tag] })
      return net.messages('blogPrepare').at(-1)?.number
    })
    expect([first, second]).toEqual([1, 1])
    expect(net.factsOf('bid').map(({ ballot }) => formatBallot(ballot))).toEqual(['1.1', '1.1'])
  })

  it('it can lie below its own promise, which then goes down', () => {
    const net = blog(5)
    tell(net, 1, 3, { type: 'blogPrepare', number: 3, value: 'x' })
    expect(statusOf(net, 1).promised).toEqual({ round: 1, node: 3 })
    net.request(1, 'SET', 'v', 'A')
    expect(net.messages('blogPrepare')[0]?.number).toBe(1)
    expect(statusOf(net, 1).promised).toEqual({ round: 1, node: 1 })
    const promised = net.factsOf('promised').map(({ ballot }) => formatBallot(ballot))
    expect(promised).toEqual(['1.3', '1.1'])
  })

  it('facts name a number as a ballot of the same order', () => {
    const ballots = nodesTo(17).map((number) => ballotOfNumber(number, [1, 2, 4, 7, 9]))
    expect(ballots.slice(3, 7).map(formatBallot)).toEqual(['1.7', '1.9', '2.1', '2.2'])
    for (const [at, ballot] of ballots.slice(1).entries()) {
      expect(compareBallot(ballot, ballots[at]!)).toBeGreaterThan(0)
    }
  })

  it('a cluster without enough others refuses a write in words', () => {
    const net = blog(1)
    expect(net.resp(net.request(1, 'SET', 'v', 'A'))).toMatch(/^-ERR .* needs 1 other nodes/)
  })
})

describe('a write', () => {
  it('prepare carries the value; a promise tells the held value without its number', () => {
    const net = blog(5)
    net.request(1, 'SET', 'v', 'A')
    const [prepare] = net.messages('blogPrepare')
    expect(prepare).toEqual({ type: 'blogPrepare', number: 1, value: '1.1:1:0|3:SET1:v1:A' })
    net.deliverAll()
    tell(net, 2, 5, { type: 'blogPrepare', number: 10, value: prepare?.value ?? '' })
    const promise = net.messages('blogPromise').at(-1)
    expect(promise).toEqual({ type: 'blogPromise', number: 10, value: prepare?.value })
  })

  it('success is told at the promise quorum: no accept has left, and none is ever answered', () => {
    const net = blog(5)
    const tag = net.request(1, 'SET', 'v', 'A')
    net.deliver('blogPrepare', [1], [2, 3, 4])
    net.deliver('blogPromise', [2, 3, 4], [1])
    expect(net.resp(tag)).toBe(OK)
    const types = net.facts.filter(({ node }) => node === 1).map(({ fact }) => fact.type)
    const order = ['bid', 'promised', 'elected', 'acknowledged', 'issued', 'voted', 'steppedDown']
    expect(types).toEqual(order)
    const before = net.sent.length
    expect(net.deliver('blogAccept', [1], [2, 3, 4, 5])).toBe(4)
    expect(net.sent).toHaveLength(before)
    expect(net.members.map((node) => heldAt(net, node))).toEqual(Array(5).fill('SET v A'))
    expect(net.factsOf('chosen')).toEqual([])
  })

  it('S10: an acknowledgement comes before anything is chosen, also when nothing goes wrong', () => {
    const net = blog(5)
    net.request(1, 'SET', 'v', 'A')
    net.deliverAll()
    const unsound = unsoundClaims(net.facts, 5)
    expect(unsound).toEqual([{ node: 1, what: 'acknowledged', id: '1.1:1', chosen: [] }])
  })

  it('one rejection ends the attempt, and nothing is tried again', () => {
    const net = blog(5)
    tell(net, 2, 5, { type: 'blogPrepare', number: 5, value: 'x' })
    const tag = net.request(1, 'SET', 'v', 'A')
    net.deliver('blogPrepare', [1], [2, 3, 4, 5])
    net.deliver('blogPromise', [3, 4], [1])
    expect(net.deliver('blogReject', [2], [1])).toBe(1)
    expect(net.resp(tag)).toBe('-REJECTED number 1 by number 5; nothing was written\r\n')
    const rival = { round: 1, node: 5 }
    expect(net.factsOf('preempted')).toMatchObject([{ by: 1, rival, phase: 1 }])
    // Enough promises come too late.
    net.deliverAll()
    expect(net.messages('blogAccept')).toEqual([])
    expect(net.messages('blogPrepare')).toHaveLength(4)
  })

  it('a promise that tells another value ends it, where Lamport must adopt that value', () => {
    const net = blog(5)
    tell(net, 2, 4, { type: 'blogAccept', number: 4, value: '4.1:1:0|3:SET1:v1:D' })
    const tag = net.request(5, 'SET', 'v', 'B')
    net.deliver('blogPrepare', [5], [1, 2, 3])
    net.deliver('blogPromise', [1, 2, 3], [5])
    expect(net.resp(tag)).toBe('-ABORTED node 2 holds "SET v D"\r\n')
    expect(net.messages('blogAccept')).toEqual([])
  })

  it('the same value may be written again; another is refused at once by a member that holds one', () => {
    const net = blog(5)
    net.request(1, 'SET', 'v', 'A')
    net.deliverAll()
    const prepares = net.messages('blogPrepare').length
    expect(net.resp(net.request(3, 'SET', 'v', 'B'))).toBe('-HELD this node holds "SET v A"\r\n')
    expect(net.messages('blogPrepare')).toHaveLength(prepares)
    const same = net.request(3, 'SET', 'v', 'A')
    net.deliverAll()
    expect(net.resp(same)).toBe(OK)
    expect(net.factsOf('issued').map(({ ids, cause }) => [...ids, cause])).toEqual([
      ['1.1:1', 'free'],
      ['1.1:1', 'forced'],
    ])
  })

  it('an own promise to a higher number ends the attempt as well', () => {
    const net = blog(3)
    const tag = net.request(1, 'SET', 'v', 'A')
    tell(net, 1, 3, { type: 'blogPrepare', number: 3, value: 'x' })
    expect(net.resp(tag)).toBe('-REJECTED number 1 by number 3; nothing was written\r\n')
  })

  it('an accept below the promise is refused in silence; at or above it takes the place of any value', () => {
    const net = blog(3)
    tell(net, 1, 3, { type: 'blogPrepare', number: 3, value: 'x' })
    const before = net.sent.length
    tell(net, 1, 2, { type: 'blogAccept', number: 2, value: '2.1:1:0|3:SET1:v1:B' })
    expect(heldAt(net, 1)).toBeNull()
    tell(net, 1, 3, { type: 'blogAccept', number: 3, value: '3.1:1:0|3:SET1:v1:C' })
    tell(net, 1, 2, { type: 'blogAccept', number: 5, value: '2.1:1:0|3:SET1:v1:B' })
    expect(heldAt(net, 1)).toBe('SET v B')
    expect(net.sent).toHaveLength(before)
    const low = { round: 1, node: 2 }
    expect(net.factsOf('refused')).toMatchObject([{ by: 1, ballot: low, phase: 2 }])
  })

  it('a duel shows as failures, not as many ballots', () => {
    const net = blog(3)
    const tags = [1, 2, 3].map((node) => net.request(node, 'SET', 'v', `n${node}`))
    net.deliver('blogPrepare', [2], [1])
    net.deliver('blogPrepare', [3], [2])
    net.deliverAll()
    expect(tags.map((tag) => net.resp(tag))).toEqual([
      '-REJECTED number 1 by number 2; nothing was written\r\n',
      '-REJECTED number 2 by number 3; nothing was written\r\n',
      OK,
    ])
    expect(net.factsOf('bid')).toHaveLength(3)
  })

  it('what the variant does not have is refused in words', () => {
    const net = blog(3)
    const resp = (...args: string[]) => net.resp(net.request(1, ...args))
    expect(resp('INCR', 'n')).toMatch(/^-ERR the blog variant has no INCR/)
    expect(resp('SET', 'k', 'v', 'NX')).toMatch(/^-ERR the blog variant has no options of SET/)
    expect(resp('SET', 'k')).toMatch(/^-ERR wrong number of arguments/)
    expect(resp('SET', 'v', 'A')).toBeUndefined()
    expect(resp('SET', 'v', 'B')).toMatch(/^-BUSY an attempt of this node is open/)
    for (const mode of ['confirmed', 'lease', 'propose'] as const) {
      const tag = net.read(1, { subject: { kind: 'key', key: 'v' }, mode })
      expect(net.reads.get(tag)?.reason).toBe(`the blog variant has no read "${mode}"`)
    }
  })

  it('storage: none. A restart forgets promise and value, and the numbers begin anew', () => {
    const net = blog(3)
    net.request(1, 'SET', 'v', 'A')
    net.deliverAll()
    expect(statusOf(net, 2)).toMatchObject({ votedThrough: 1, appliedThrough: 1, chosenThrough: 0 })
    net.boot(2, 2)
    expect(statusOf(net, 2)).toMatchObject({ promised: { round: 0 }, appliedThrough: 0 })
    expect(heldAt(net, 2)).toBeNull()
  })
})

describe('on the wire', () => {
  it.each([
    { type: 'blogPrepare', number: 1, value: 'x' },
    { type: 'blogPromise', number: 6, value: null },
    { type: 'blogReject', number: 1, promised: 5 },
    { type: 'blogAccept', number: 1, value: 'x' },
    { type: 'blogQuery', read: 7 },
    { type: 'blogHeld', read: 7, value: 'x' },
  ])('a frame is what was sent: %o', (message) => {
    expect(parseMessage(parseFrame(JSON.stringify(message)))).toEqual(message)
  })

  it.each([
    [{ type: 'blogPrepare', number: 1 }, 'blogPrepare.value is not a string'],
    [{ type: 'blogPromise', number: 0, value: null }, 'blogPromise.number is not a whole number'],
    [{ type: 'blogPromise', number: 1 }, 'blogPromise.value is not a string'],
    [{ type: 'blogReject', number: 2e12, promised: 1 }, 'blogReject.number is not at most'],
    [{ type: 'blogHeld', read: 0, value: null }, 'blogHeld.read is not a whole number from 1 on'],
  ])('%o is refused in words', (frame, words) => {
    expect(() => parseMessage(frame)).toThrow(words)
  })

  it('a Paxos node and a blog node pass over what the other sends', () => {
    const prepare = { type: 'prepare', ballot: { round: 9, node: 2 }, ranges: [] } as const
    const blogPrepare = { type: 'blogPrepare', number: 9, value: 'x' } as const
    const blogNet = blog(3)
    tell(blogNet, 1, 2, prepare)
    const paxos = new HandNet(3, { mode: 'single' })
    tell(paxos, 1, 2, blogPrepare)
    expect([...blogNet.sent, ...paxos.sent]).toEqual([])
    expect(statusOf(paxos, 1).promised).toEqual({ round: 0, node: 0 })
  })
})

describe('a read', () => {
  const subject = { kind: 'key', key: 'v' } as const

  /** Node 2 holds A, nobody else holds anything. */
  function oneHolds(): HandNet {
    const net = blog(5)
    tell(net, 2, 1, { type: 'blogAccept', number: 1, value: '1.1:1:0|3:SET1:v1:A' })
    return net
  }

  it('as the code: waits for every answer, and the last one wins', () => {
    const net = oneHolds()
    const [first, second] = [net.request(3, 'GET', 'v'), net.request(3, 'GET', 'v')]
    const [early, late] = net.messages('blogQuery').filter((_, at) => at % 4 === 0)
    const answer = (read: number, from: number) =>
      tell(net, 3, from, {
        type: 'blogHeld',
        read,
        value: from === 2 ? '1.1:1:0|3:SET1:v1:A' : null,
      })
    for (const from of [1, 4, 5]) answer(early?.read ?? 0, from)
    expect(net.resp(first)).toBeUndefined()
    answer(early?.read ?? 0, 2)
    expect(net.resp(first)).toBe('$1\r\nA\r\n')
    for (const from of [2, 1, 4, 5]) answer(late?.read ?? 0, from)
    expect(net.resp(second)).toBe('$-1\r\n')
  })

  it('S10: the last answer may be a value that was never chosen', () => {
    const net = oneHolds()
    net.request(3, 'GET', 'v')
    net.deliver('blogQuery', [3], net.members)
    net.deliver('blogHeld', [1, 4, 5, 2], [3])
    const unsound = { node: 3, what: 'learned', id: '1.1:1', chosen: [] }
    expect(unsoundClaims(net.facts, 5)).toEqual([unsound])
  })

  it('it never ends while one member is silent; its client is told so at the deadline', () => {
    const net = oneHolds()
    const tag = net.request(3, 'GET', 'v')
    net.deliver('blogQuery', [3], [1, 2, 4])
    net.deliver('blogHeld', [1, 2, 4], [3])
    for (let period = 0; period < 9; period += 1) net.step(3, { type: 'timer', timer: 'read' })
    net.step(3, { type: 'abandon', tags: [tag] })
    const words = 'the read waits for every node; no answer came from node 5'
    expect(net.replies.get(tag)).toEqual({ tag, outcome: 'unknown', words })
    expect(statusOf(net, 3).waiting).toBe(0)
  })

  it('as the text: a majority of equal values, else the read fails', () => {
    const net = oneHolds()
    const alone = net.read(3, { subject, mode: 'learner' })
    net.deliverAll()
    expect(net.reads.get(alone)).toMatchObject({
      verdict: 'undetermined',
      reason: 'no value is held by a majority',
    })
    net.request(5, 'SET', 'v', 'A')
    net.deliverAll()
    const all = net.read(3, { subject, mode: 'learner' })
    net.deliver('blogQuery', [3], [1, 2])
    net.deliver('blogHeld', [1, 2], [3])
    expect(net.reads.get(all)).toMatchObject({ verdict: 'chosen', value: 'A' })
    const cut = net.read(4, { subject, mode: 'learner' })
    for (let period = 0; period < 4; period += 1) net.step(4, { type: 'timer', timer: 'read' })
    expect(net.reads.get(cut)?.reason).toMatch(/waits for a majority; no answer came from node 1/)
  })
})
