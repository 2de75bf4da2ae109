/** Verbs: one grammar for the command line and the steps of scenarios. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_CLUSTER, DEFAULT_LOAD, LabCallError } from '../../src/shared/api'
import type { LabApi, LabStatus, NodeView, WriteResult } from '../../src/shared/api'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import type { NodeStatus } from '../../src/core/event'
import { performVerb } from '../../src/shared/performVerb'
import { toPolicy } from '../../src/shared/policyVerb'
import { VERBS, VerbError, parseVerb } from '../../src/shared/verbs'

const ALL = { from: 'all', to: 'all', both: false }

const GOOD: [line: string, verb: object][] = [
  ['kill 2', { verb: 'kill', node: 2 }],
  ['restart 2', { verb: 'restart', node: 2 }],
  ['stop leader', { verb: 'stop', node: 'leader' }],
  ['pause 3', { verb: 'pause', node: 3 }],
  ['resume 3', { verb: 'resume', node: 3 }],
  ['  elect   2 ', { verb: 'elect', node: 2 }],
  ['step-down follower', { verb: 'step-down', node: 'follower' }],
  ['hold all any', { verb: 'hold', links: ALL, match: {}, atEnd: 'release' }],
  [
    'hold 1>2 accept,accepted slot 4-7 ballot 3.1 drop-at-end',
    {
      verb: 'hold',
      links: { from: 1, to: 2, both: false },
      match: {
        types: ['accept', 'accepted'],
        slotFrom: 4,
        slotTo: 7,
        ballotRound: 3,
        ballotNode: 1,
      },
      atEnd: 'drop',
    },
  ],
  ['gate', { verb: 'gate', id: null, match: {} }],
  ['gate 7', { verb: 'gate', id: 7, match: {} }],
  ['gate nack ballot *.2', { verb: 'gate', id: null, match: { types: ['nack'], ballotNode: 2 } }],
  ['held 2 prepare', { verb: 'held', count: 2, match: { types: ['prepare'] }, withinMs: 10_000 }],
  ['held 2 any within 2s', { verb: 'held', count: 2, match: {}, withinMs: 2000 }],
  ['release all', { verb: 'release', select: { kind: 'all' } }],
  ['release 7 5 6', { verb: 'release', select: { kind: 'ids', ids: [7, 5, 6] } }],
  [
    'discard link 1 > 2 3',
    {
      verb: 'discard',
      select: { kind: 'link', links: { from: 1, to: 2, both: false }, count: 3 },
    },
  ],
  [
    'double match accept slot 4 count 1',
    {
      verb: 'double',
      select: {
        kind: 'match',
        match: { types: ['accept'], slotFrom: 4, slotTo: 4 },
        count: 1,
      },
    },
  ],
  ['adversary flp on', { verb: 'adversary', options: { kind: 'flp', holdMsMax: null } }],
  ['adversary flp on 2s', { verb: 'adversary', options: { kind: 'flp', holdMsMax: 2000 } }],
  ['adversary flp off', { verb: 'adversary', options: null }],
  ['heal', { verb: 'heal', fault: null, processes: false }],
  ['heal all', { verb: 'heal', fault: null, processes: true }],
  ['heal f3', { verb: 'heal', fault: 'f3', processes: false }],
  ['write 3 k v', { verb: 'write', node: 3, args: ['SET', 'k', 'v'] }],
  ['write 3 k "two \\"words\\""', { verb: 'write', node: 3, args: ['SET', 'k', 'two "words"'] }],
  ["write 3 'a key' a>b|c", { verb: 'write', node: 3, args: ['SET', 'a key', 'a>b|c'] }],
  ['write 3 k ""', { verb: 'write', node: 3, args: ['SET', 'k', ''] }],
  ['do 3 INCR n', { verb: 'do', node: 3, args: ['INCR', 'n'] }],
  ['propose 2 k v', { verb: 'propose', node: 2, args: ['SET', 'k', 'v'] }],
  ['get 2 k', { verb: 'get', node: 2, args: ['GET', 'k'] }],
  ['read k', { verb: 'read', node: null, subject: { kind: 'key', key: 'k' }, mode: 'learner' }],
  ['policy eager', { verb: 'policy', policy: { kind: 'eager' } }],
  ['policy fixed 50', { verb: 'policy', policy: { kind: 'fixed', ms: 50 } }],
  ['policy exponential', { verb: 'policy', policy: { kind: 'exponential', ms: null } }],
  ['policy random 50 1s', { verb: 'policy', policy: { kind: 'random', ms: [50, 1000] } }],
  ['policy leader 50 300 500', { verb: 'policy', policy: { kind: 'leader', ms: [50, 300, 500] } }],
  ['slots 2', { verb: 'slots', node: 2, from: 1, count: 20 }],
  ['slots 2 5 10', { verb: 'slots', node: 2, from: 5, count: 10 }],
  ['load off', { verb: 'load', load: null }],
  ['status', { verb: 'status' }],
  ['help', { verb: 'help' }],
  ['quit', { verb: 'quit' }],
]

const BAD: [line: string, words: RegExp][] = [
  ['', /empty/],
  ['jump 2', /"jump" is not a verb/],
  ['constructor', /"constructor" is not a verb/],
  ['kill', /node is missing/],
  ['kill 0', /"0" is not a node/],
  ['kill 12', /"12" is not a node/],
  ['kill two', /"two" is not a node/],
  ['kill 2 3', /"3" is too much/],
  ['cut 1', /other node/],
  ['cut 1 >', /other node/],
  ['delay all fast', /"fast" is not a number/],
  ['delay all 70s', /"70" is not from 0 to 60/],
  ['delay all -5', /"-5" is not from 0/],
  ['drop all 1.2', /"1.2" is not from 0 to 1/],
  ['drop all 120%', /"120" is not from 0 to 100/],
  ['drop-next all 1.5', /not a whole number/],
  ['hold all', /what to match is missing/],
  ['hold all vote', /"vote" is not a message type \(any, prepare/],
  ['hold all any slot x', /"x" is not a slot/],
  ['hold all any ballot 3', /"3" is not a ballot/],
  ['gate 7 8', /"8" is too much/],
  ['release', /id of a held frame is missing/],
  ['release 1 2 x', /"x" is not a number \(the id/],
  ['release link 1 2', /a link is written A > B/],
  ['adversary on', /"on" is not an adversary/],
  ['adversary flp', /on or off is missing/],
  ['adversary flp on 5', /longest hold is from 10/],
  ['partition', /two groups/],
  ['partition 1,2', /two groups/],
  ['partition 1,2 |', /group is empty/],
  ['partition 1,2 | 2,3', /node 2 is in two groups/],
  ['partition upside-down', /"upside-down" is not a preset/],
  ['heal 3', /"3" is not a fault/],
  ['write 3 k', /value is missing/],
  ['write 3 k two words', /"words" is too much; quote/],
  ['write 3 k "open', /quote is not closed/],
  ['policy lazy', /"lazy" is not a policy/],
  ['policy random 50', /MAX is missing/],
  ['load', /number of clients is missing/],
  ['load 0', /"0" is not from 1/],
  ['load 2 at 2,x', /"2,x" is not a list of nodes/],
  ['load 2 speed 3', /"speed" is not an option of load/],
  ['load 2 open', /an open loop needs a rate/],
  ['load 2 in-flight 3', /"in-flight" needs "open" or "poisson"/],
  ['load 2 rate 9 open backlog x', /"x" is not a number \(the backlog\)/],
  ['load 2 zipf 5', /"5" is not from 0 to 4 \(theta\)/],
  ['load 2 zipf single', /"zipf" and "single" do not go together/],
  ['load 2 roam 0', /"0" is not from 1/],
  ['load 2 retry twice', /"twice" is no way to retry: session, plain or none/],
  ['load 2 retry', /how to retry is missing/],
]

describe('parseVerb', () => {
  it.each(GOOD)('%s', (line, want) => {
    expect(parseVerb(line)).toEqual(want)
  })

  it('partitions: groups with or without blanks, and presets', () => {
    const groups = [
      [1, 2],
      [3, 4, 5],
    ]
    const want = { verb: 'partition', request: { preset: 'custom', groups } }
    for (const line of ['partition 1,2 | 3,4,5', 'partition 1,2|3,4,5', 'partition 1 2 | 3 4 5']) {
      expect(parseVerb(line)).toEqual(want)
    }
    expect(parseVerb('partition isolate-leader')).toEqual({
      verb: 'partition',
      request: { preset: 'isolateLeader' },
    })
  })

  it('load: options in any order over the defaults, closed loop unless a rate is given', () => {
    const base = { ...DEFAULT_LOAD, clients: 8, targetPerSecond: 0 }
    expect(parseVerb('load 8 clients')).toEqual({ verb: 'load', load: base })
    expect(parseVerb('load 8 bytes 64 at 2,4 reads 10% rate 40 keys 3')).toEqual({
      verb: 'load',
      load: {
        clients: 8,
        valueBytes: 64,
        nodes: [2, 4],
        readRatio: 0.1,
        targetPerSecond: 40,
        keys: 3,
      },
    })
  })

  it('load: open loop, keys, roaming and retries, in any order', () => {
    const base = { ...DEFAULT_LOAD, clients: 2, targetPerSecond: 9 }
    const loads = (line: string) => parseVerb(`load 2 rate 9 ${line}`)
    const want = (changes: object) => ({ verb: 'load', load: { ...base, ...changes } })
    expect(loads('open')).toEqual(want({ arrivals: 'constant' }))
    expect(loads('open constant')).toEqual(want({ arrivals: 'constant' }))
    expect(loads('open poisson')).toEqual(want({ arrivals: 'poisson' }))
    expect(loads('poisson in-flight 3 backlog 0')).toEqual(
      want({ arrivals: 'poisson', inFlightMax: 3, backlogMax: 0 }),
    )
    expect(loads('zipf')).toEqual(want({ keyChoice: 'zipf', zipfTheta: 0.99 }))
    expect(loads('zipf 1.2 roam')).toEqual(
      want({ keyChoice: 'zipf', zipfTheta: 1.2, roam: 'error' }),
    )
    expect(loads('roam 10 single')).toEqual(want({ keyChoice: 'single', roam: 10 }))
    expect(loads('retry session')).toEqual(want({ retry: 'session' }))
    expect(loads('retry plain retry none')).toEqual(want({}))
  })

  it.each(BAD)('%s: says what is wrong', (line, words) => {
    expect(() => parseVerb(line)).toThrow(VerbError)
    expect(() => parseVerb(line)).toThrow(words)
  })

  it('names the usage of the verb that is malformed', () => {
    try {
      parseVerb('kill')
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ usage: VERBS.kill.usage })
    }
  })

  it('any text is a verb or a VerbError, never anything else', () => {
    const words = fc.constantFrom(...Object.keys(VERBS), '1', '>', '|', 'all', '"', "'", '0.5', 'x')
    const line = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 6 }).map((each) => each.join(' ')),
    )
    fc.assert(
      fc.property(line, (text) => {
        try {
          expect(Object.keys(VERBS)).toContain(parseVerb(text).verb)
        } catch (error) {
          expect(error).toBeInstanceOf(VerbError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('a quoted value arrives as it was meant', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const quoted = `"${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
        expect(parseVerb(`write 1 k ${quoted}`)).toMatchObject({ args: ['SET', 'k', value] })
      }),
    )
  })
})

describe('toPolicy', () => {
  it('counts ms in ticks of the cluster', () => {
    const backoff = { kind: 'exponential', ticksMin: 10, ticksMax: 320 }
    const want = { kind: 'backoff', backoff }
    expect(toPolicy({ kind: 'exponential', ms: [50, 1600] }, 5)).toEqual(want)
    expect(toPolicy({ kind: 'leader', ms: null }, 5)).toEqual(LEADER_POLICY)
  })

  it('refuses times that contradict each other', () => {
    expect(() => toPolicy({ kind: 'random', ms: [100, 50] }, 5)).toThrow(LabCallError)
    expect(() => toPolicy({ kind: 'leader', ms: [300, 300, 500] }, 5)).toThrow(/HEARTBEAT < MIN/)
  })
})

/** A lab that writes down what it is asked to do. */
function recordingLab(): { lab: LabApi; calls: unknown[][] } {
  const calls: unknown[][] = []
  const answers: Record<string, unknown> = {
    partition: 'f1',
    changeLinks: 'f2',
    command: { node: 3, outcome: 'unknown', reply: 'no answer', latencyMs: 1 } as WriteResult,
    slots: [],
    read: { verdict: 'undetermined', value: null, reason: 'two are down', replies: [] },
  }
  const lab = new Proxy({} as LabApi, {
    get:
      (_, name: string) =>
      async (...args: unknown[]) => {
        calls.push([name, ...args])
        return answers[name]
      },
  })
  return { lab, calls }
}

