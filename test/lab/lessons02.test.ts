/** Lesson 2 on three real processes: phase 2 only twice, then Lamport's acceptors. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { playedAndVerified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

it('S12 S13: lesson accept-first: played on three processes, its three records are valid', async () => {
  rig = new LabRig()
  const { runDirs, options } = await playedAndVerified(rig, 'accept-first')
  expect(runDirs).toHaveLength(3)
  // What the student is left with is Lamport's Paxos.
  expect(options).toMatchObject({ mutant: null, variant: 'lamport', phases: 'both' })
})
