/**
 * Every state of one slot with three acceptors and two values, searched whole over the rules that
 * nodes run: `mayPromise`, `mayVote` and `chooseValue`. The counts are those of the abstract model
 * of PMS §2.2 (protocol §11): a changed count is a changed protocol.
 *
 * This is the plain reference; `test/check/exploreAbstract.test.ts` has the explorer that ships.
 */
import { describe, expect, it } from 'vitest'
import { compareBallot } from '../../src/core/paxos/ballot'
import type { Ballot } from '../../src/core/paxos/ballot'
import { referenceSearch } from '../support/referenceExplorer'
import type { ReferenceFound, ReferenceRules } from '../support/referenceExplorer'

const search = (ballots: number, changed: Partial<ReferenceRules> = {}): ReferenceFound =>
  referenceSearch({ acceptors: 3, values: 2, ballots }, changed)

describe('3 acceptors, 2 values, every state', () => {
  it('S19: 1 ballot: 73 states, never two values chosen', () => {
    expect(search(1)).toMatchObject({ states: 73, violations: 0 })
  })

  it('S19: 2 ballots: 3,921 states, never two values chosen', () => {
    const found = search(2)
    expect(found).toMatchObject({ states: 3921, violations: 0 })
    expect(found.chosen).toBeGreaterThan(0)
  })

  it('S19: 3 ballots: 185,369 states, never two values chosen', () => {
    expect(search(3)).toMatchObject({ states: 185_369, violations: 0 })
  })

  it('S19: a proposer that ignores what was voted gets two values chosen', () => {
    expect(search(2, { chooseValue: () => null }).violations).toBeGreaterThan(0)
  })

  it('S18: an acceptor that accepts whatever it promised gets two values chosen', () => {
    expect(search(2, { mayVote: () => true }).violations).toBeGreaterThan(0)
  })

  it('S18: an acceptor that wants more than what it promised never lets a value be chosen', () => {
    const strict = (promised: Ballot, ballot: Ballot) => compareBallot(ballot, promised) > 0
    expect(search(2, { mayVote: strict })).toMatchObject({ violations: 0, chosen: 0 })
  })
})