function nodeView(node: number, role: NodeStatus['role'], round: number): NodeView {
  const status = { role, ballot: { round, node } } as NodeStatus
  const place = { clientHost: '127.0.0.1', clientPort: 7000 + node, statusAtMs: 0, failure: [] }
  return { node, state: 'running', pid: node, life: 1, status, ...place }
}

function statusOf(nodes: readonly NodeView[]): LabStatus {
  return {
    state: 'running',
    atMs: 0,
    cluster: 'c',
    options: { ...DEFAULT_CLUSTER, policy: LEADER_POLICY },
    nodes,
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
}

describe('performVerb', () => {
  const nodes = [nodeView(1, 'leading', 3), nodeView(2, 'idle', 0), nodeView(3, 'leading', 4)]
  const context = { status: () => statusOf(nodes) }

  it.each([
    ['kill 2', ['killNode', 2]],
    ['kill leader', ['killNode', 3]],
    ['stop follower', ['stopNode', 1]],
    ['restart 2', ['restartNode', 2]],
    ['pause 2', ['pauseNode', 2]],
    ['resume 2', ['resumeNode', 2]],
    ['elect 2', ['startElection', 2]],
    ['step-down 1', ['stepDown', 1]],
    ['heal', ['healAll', false]],
    ['heal all', ['healAll', true]],
    ['heal f7', ['endFault', 'f7']],
    ['cut 1 > 2', ['changeLinks', [{ from: 1, to: 2 }], { kind: 'cut' }]],
    [
      'drop-next 1 2 3',
      [
        'changeLinks',
        [
          { from: 1, to: 2 },
          { from: 2, to: 1 },
        ],
        { kind: 'dropNext', count: 3 },
      ],
    ],
    ['load off', ['setLoad', null]],
    ['policy eager', ['setPolicy', { kind: 'eager' }]],
    ['slots 2 1 5', ['slots', 2, 1, 5]],
  ])('%s', async (line, call) => {
    const { lab, calls } = recordingLab()
    const result = await performVerb(lab, parseVerb(line), context)
    expect(calls).toEqual([call])
    expect(result).toMatchObject({ ok: true, verb: line.split(' ')[0] })
    expect(result.words).not.toContain('\n')
  })

  it('"all" is every directed link once', async () => {
    const { lab, calls } = recordingLab()
    await performVerb(lab, parseVerb('delay all 20 5'), context)
    expect(calls[0]?.[1]).toHaveLength(6)
    expect(calls[0]?.[2]).toEqual({ kind: 'delay', delayMs: 20, jitterMs: 5 })
  })

  it('a command without an answer is a result that is not ok', async () => {
    const { lab } = recordingLab()
    const result = await performVerb(lab, parseVerb('write 3 k v'), context)
    expect(result).toMatchObject({ ok: false, outcome: 'unknown', words: 'unknown: no answer' })
  })

  it('a learner read may be undetermined, with the reason', async () => {
    const { lab } = recordingLab()
    const result = await performVerb(lab, parseVerb('read k'), context)
    expect(result).toMatchObject({ verdict: 'undetermined', words: 'undetermined: two are down' })
  })

  it('without a leader "leader" is refused and nothing is called', async () => {
    const { lab, calls } = recordingLab()
    const idle = { status: () => statusOf([nodeView(1, 'idle', 0)]) }
    await expect(performVerb(lab, parseVerb('kill leader'), idle)).rejects.toThrow('no leader now')
    expect(calls).toEqual([])
  })

  it('status names the leader with the highest ballot', async () => {
    const { lab } = recordingLab()
    const result = await performVerb(lab, { verb: 'status' }, context)
    expect(result).toMatchObject({ leader: 3, verdict: 'valid', faults: [] })
    expect(result.words).toContain('node 3 leads')
  })
})
