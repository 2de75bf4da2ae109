/** Lesson 13 on real processes, played as the panel does it, in five runs. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { playedAndVerified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

it('S2b S20 S20b: lesson who-knows: played on real processes, its records are valid', async () => {
  rig = new LabRig()
  const { runDirs } = await playedAndVerified(rig, 'who-knows')
  expect(runDirs).toHaveLength(5)
})
