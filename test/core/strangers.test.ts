/** Peer frames that no member sends: nothing throws, nothing stalls, nothing is poisoned. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvariantError } from '../../src/core/assert'
import type { Message } from '../../src/core/paxos/message'
import { ROUNDS_AHEAD_MAX, SLOTS_AHEAD_MAX } from '../../src/core/paxos/plausible'
import { FrameError, parseFrame } from '../../src/shared/frame'
import { NUMBER_MAX, parseMessage } from '../../src/shared/wire'
import type { HandNet } from '../support/handNet'
import { allMutations, anyMutation, ledNet, memberFrames } from '../support/strangers'

const BALLOT = { round: 1, node: 1 }

/** What the codec lets through of a frame; null if it refuses it. */
function through(line: string): Message | null {
  try {
    return parseMessage(parseFrame(line))
  } catch (error) {
    if (error instanceof FrameError) return null
    throw error
  }
}

/** Two values in one slot: no input but a lie about votes does that, and the node must stop. */
function isContradiction(error: unknown): boolean {
  return error instanceof InvariantError && error.message.endsWith('chosen with two values')
}

function give(net: HandNet, to: number, from: number, message: Message): void {
  try {
    net.step(to, { type: 'message', from, message })
  } catch (error) {
    if (!isContradiction(error)) throw error
  }
}

function limits(net: HandNet): string[] {
  return net.factsOf('limitReached').map(({ limit }) => limit)
}

function isServed(net: HandNet, node: number): boolean {
  const tag = net.request(node, 'SET', 'after', 'it')
  net.deliverAll()
  return net.resp(tag) === '+OK\r\n'
}

describe('a frame with one field gone wrong', () => {
  const lines = allMutations(memberFrames())

  it('is refused by the codec, or taken by every role without a throw', () => {
    let taken = 0
    for (const line of lines) {
      const message = through(line)
      if (message === null) continue
      taken += 1
      const net = ledNet()
      give(net, 1, 2, message)
      give(net, 2, 1, message)
      give(net, 3, 2, message)
    }
    expect(taken).toBeGreaterThan(lines.length / 10)
    expect(taken).toBeLessThan(lines.length)
  })

  it('in any number and order leaves no node stuck', () => {
    const anyFrame = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 2 }),
      anyMutation(memberFrames()),
    )
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 30 }), (frames) => {
        const net = ledNet()
        for (const [to, apart, line] of frames) {
          const message = through(line)
          if (message !== null) give(net, to, ((to + apart - 1) % 3) + 1, message)
        }
        for (const node of net.members) {
          expect(net.machine(node).slots(1, 200).length).toBeLessThanOrEqual(200)
        }
      }),
      { numRuns: 200 },
    )
  })
})

