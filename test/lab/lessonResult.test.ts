/**
 * LR6: a lesson that asks for recorded inputs, on real processes. Its result file has them, and
 * they are replayed: a record that they do not give is not believed.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { writeLessonResult } from '../../src/main/cli/lessonResult'
import type { StudentRow } from '../../src/main/cli/lessonTable'
import { verifyClass } from '../../src/main/cli/lessonVerify'
import { INPUTS_FOLDER } from '../../src/main/lab/recordingFiles'
import { parseLesson } from '../../src/shared/lessonFile'
import { studentSeed } from '../../src/shared/studentSeed'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { Student } from '../support/student'

const YAML = `id: recorded
number: 99
title: Recorded
version: 1
minutes: 5
goal: To be replayed.
rows: [S1]
cluster: { nodes: 3, recordInputs: true }
seed: 7
per-student:
  value: [blue, green, amber, violet]
steps:
  - id: write
    title: Write
    acts:
      - { id: go, label: Write, fresh: true, do: 'write 1 colour {value}' }
    goals:
      - id: acked
        words: It was acknowledged
        check: count(clientReplied outcome=ok command="SET colour {value}") >= 1
        weight: 50
`
const PROSE = '## write\nWrite {value}.\n'
const KEY = 'autumn'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

async function judged(place: string, lesson: string): Promise<StudentRow | undefined> {
  const options = { mainDir: '', lesson, classKey: KEY }
  return (await verifyClass([place], options, () => {})).rows[0]
}

it('LR5 LR6 LR8: recorded inputs are handed in and replayed', async () => {
  rig = new LabRig()
  const file = join(rig.dir, 'recorded.lesson.yaml')
  writeFileSync(file, YAML)
  writeFileSync(join(rig.dir, 'recorded.md'), PROSE)
  const lesson = parseLesson(YAML, PROSE, 'recorded.lesson.yaml', studentSeed('ada', KEY))
  const student = new Student(rig, lesson)
  for (const step of lesson.steps) await student.take(step)
  mkdirSync(join(rig.dir, 'class'))
  const { runDirs } = student
  const [runDir = ''] = runDirs
  const wish = { lesson, student: 'ada', runDirs, paragraph: null, figure: null }

  // Saved while it goes on: that far it is whole.
  const early = join(rig.dir, 'class', 'early.paxos-result')
  await writeLessonResult({ ...wish, out: early })
  expect(await judged(early, file)).toMatchObject({ verdict: 'valid', evidence: 50 })

  await rig.lab.stopCluster()
  const whole = join(rig.dir, 'class', 'ada.paxos-result')
  await writeLessonResult({ ...wish, out: whole })
  expect(readFileSync(whole, 'utf8').split('{"paxosLab":"input"').length).toBeGreaterThan(3)
  expect(await judged(whole, file)).toMatchObject({ verdict: 'valid', evidence: 50, notes: [] })

  // Made up before it was saved, with all hashes of the file as they should be.
  const [input = ''] = readdirSync(join(runDir, INPUTS_FOLDER))
  const path = join(runDir, INPUTS_FOLDER, input)
  const text = readFileSync(path, 'utf8')
  const { value } = /(?<value>blue|green|amber|violet)/.exec(text)?.groups ?? {}
  writeFileSync(path, text.replaceAll(value ?? '', 'white'))
  const forged = join(rig.dir, 'forged.paxos-result')
  await writeLessonResult({ ...wish, out: forged })
  const row = await judged(forged, file)
  expect(row).toMatchObject({ verdict: 'invalid' })
  expect(row?.notes.join()).toMatch(/replayed inputs give something else: .*was changed/)
})
