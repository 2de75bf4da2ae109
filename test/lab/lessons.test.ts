/**
 * Two lessons on real processes, act by act through the API as the panel does it, and the record of
 * each judged by `paxos-lab lesson verify`.
 */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { playedAndVerified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

it.each(['majority', 'duel'])(
  'lesson %s: played on five processes, its record is valid',
  async (id) => {
    rig = new LabRig()
    const { runDirs } = await playedAndVerified(rig, id)
    expect(runDirs).toHaveLength(1)
  },
)

it('a mark needs a cluster that runs, and words of a lesson', async () => {
  rig = new LabRig()
  await expect(rig.lab.markLesson('majority@1: begin write')).rejects.toMatchObject({
    code: 'notRunning',
  })
  await rig.start({ nodes: 3 })
  await expect(rig.lab.markLesson('anything')).rejects.toMatchObject({ code: 'badArgument' })
})
