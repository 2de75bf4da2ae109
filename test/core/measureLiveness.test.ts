import { describe, expect, it } from 'vitest'
import type { Fault } from '../../src/core/fault'
import { allLinks, linksAcross } from '../../src/core/fault'
import { b, Run } from '../support/measureRun'

describe('liveness', () => {
  const cluster = [1, 2, 3, 4, 5]
  const split = (groups: number[][]): Fault => ({
    kind: 'partition',
    preset: 'custom',
    groups,
    links: linksAcross(cluster, groups),
  })
  const duel = (run: Run) =>
    run.bid(100, '1.1').bid(110, '1.2').preempted(120, '1.1', '1.2').bid(130, '2.1')

  it('three ballots of two proposers, one preempted, with work waiting: duelling until a choice', () => {
    const run = duel(new Run().start())
    expect(run.verdict).toBe('dueling')
    expect(run.measures.liveness).toMatchObject({
      undecidedBallots: 3,
      undecidedPreemptions: 1,
      undecidedSinceMs: 100,
    })
    run.elected(140, '2.1').chosen(150, '2.1', 1)
    expect(run.verdict).toBe('progressing')
    expect(run.measures.liveness).toMatchObject({
      undecidedBallots: 0,
      undecidedBallotsMax: 3,
      undecidedSinceMs: null,
      chosenAtMs: 150,
      preemptions: 1,
      bids: 3,
    })
  })

  it('one proposer that bids again and again does not duel', () => {
    const run = new Run().start().bid(100, '1.1').bid(200, '2.1').bid(300, '3.1').bid(400, '4.1')
    expect(run.verdict).toBe('progressing')
  })

  it('idle when nothing waits and nothing happened for a while', () => {
    const run = duel(new Run().start())
    expect(run.waiting(5000, 1).verdict).toBe('dueling')
    expect(run.waiting(5250, 0).verdict).toBe('idle')
  })

  it.each([
    [
      'a majority can talk',
      [
        [1, 2, 3],
        [4, 5],
      ],
      true,
    ],
    ['no group has a majority', [[1, 2], [3, 4], [5]], false],
    [
      'a bridge node reaches both sides',
      [
        [1, 2, 3],
        [3, 4, 5],
      ],
      true,
    ],
  ] as const)('%s: %j', (_title, groups, possible) => {
    const run = new Run().start().waiting(10, 1)
    run.fault(20, 'f1', split(groups.map((group) => [...group])))
    expect(run.verdict).toBe(possible ? 'progressing' : 'noQuorum')
    run.fault(30, 'f1', split([[1, 2, 3, 4, 5]]), true)
    expect(run.verdict).toBe('progressing')
  })

  it('kills and pauses count together, and a start is no outage', () => {
    const run = new Run().lab(0, { type: 'clusterStarted', members: cluster })
    expect(run.verdict).toBe('idle')
    for (const node of cluster) run.lab(10, { type: 'nodeReady', node })
    run.lab(20, { type: 'nodeExited', node: 1 }).lab(30, { type: 'nodeExited', node: 2 })
    expect(run.verdict).toBe('idle')
    run.fault(40, 'f1', { kind: 'pause', node: 3, cooperative: false })
    expect(run.verdict).toBe('noQuorum')
    run.lab(50, { type: 'nodeReady', node: 1 })
    expect(run.verdict).toBe('idle')
  })

  it.each([
    ['every frame', undefined, 'noQuorum'],
    ['promises, among others', ['promise', 'nack'], 'noQuorum'],
    ['heartbeats and refusals alone', ['heartbeat', 'nack'], 'progressing'],
  ] as const)('all links lose %s: %j makes it %s', (_title, types, verdict) => {
    const run = new Run().start().waiting(10, 1)
    const match = types === undefined ? undefined : { types }
    run.fault(20, 'f1', { kind: 'drop', links: allLinks(cluster), probability: 1, match })
    expect(run.verdict).toBe(verdict)
  })

  it('a cluster that was stopped misses no quorum', () => {
    const run = new Run().start()
    for (const node of cluster) run.lab(100, { type: 'nodeExited', node })
    expect(run.verdict).toBe('noQuorum')
    expect(run.lab(110, { type: 'clusterStopped' }).verdict).toBe('idle')
  })

  it('a choice that a second learner tells again later does not end a duel', () => {
    const run = new Run().start().bid(10, '1.1').elected(20, '1.1').chosen(30, '1.1', 1, 5)
    duel(run)
    run.node(200, 4, { type: 'chosen', ballot: b('1.1'), slot: 1, count: 5 })
    expect(run.measures.liveness).toMatchObject({
      undecidedBallots: 2,
      chosenSlots: 5,
      chosenAtMs: 30,
    })
  })

  it('counts the slots of the last second', () => {
    const run = new Run().start().bid(10, '1.1')
    for (let slot = 1; slot <= 30; slot += 1) run.chosen(slot * 100, '1.1', slot)
    expect(run.measures.liveness).toMatchObject({ chosenSlots: 30, chosenPerSecond: 10 })
    expect(run.waiting(9000, 0).measures.liveness.chosenPerSecond).toBe(0)
  })
})
