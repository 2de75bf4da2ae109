/** Lesson 3 on real processes: numbers ignored, then Lamport's acceptors on the same schedule. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { playedAndVerified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

it('S6 S14: lesson numbers: played on five processes, its two records are valid', async () => {
  rig = new LabRig()
  const { runDirs, options } = await playedAndVerified(rig, 'numbers')
  expect(runDirs).toHaveLength(2)
  // What the student is left with is Lamport's Paxos.
  expect(options).toMatchObject({ mutant: null, variant: 'lamport', phases: 'both' })
})
