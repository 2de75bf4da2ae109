/** Lesson 14 on three processes whose disks are those of PMS §3, played as the panel does it. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { playedAndVerified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

it('S27 S28 S29: lesson gaps: played on three processes, its record is valid', async () => {
  rig = new LabRig()
  const { runDirs } = await playedAndVerified(rig, 'gaps')
  expect(runDirs).toHaveLength(1)
})
