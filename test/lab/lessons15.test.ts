/** Lesson 15 on real processes: Blog 2014 at five and at three nodes, then Lamport 2001. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { playedAndVerified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

it('S10: lesson blog-and-paper: played on real processes, its four records are valid', async () => {
  rig = new LabRig()
  const { runDirs, options } = await playedAndVerified(rig, 'blog-and-paper')
  expect(runDirs).toHaveLength(4)
  // What the student is left with is Lamport's Paxos.
  expect(options).toMatchObject({ mutant: null, variant: 'lamport', phases: 'both' })
})
