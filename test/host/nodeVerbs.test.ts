/** Verbs of faults inside nodes, of reads, and of the policies with a lease. */
import { describe, expect, it } from 'vitest'
import { LEADER_POLICY, LEASE_POLICY } from '../../src/core/paxos/config'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import type { LabApi, LabStatus, NodeView } from '../../src/shared/api'
import { performVerb } from '../../src/shared/performVerb'
import { toPolicy } from '../../src/shared/policyVerb'
import { parseVerb } from '../../src/shared/verbs'

const GOOD: [line: string, verb: object][] = [
  [
    'read k --mode confirmed at leader',
    { verb: 'read', node: 'leader', subject: { kind: 'key', key: 'k' }, mode: 'confirmed' },
  ],
  [
    'read-slot 7 --mode majority-value',
    {
      verb: 'read-slot',
      node: null,
      subject: { kind: 'slot', slot: 7 },
      mode: 'valueMajority',
    },
  ],
  ['records 2', { verb: 'records', node: 2, fromOffset: 0, count: 20 }],
  ['records 2 64 5', { verb: 'records', node: 2, fromOffset: 64, count: 5 }],
  ['power-loss all', { verb: 'power-loss', nodes: 'all', tornTail: false }],
  ['power-loss 1,leader torn', { verb: 'power-loss', nodes: [1, 'leader'], tornTail: true }],
  ['wipe 2', { verb: 'wipe', node: 2 }],
  ['storage 2 flush-off', { verb: 'storage', node: 2, fault: { kind: 'flushOff' } }],
  [
    'storage 2 slow-flush 20 5ms',
    { verb: 'storage', node: 2, fault: { kind: 'slowFlush', delayMs: 20, jitterMs: 5 } },
  ],
  [
    'storage 2 disk-full 64',
    { verb: 'storage', node: 2, fault: { kind: 'diskFull', bytesLeft: 64 } },
  ],
  ['clock 2 -500', { verb: 'clock', node: 2, clock: { offsetMs: -500, drift: 0 } }],
  ['clock 2 0 10%', { verb: 'clock', node: 2, clock: { offsetMs: 0, drift: 0.1 } }],
  [
    'failpoint 2 reply.before crash skip 3',
    {
      verb: 'failpoint',
      node: 2,
      arm: { name: 'reply.before', action: 'crash', skip: 3, delayMs: 0 },
    },
  ],
  [
    'policy leader quorum-aware',
    { verb: 'policy', policy: { kind: 'leader', ms: null, quorumAware: true } },
  ],
  [
    'policy lease',
    { verb: 'policy', policy: { kind: 'lease', ms: null, leaseMs: null, driftBound: null } },
  ],
  [
    'policy lease 50 300 500 200 5% quorum-aware',
    {
      verb: 'policy',
      policy: {
        kind: 'lease',
        ms: [50, 300, 500],
        leaseMs: 200,
        driftBound: 0.05,
        quorumAware: true,
      },
    },
  ],
]

const BAD: [line: string, words: RegExp][] = [
  ['storage 2', /fault of the disk is missing/],
  ['storage 2 melt', /"melt" is not a fault of a disk/],
  ['power-loss 1,x', /"x" is not a node/],
  ['failpoint 2 reply.before stall', /"stall" is not an action/],
  ['clock 2 soon', /"soon" is not a number/],
  ['clock 2 0 -200%', /not from -100 to 1000/],
  ['read k --mode best', /"best" is not a mode/],
]

it.each(GOOD)('parses "%s"', (line, verb) => {
  expect(parseVerb(line)).toEqual(verb)
})

it.each(BAD)('refuses "%s"', (line, words) => {
  expect(() => parseVerb(line)).toThrow(words)
})

it('turns a lease into ticks, and refuses one that outlasts an election', () => {
  const lease = { kind: 'lease', ms: null, leaseMs: null, driftBound: null } as const
  expect(toPolicy(lease, 5)).toEqual(LEASE_POLICY)
  expect(toPolicy({ ...lease, quorumAware: true }, 5)).toEqual({
    ...LEASE_POLICY,
    quorumAware: true,
  })
  const long = { kind: 'lease', ms: [50, 300, 500], leaseMs: 400, driftBound: null } as const
  expect(() => toPolicy(long, 5)).toThrow(/LEASE <= MIN/)
})

const ANSWERS: Readonly<Record<string, unknown>> = {
  powerLoss: ['f3'],
  wipeNode: 'f4',
  storageFault: 'f5',
  clockFault: 'f6',
  slowNode: 'f8',
  failpoint: 'f7',
  records: [],
  read: { verdict: 'undetermined', value: null, reason: 'two are down', replies: [] },
}

function nodeView(node: number): NodeView {
  const place = { clientHost: '127.0.0.1', clientPort: 7000 + node, statusAtMs: 0, failure: [] }
  return { node, state: 'running', pid: node, life: 1, status: null, ...place }
}

describe('performVerb', () => {
  const status: LabStatus = {
    state: 'running',
    atMs: 0,
    cluster: 'c',
    options: { ...DEFAULT_CLUSTER, policy: LEADER_POLICY },
    nodes: [nodeView(1), nodeView(2), { ...nodeView(3), state: 'killed', pid: null }],
    faults: [],
    load: null,
    scenario: null,
    adversary: null,
    runDir: null,
    events: 0,
    dropped: 0,
    checks: [],
    realPause: true,
  }

  it.each([
    ['power-loss all', ['powerLoss', [1, 2], false]],
    ['power-loss 2,follower torn', ['powerLoss', [2, 1], true]],
    ['wipe 3', ['wipeNode', 3]],
    ['storage 2 write-error', ['storageFault', { kind: 'writeError', node: 2 }]],
    ['slow 2 50 20', ['slowNode', 2, { delayMs: 50, jitterMs: 20 }]],
    ['clock 2 100', ['clockFault', 2, { offsetMs: 100, drift: 0 }]],
    [
      'failpoint 2 reply.before delay 20',
      ['failpoint', 2, { name: 'reply.before', action: 'delay', skip: 0, delayMs: 20 }],
    ],
    ['read k at 2 --mode log', ['read', 2, { kind: 'key', key: 'k' }, 'log']],
    ['read-slot 4', ['read', null, { kind: 'slot', slot: 4 }, 'learner']],
    ['records 2', ['records', 2, 0, 20]],
  ])('%s', async (line, call) => {
    const calls: unknown[][] = []
    const lab = new Proxy({} as LabApi, {
      get:
        (_, name: string) =>
        async (...args: unknown[]) => {
          calls.push([name, ...args])
          return ANSWERS[name]
        },
    })
    const result = await performVerb(lab, parseVerb(line), { status: () => status })
    expect(calls).toEqual([call])
    expect(result).toMatchObject({ ok: true, verb: line.split(' ')[0] })
    expect(result.words).not.toContain('\n')
  })
})
