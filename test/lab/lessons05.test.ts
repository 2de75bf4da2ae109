/** Lesson 5 on five real processes, played as the panel does it, in two runs. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { playedAndVerified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

it('S15 S16: lesson past: played on real processes, its records are valid', async () => {
  rig = new LabRig()
  const { runDirs } = await playedAndVerified(rig, 'past')
  expect(runDirs).toHaveLength(2)
})