/** What it is, who sent it, and the frame. */
const CORRUPT: readonly [string, number, Message][] = [
  [
    'accept far above',
    1,
    {
      type: 'accept',
      ballot: BALLOT,
      slot: NUMBER_MAX,
      values: ['x'],
      chosenThrough: 3,
    },
  ],
  [
    'accept with a million values',
    1,
    {
      type: 'accept',
      ballot: BALLOT,
      slot: 4,
      values: Array<string>(SLOTS_AHEAD_MAX).fill(''),
      chosenThrough: 3,
    },
  ],
  [
    'chosen far above, as announced',
    1,
    {
      type: 'chosen',
      slot: NUMBER_MAX,
      values: ['x'],
    },
  ],
  [
    'chosen through the end of numbers',
    1,
    {
      type: 'heartbeat',
      ballot: BALLOT,
      chosenThrough: NUMBER_MAX,
      probe: 1,
      leaseTicks: 0,
    },
  ],
  [
    'accepted of a million slots',
    3,
    {
      type: 'accepted',
      ballot: BALLOT,
      slot: 4,
      count: 1_048_576,
    },
  ],
  [
    'accepted at the end of numbers',
    3,
    {
      type: 'accepted',
      ballot: BALLOT,
      slot: NUMBER_MAX,
      count: 1_048_576,
    },
  ],
  ['catchUp of everything', 3, { type: 'catchUp', from: 1, to: NUMBER_MAX }],
  [
    'a snapshot in a billion parts',
    1,
    {
      type: 'snapshot',
      through: 9,
      digest: '',
      part: 0,
      parts: 1e9,
      body: 'x',
    },
  ],
  [
    'a snapshot that is none',
    1,
    {
      type: 'snapshot',
      through: NUMBER_MAX,
      digest: '',
      part: 0,
      parts: 1,
      body: '9:x',
    },
  ],
  [
    'support of a strange leader',
    1,
    {
      type: 'support',
      ballot: BALLOT,
      leader: { round: NUMBER_MAX, node: 1 },
      chosenThrough: 0,
    },
  ],
  [
    'alive at a strange ballot',
    3,
    {
      type: 'alive',
      ballot: { round: NUMBER_MAX, node: 1 },
      probe: 1,
    },
  ],
  [
    'a nack at a strange ballot',
    3,
    {
      type: 'nack',
      ballot: BALLOT,
      promised: { round: NUMBER_MAX, node: 3 },
    },
  ],
]

describe('one corrupt frame', () => {
  it.each(CORRUPT)('%s costs little, and the cluster goes on', (_what, from, message) => {
    const net = ledNet()
    for (const to of net.members) if (to !== from) give(net, to, from, message)
    expect(net.flying.length).toBeLessThan(50)
    for (const node of net.members) {
      expect(net.machine(node).status().votedThrough).toBeLessThanOrEqual(3)
      expect(net.machine(node).status().chosenThrough).toBe(3)
      expect(net.machine(node).status().ballot.round).toBe(node === 1 ? 1 : 0)
    }
    net.deliverAll()
    expect(isServed(net, 1)).toBe(true)
    expect(isServed(net, 2)).toBe(true)
  })

  it('of a heartbeat far above and then of the chosen slots it spoke of fills no memory', () => {
    const net = ledNet()
    give(net, 2, 1, {
      type: 'heartbeat',
      ballot: BALLOT,
      chosenThrough: NUMBER_MAX,
      probe: 0,
      leaseTicks: 0,
    })
    give(net, 2, 1, { type: 'chosen', slot: NUMBER_MAX, values: ['x'] })
    expect(net.machine(2).status()).toMatchObject({ votedThrough: 3, chosenThrough: 3 })
    expect(limits(net)).toEqual(['slotsAheadMax'])
    // The next word of the leader ends the search for what nobody has.
    net.step(1, { type: 'timer', timer: 'heartbeat' })
    net.deliverAll()
    const asked = net.messages('catchUp').length
    for (let period = 0; period < 10; period += 1) {
      net.step(2, { type: 'timer', timer: 'catchUp' })
      net.deliverAll()
    }
    expect(net.messages('catchUp').length).toBe(asked)
  })

  it('that claims chosen slots does not make a later leader bid for ever', () => {
    const net = ledNet()
    give(net, 2, 1, {
      type: 'heartbeat',
      ballot: BALLOT,
      chosenThrough: NUMBER_MAX,
      probe: 0,
      leaseTicks: 0,
    })
    net.step(2, { type: 'startElection' })
    net.deliverAll()
    const bids = net.machine(2).status().bids
    for (let period = 0; period < 10; period += 1) {
      net.step(2, { type: 'timer', timer: 'catchUp' })
      net.deliverAll()
    }
    expect(net.machine(2).status()).toMatchObject({ role: 'leading', bids })
  })

  it('of a promise with a vote far above frees no slot and fills none', () => {
    const net = ledNet()
    net.step(2, { type: 'startElection' })
    const { ballot } = net.machine(2).status()
    const far = { slot: NUMBER_MAX, ballot: BALLOT, value: 'x' }
    const promise = { type: 'promise', ballot, chosenThrough: 3, part: 0, parts: 1 } as const
    give(net, 2, 1, { ...promise, votes: [far] })
    give(net, 2, 1, { ...promise, votes: [{ slot: 4, ballot: { round: 9, node: 3 }, value: 'x' }] })
    expect(net.machine(2).status().role).toBe('preparing')
    expect(limits(net)).toEqual(['slotsAheadMax', 'votesBelowBallot'])
    net.deliverAll()
    expect(net.machine(2).status().role).toBe('leading')
    expect(isServed(net, 2)).toBe(true)
  })
})

