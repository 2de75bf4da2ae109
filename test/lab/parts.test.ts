/** Parts of the lab that need no process: partitions, replies, environment, batches. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { BATCH_EVENTS_MAX, coalesce } from '../../src/shared/coalesce'
import { Feed, MILESTONES_MAX } from '../../src/main/lab/feed'
import { FaultBook } from '../../src/main/lab/faultBook'
import { cleanEnvironment } from '../../src/main/lab/launcher'
import { partitionFault } from '../../src/main/lab/partitions'
import { outcomeOf, parseReply, printReply, RespReader } from '../../src/main/lab/respReply'
import type { RespReply } from '../../src/main/lab/respReply'
import { runName } from '../../src/main/lab/runDir'
import { MemoryLab } from '../support/memoryLab'

const FIVE = [1, 2, 3, 4, 5]

describe('partitions', () => {
  const cuts = (...args: Parameters<typeof partitionFault>) =>
    partitionFault(...args).links.map(({ from, to }) => `${from}${to}`)

  it('custom: nodes of different groups cannot talk, a node in no group is alone', () => {
    const fault = partitionFault(
      {
        preset: 'custom',
        groups: [
          [1, 2],
          [3, 4],
        ],
      },
      FIVE,
      null,
    )
    expect(fault.groups).toEqual([[1, 2], [3, 4], [5]])
    expect(fault.links).toHaveLength(16)
    expect(cuts({ preset: 'custom', groups: [[1, 2, 3, 4]] }, FIVE, null).sort()).toEqual(
      ['15', '25', '35', '45', '51', '52', '53', '54'].sort(),
    )
  })
  it('majority and minority: the leader is in the minority', () => {
    const { groups } = partitionFault({ preset: 'majorityMinority' }, FIVE, 4)
    expect(groups).toEqual([
      [1, 4],
      [2, 3, 5],
    ])
  })
  it('bridge: one node reaches everybody', () => {
    const links = cuts({ preset: 'bridge' }, FIVE, null)
    expect(links.some((link) => link.includes('3'))).toBe(false)
    expect(links).toHaveLength(8)
  })
  it('one-way: only what the leader sends is lost', () => {
    expect(cuts({ preset: 'oneWay' }, [1, 2, 3], 2)).toEqual(['21', '23'])
  })
  it.each([
    ['isolateLeader without a leader', { preset: 'isolateLeader' }, 'wrongState'],
    ['an unknown node', { preset: 'custom', groups: [[1], [8]] }, 'badArgument'],
    ['one group of all', { preset: 'custom', groups: [FIVE] }, 'badArgument'],
  ] as const)('%s is refused', (_what, request, code) => {
    expect(() => partitionFault(request, FIVE, null)).toThrow(expect.objectContaining({ code }))
  })
})

describe('the fault book', () => {
  it('ends a fault that ended by itself before its start was told', () => {
    const told: string[] = []
    const book = new FaultBook({ now: () => 1 }, ({ type }) => told.push(type))
    const id = book.nextId()
    book.end(id)
    book.start(id, { kind: 'dropNext', links: [{ from: 1, to: 2 }], count: 1 })
    expect(told).toEqual(['faultStarted', 'faultEnded'])
    expect(book.active()).toEqual([])
  })
})

describe('replies', () => {
  it('are the same however the bytes are cut', () => {
    const bytes = Buffer.from(
      '+OK\r\n$5\r\ngrößX\r\n:-7\r\n$-1\r\n*2\r\n$1\r\na\r\n*0\r\n-ERR no\r\n',
    )
      .toString('latin1')
      .replace('$5', `$${Buffer.byteLength('größX')}`)
    const whole = read([bytes])
    expect(whole.map(printReply)).toEqual([
      'OK',
      '"größX"',
      '(integer) -7',
      '(nil)',
      '1) "a"\n2) (empty array)',
      '(error) ERR no',
    ])
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length]
        expect(read(at.slice(1).map((end, i) => bytes.slice(at[i], end)))).toEqual(whole)
      }),
    )
  })
  it.each(['HTTP/1.1 200 OK\r\n', '$x\r\n', `${'*1\r\n'.repeat(20)}:1\r\n`])(
    'that are none end the stream: %j',
    (text) => {
      expect(new RespReader().push(Buffer.from(text), () => {})).toBe(false)
      expect(parseReply(text)).toBeNull()
    },
  )
  it.each([
    ['+OK\r\n', 'ok'],
    ['-ERR wrong type\r\n', 'error'],
    ['-NOLEADER none\r\n', 'error'],
    ['-UNKNOWN it may be chosen\r\n', 'unknown'],
  ])('%j is %s', (text, outcome) => {
    expect(outcomeOf(parseReply(text))).toBe(outcome)
  })
  it('that never come are unknown', () => {
    expect(outcomeOf(null)).toBe('unknown')
  })

  function read(chunks: readonly string[]): RespReply[] {
    const replies: RespReply[] = []
    const reader = new RespReader()
    for (const chunk of chunks) reader.push(Buffer.from(chunk, 'latin1'), (r) => replies.push(r))
    return replies
  }
})

describe('E13: the environment of children', () => {
  it('has nothing of Electron, of Node options, of secrets', () => {
    const environment = {
      PATH: '/bin',
      ELECTRON_RUN_AS_NODE: '1',
      electron_enable_logging: '1',
      NODE_OPTIONS: '--inspect',
      NODE_CHANNEL_FD: '3',
      PAXOS_SECRET: 'feed',
      EMPTY: undefined,
    }
    expect(cleanEnvironment(environment)).toEqual({ PATH: '/bin' })
  })
})

describe('run names', () => {
  it('sort by time and differ within a second', () => {
    const at = new Date('2026-11-21T03:04:05.678Z')
    expect(runName(at)).toMatch(/^2026-11-21T03-04-05-[0-9a-z]{4}$/)
    const names = new Set(Array.from({ length: 20 }, () => runName(at)))
    expect(names.size).toBeGreaterThan(10)
  })
})

describe('a batch for viewers', () => {
  const ballot = { round: 1, node: 1 }
  let seq = 0
  const chosen = (by: number, slot: number): LabEvent => ({
    ...stamp(by),
    type: 'chosen',
    ballot,
    slot,
    count: 1,
    ids: [`c${slot}`],
  })
  const promised = (by: number): LabEvent => ({ ...stamp(by), type: 'promised', ballot })
  const bid = (by: number): LabEvent => ({
    ...stamp(by),
    type: 'bid',
    ballot,
    ranges: [],
    reason: 'request',
  })
  const ended = (id: string): LabEvent => {
    const fault = { kind: 'kill', node: 2 } as const
    const { seq: at } = stamp(0)
    const ends = { startedAtMs: 0, endedAtMs: 1 }
    return { seq: at, atMs: at, by: 'lab', type: 'faultEnded', fault: { id, fault, ...ends } }
  }
  function stamp(by: number) {
    seq += 1
    return { seq, atMs: seq, by, life: 1, nodeSeq: seq }
  }

  it('merges runs of slots of one node at one ballot', () => {
    const batch = [chosen(1, 1), chosen(2, 1), bid(1), chosen(1, 2), chosen(2, 3), chosen(1, 3)]
    const { events, left } = coalesce(batch)
    expect(events).toMatchObject([
      { by: 1, slot: 1, count: 3, ids: ['c1', 'c2', 'c3'] },
      { by: 2, slot: 1, count: 1 },
      { type: 'bid' },
      { by: 2, slot: 3, count: 1 },
    ])
    expect(left).toBe(2)
  })
  it('shows details while they are few, and none of a kind that is many', () => {
    expect(coalesce([promised(1), promised(2)]).events).toHaveLength(2)
    const many = [bid(1), ...Array.from({ length: 50 }, () => promised(1))]
    expect(coalesce(many)).toMatchObject({ events: [{ type: 'bid' }], left: 50 })
  })
  it('is bounded, and the newest milestones are kept', () => {
    const bids = Array.from({ length: 500 }, () => bid(1))
    const { events, left } = coalesce([chosen(1, 1), ...bids, chosen(1, 3)])
    expect(events).toHaveLength(BATCH_EVENTS_MAX)
    expect(events.at(-1)).toBe(bids.at(-1))
    expect(left).toBe(502 - BATCH_EVENTS_MAX)
  })
  it('loses no landmark: the end of a fault is told in a batch that is full', () => {
    const bids = Array.from({ length: 500 }, () => bid(1))
    const { events } = coalesce([ended('f1'), ...bids])
    expect(events).toHaveLength(BATCH_EVENTS_MAX)
    expect(events[0]).toMatchObject({ type: 'faultEnded' })
    expect(events.at(-1)).toBe(bids.at(-1))
  })

  it('is kept for a viewer that comes later: newest milestones, all past faults', async () => {
    const { status } = await new MemoryLab().snapshot()
    const feed = new Feed({ status: () => status, frame: () => null })
    feed.add(ended('f1'))
    for (let batch = 0; batch < 100; batch += 1) {
      for (let left = 150; left > 0; left -= 1) feed.add(bid(1))
      feed.flush()
    }
    feed.close()
    expect(feed.milestones()).toHaveLength(MILESTONES_MAX)
    expect(feed.milestones().every(({ type }) => type === 'bid')).toBe(true)
    expect(feed.earlier()).toMatchObject([{ type: 'faultEnded', fault: { id: 'f1' } }])
  })
})
