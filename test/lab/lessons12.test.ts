/** Lesson 12 on three real processes, played as the panel does it, in three runs. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { playedAndVerified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

it('S14 S24: lesson memory: played on three processes, its records are valid', async () => {
  rig = new LabRig()
  const { runDirs } = await playedAndVerified(rig, 'memory')
  expect(runDirs).toHaveLength(3)
})