describe('34: rounds', () => {
  it('that nobody can have reached are dropped: the next bid is one that peers take', () => {
    const net = ledNet()
    const far = { round: NUMBER_MAX, node: 3 }
    const frames: Message[] = [
      { type: 'prepare', ballot: far, ranges: [{ from: 1, to: null }] },
      { type: 'heartbeat', ballot: far, chosenThrough: 0, probe: 0, leaseTicks: 0 },
      { type: 'canvass', ballot: far },
      { type: 'nack', ballot: BALLOT, promised: far },
      { type: 'accepted', ballot: far, slot: 1, count: 1 },
    ]
    for (const frame of frames) give(net, 2, 3, frame)
    expect(limits(net)).toEqual(frames.map(() => 'roundsAheadMax'))
    net.step(2, { type: 'startElection' })
    expect(net.machine(2).status().ballot).toEqual({ round: 1, node: 2 })
  })

  it('far above are taken as long as they can be true', () => {
    const net = ledNet()
    const ballot = { round: 1 + ROUNDS_AHEAD_MAX, node: 3 }
    give(net, 2, 3, { type: 'prepare', ballot, ranges: [{ from: 4, to: null }] })
    expect(net.machine(2).status().promised).toEqual(ballot)
  })

  it.each([2 ** 53, 2 ** 53 - 1, NUMBER_MAX + 1, 1.5, -1])('%s is none for the codec', (round) => {
    const line = JSON.stringify({ type: 'canvass', ballot: { round, node: 1 } })
    expect(through(line)).toBeNull()
    expect(through(`{"type":"chosen","slot":${round},"values":[]}`)).toBeNull()
  })
})

describe('35: a wrong sender', () => {
  it.each<[string, Message]>([
    [
      'prepare',
      { type: 'prepare', ballot: { round: 2, node: 3 }, ranges: [{ from: 1, to: null }] },
    ],
    ['accept', { type: 'accept', ballot: BALLOT, slot: 4, values: ['x'], chosenThrough: 3 }],
    [
      'heartbeat',
      {
        type: 'heartbeat',
        ballot: { round: 2, node: 3 },
        chosenThrough: 3,
        probe: 1,
        leaseTicks: 0,
      },
    ],
    ['canvass', { type: 'canvass', ballot: { round: 2, node: 3 } }],
  ])('of %s, which names the ballot of another node, changes nothing', (_type, message) => {
    const net = ledNet()
    const before = [net.machine(3).status(), net.machine(3).slots(1, 10)]
    give(net, 3, 2, message)
    expect([net.machine(3).status(), net.machine(3).slots(1, 10)]).toEqual(before)
    expect(net.flying).toEqual([])
    expect(limits(net)).toEqual(['senderOwnsBallot'])
  })

  it('of a promise, from a former life: it answers a ballot that is over', () => {
    const net = ledNet()
    net.step(2, { type: 'startElection' })
    const old = net.machine(2).status().ballot
    net.step(2, { type: 'startElection' })
    const promise = { type: 'promise', chosenThrough: 3, votes: [], part: 0, parts: 1 } as const
    give(net, 2, 1, { ...promise, ballot: old })
    give(net, 2, 3, { ...promise, ballot: old })
    expect(net.machine(2).status().role).toBe('preparing')
  })
})
