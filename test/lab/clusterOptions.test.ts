/** Options of a cluster: what is refused, and that nodes run with what was asked for. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LEADER_POLICY, LEASE_POLICY } from '../../src/core/paxos/config'
import { withFlags } from '../../src/main/cli/clusterFlags'
import { CALL_SCHEMAS } from '../../src/shared/apiSchemas'
import {
  clusterFault,
  clusterLabels,
  DEFAULT_CLUSTER,
  isPaxos,
} from '../../src/shared/clusterOptions'
import { imageRecords } from '../../src/shared/diskImage'
import { parseScenario } from '../../src/shared/experiment'
import { clusterOptions, LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'

const FRAME = 'version: 1\nname: a\ntitle: A\nsummary: B\nseconds: 1\nlevel: basic\n'
const scenario = (cluster: string) =>
  parseScenario(`${FRAME}cluster:\n${cluster}steps:\n  - do: heal\n`, 'a.paxlab.yaml')

describe('options that contradict themselves are refused, and say why', () => {
  it.each([
    [{ quorums: { kind: 'counts', phase1: 2, phase2: 3 } }, /^quorums: .*2 \+ 3 must exceed 5/],
    [
      { quorums: { kind: 'sets', phase1: [[1, 2]], phase2: [[3, 4]] } },
      /^quorums: phase-1 quorum \{1, 2\} and phase-2 quorum \{3, 4\} do not meet/,
    ],
    [{ roles: { proposers: [1], acceptors: [1, 2, 3], learners: [2] } }, /^roles: proposer 1/],
    [{ learnerMode: { kind: 'set', nodes: [7] } }, /^learnerMode: node 7 is no learner/],
    [{ clocks: [{ node: 9, offsetMs: 0, drift: 0 }] }, /^clocks: there is no node 9/],
    [{ variant: 'blog2014', quorums: { kind: 'counts', phase1: 3, phase2: 3 } }, /arithmetic/],
    [{ variant: 'blog2014', policy: LEASE_POLICY }, /^policy: the blog variant has no elections/],
    [
      { variant: 'blog2014', policy: { ...LEADER_POLICY, quorumAware: true } },
      /^policy: the blog variant has no elections/,
    ],
    [
      { readMode: 'lease', policy: LEADER_POLICY },
      /^readMode: lease reads need the policy "lease"/,
    ],
    [{ mutant: 'M6', variant: 'blog2014' }, /^mutant: mutants are of Lamport Paxos/],
    [{ mutant: 'M6', phases: 'second' }, /^mutant: phase 2 only is broken already/],
    [
      { image: [{ node: 1, promised: null, votes: [], learned: [], chosenThrough: 2 }] },
      /^image: node 1: slot 1 is said to be chosen/,
    ],
  ] as const)('%j', (changes, words) => {
    const options = clusterOptions(changes as Parameters<typeof clusterOptions>[0])
    expect(clusterFault(options)).toMatch(words)
    expect(CALL_SCHEMAS.startCluster.safeParse([options]).success).toBe(false)
  })

  it('and the defaults are taken at the edge of a host', () => {
    expect(CALL_SCHEMAS.startCluster.safeParse([clusterOptions()]).success).toBe(true)
    const policy = { ...LEASE_POLICY, quorumAware: true }
    const lease = clusterOptions({ policy, readMode: 'lease' })
    expect(CALL_SCHEMAS.startCluster.safeParse([lease]).success).toBe(true)
  })
})

describe('flags', () => {
  const base = clusterOptions({ nodes: 5 })

  it('become options', () => {
    const options = withFlags(base, {
      quorums: '2,4',
      'learner-mode': '2,3',
      policy: 'lease',
      'quorum-aware': true,
      'read-mode': 'majority-value',
      'snapshot-slots': '100',
      roles: '1,2/1,2,3,4,5/1,2,3',
      clock: '2:-500:0.1,3:0',
      flush: 'off',
      mutant: 'M6',
    })
    expect(options).toMatchObject({
      quorums: { kind: 'counts', phase1: 2, phase2: 4 },
      learnerMode: { kind: 'set', nodes: [2, 3] },
      policy: { ...LEASE_POLICY, quorumAware: true },
      readMode: 'valueMajority',
      snapshotSlots: 100,
      roles: { proposers: [1, 2], acceptors: [1, 2, 3, 4, 5], learners: [1, 2, 3] },
      clocks: [
        { node: 2, offsetMs: -500, drift: 0.1 },
        { node: 3, offsetMs: 0, drift: 0 },
      ],
      flush: false,
      mutant: 'M6',
    })
    const sets = withFlags(base, { quorums: '12,34/13,24' })
    expect(sets.quorums).toMatchObject({
      kind: 'sets',
      phase1: [
        [1, 2],
        [3, 4],
      ],
    })
  })

  it.each([
    [{ quorums: '2,3' }, /2 \+ 3 must exceed 5/],
    [{ quorums: 'most' }, /--quorums most is none of/],
    [{ mutant: 'M22' }, /--mutant M22 is none of M1, M2, /],
    [{ mutant: 'M1', phases: 'second' }, /mutant: phase 2 only/],
    [{ variant: 'raft' }, /--variant raft is none of lamport, blog2014/],
    [{ 'learner-mode': 'one' }, /--learner-mode one is none of/],
    [{ 'read-mode': 'best' }, /--read-mode best is none of log,/],
    [{ variant: 'blog2014', policy: 'leader' }, /^--policy: the blog variant has no elections/],
    [{ 'read-mode': 'lease', policy: 'leader' }, /^readMode: lease reads need the policy "lease"/],
    [{ policy: 'eager', 'quorum-aware': true }, /--quorum-aware needs/],
    [{ roles: '1,2' }, /--roles 1,2 is not/],
    [{ clock: '2' }, /--clock 2 is not NODE:OFFSET_MS/],
    [{ flush: 'maybe' }, /--flush maybe is none of on, off/],
  ])('that are wrong are named: %j', (flags, words) => {
    expect(() => withFlags(base, flags)).toThrow(words)
  })
})

describe('the cluster of a scenario', () => {
  it('says it all in words of its own', () => {
    const { cluster } = scenario(
      '  nodes: 3\n  policy: lease\n  quorumAware: true\n  quorums: [2, 2]\n' +
        '  learnerMode: all\n  readMode: majority-value\n  image:\n    - nodes: [1, 2]\n' +
        '      promised: "2.1"\n      learned:\n        - { slots: 1-2, command: SET k v }\n' +
        '      votes:\n        - { slots: 3, ballot: "1.3", command: "" }\n' +
        '      chosenThrough: 2\n',
    )
    expect(cluster).toMatchObject({
      policy: { ...LEASE_POLICY, quorumAware: true },
      quorums: { kind: 'counts', phase1: 2, phase2: 2 },
      learnerMode: { kind: 'all' },
      readMode: 'valueMajority',
    })
    const [first, second] = cluster.image.map(imageRecords)
    expect(first).toEqual(second)
    expect(first?.map(({ kind }) => kind)).toEqual(['learned', 'vote', 'promise', 'chosen'])
    expect(first?.[1]).toEqual({
      kind: 'vote',
      ballot: { round: 1, node: 3 },
      slot: 3,
      values: [''],
    })
  })

  it.each([
    ['  quorums: [1, 2]\n', /8:12: cluster\.quorums: .*1 \+ 2 must exceed 5/],
    ['  readMode: best\n', /8:13: .*is none of log, confirmed/],
    ['  image:\n    - { nodes: [1], promised: 1.1 }\n', /9:\d+: .*is not a ballot in quotes/],
    ['  mutant: M99\n', /8:11: cluster\.mutant/],
    ['  policy: raft\n', /8:11: cluster\.policy/],
  ])('is wrong at a place: %j', (cluster, words) => {
    expect(() => scenario(cluster)).toThrow(words)
  })
})

describe('a mutant', () => {
  it('is none by default, and a label wherever it is one', () => {
    expect(DEFAULT_CLUSTER.mutant).toBeNull()
    expect(scenario('  nodes: 3\n').cluster.mutant).toBeNull()
    expect(scenario('  mutant: M6\n').cluster.mutant).toBe('M6')
    const options = clusterOptions({ mutant: 'M6' })
    expect(isPaxos(options)).toBe(false)
    expect(clusterLabels(options)).toEqual(['mutant M6: adopts any reported value'])
    expect(CALL_SCHEMAS.startCluster.safeParse([options]).success).toBe(true)
  })
})

describe('a cluster', () => {
  let rig: LabRig
  beforeEach(() => (rig = new LabRig()))
  afterEach(() => rig.close())

  it('begins with its disk image, judges with its quorums, and tells of both', async () => {
    const quorums = { kind: 'counts', phase1: 3, phase2: 1 } as const
    const run = { slotFrom: 1, slotTo: 3, command: ['SET', 'k', 'v'] }
    const images = [1, 2, 3].map((node) => {
      return { node, promised: { round: 1, node: 1 }, votes: [], learned: [run], chosenThrough: 3 }
    })
    await rig.start({ nodes: 3, quorums, image: images, learnerMode: { kind: 'all' } })
    expect(await rig.get(2, 'k')).toBe('"v"')
    await rig.lab.powerLoss([1], false)
    const others = await eventually('a write of the others is answered', async () => {
      // Phase 1 needs all three: with one down nobody can be elected anew.
      const { outcome } = await rig.lab.command(2, ['SET', 'a', '1'])
      return outcome
    })
    await rig.lab.restartNode(1)
    await rig.write(1, 'b', others)
    const status = await rig.logsEqual()
    expect(status.checks.filter(({ state }) => state === 'violated')).toEqual([])
    const [first] = await rig.lab.events(1, 1)
    expect(first).toMatchObject({
      type: 'clusterStarted',
      quorums,
      roles: null,
      variant: 'lamport',
      mutant: null,
    })
  })

  it('of a mutant says so to clients, in its first event and in its title', async () => {
    await rig.start({ nodes: 3, mutant: 'M13' })
    const [first] = await rig.lab.events(1, 1)
    expect(first).toMatchObject({ type: 'clusterStarted', mutant: 'M13' })
    expect((await rig.status()).options?.mutant).toBe('M13')
    const { reply } = await rig.lab.command(2, ['PAXOS', 'STATUS'])
    expect(reply).toContain('M13: votes only above its promise')
    expect((await rig.lab.command(1, ['INFO', 'paxos'])).reply).toContain('mutant:M13: votes')
    const { reply: answer } = await rig.lab.command(1, ['SET', 'a', '1'])
    expect(answer).not.toContain('OK')
  })
})
