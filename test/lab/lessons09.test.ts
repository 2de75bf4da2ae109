/** Lesson 9 on three real processes, whose frames the FLP adversary orders. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { playedAndVerified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

it('S23: lesson flp: played on three processes, its two records are valid', async () => {
  rig = new LabRig()
  const { runDirs, options } = await playedAndVerified(rig, 'flp')
  expect(runDirs).toHaveLength(2)
  // What the student is left with is Lamport's Paxos.
  expect(options).toMatchObject({ mutant: null, variant: 'lamport', phases: 'both' })
})
