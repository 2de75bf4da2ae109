/** Lesson 6 on five real processes: a past with two votes, taken by M6, then by the rules. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { playedAndVerified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

it('S15: lesson p2c: played on real processes, its records are valid', async () => {
  rig = new LabRig()
  const { runDirs, options } = await playedAndVerified(rig, 'p2c')
  expect(runDirs).toHaveLength(2)
  // What the student is left with is Lamport's Paxos.
  expect(options).toMatchObject({ mutant: null, variant: 'lamport', phases: 'both' })
})
