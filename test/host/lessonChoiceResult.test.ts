/** Lesson 6 handed in: choices are in the file, and are judged again when it is verified. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { writeLessonResult } from '../../src/main/cli/lessonResult'
import { rowLines, toCsv } from '../../src/main/cli/lessonTable'
import type { StudentRow } from '../../src/main/cli/lessonTable'
import { verifyClass } from '../../src/main/cli/lessonVerify'
import { FIRST_HASH, hashLine } from '../../src/main/lab/recordFile'
import { printRecordLine } from '../../src/main/lab/recordFile'
import { lessonOf, REFERENCE_RUNS } from '../support/lessonRecords'

const LESSON = lessonOf('p2c')
const RUN = '2026-11-22T08-00-00-aaaa'
/** So that `../../resources` of it is that of the repository. */
const MAIN_DIR = join(import.meta.dirname, '../../out/main')

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'paxos-lab-choice-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** `change`: of the marks, before they are recorded. */
function keepRun(change: (act: string) => string): string {
  const path = join(dir, 'ada', RUN)
  mkdirSync(path, { recursive: true })
  const run = REFERENCE_RUNS['p2c']?.(LESSON).lab({ type: 'clusterStopped' })
  const events = (run?.events ?? []).map((event): LabEvent => {
    return event.type === 'acted' ? { ...event, act: change(event.act) } : event
  })
  let prev = FIRST_HASH
  const lines = events.map((event) => {
    const line = printRecordLine(event, prev)
    prev = hashLine(line)
    return line
  })
  writeFileSync(join(path, 'events.ndjson'), `${lines.join('\n')}\n`)
  const about = { version: 1, title: 'A run', startedAt: '2026-11-22T08:00:00.000Z' }
  writeFileSync(join(path, 'run.json'), JSON.stringify({ ...about, appVersion: '1.2.3' }))
  const result = { events: lines.length, recordHash: prev }
  writeFileSync(join(path, 'result.json'), JSON.stringify(result))
  return path
}

async function handedIn(change: (act: string) => string): Promise<[file: string, row: StudentRow]> {
  const out = join(dir, 'ada.p2c.paxos-result')
  const wish = { lesson: LESSON, student: 'ada', paragraph: null, figure: null, out }
  await writeLessonResult({ ...wish, runDirs: [keepRun(change)] })
  const options = { mainDir: MAIN_DIR, lesson: null, classKey: null }
  const [row] = (await verifyClass([out], options, () => {})).rows
  if (row === undefined) throw new Error('there is no row')
  return [readFileSync(out, 'utf8'), row]
}

it('LR5 LR7: choices stand in the head with tries and time, and are valid', async () => {
  const [text, row] = await handedIn((act) => act)
  const [head = ''] = text.split('\n')
  const { choices } = JSON.parse(head) as { choices: { readonly step: string }[] }
  expect(choices.map(({ step }) => step)).toEqual(['free', 'split', 'settled', 'late', 'trap'])
  expect(choices.at(-1)).toMatchObject({ value: 'red', witnesses: [1, 2, 3], tries: 1 })
  expect(row).toMatchObject({ verdict: 'valid', evidence: 50, prediction: 20, notes: [] })
  const words = 'red by N1 N2 N3, legal (N2 has accepted red at 2.2, the highest below 3.1 in S)'
  expect(rowLines(row)).toContain(`  choice  trap: ${words}`)
  expect(toCsv([row])).toContain('"red by N1 N2 N3, legal"')
})

it('LR4: a value that P2c does not let be proposed is false, whoever recorded it', async () => {
  const [, row] = await handedIn((act) => act.replace(/(choose trap \S+) red/, '$1 blue'))
  expect(row).toMatchObject({ verdict: 'invalid', evidence: 44 })
  const [trap] = row.checks.filter(({ step, goal }) => step === 'trap' && goal === 'legal')
  expect(trap).toMatchObject({ verdict: 'invalid', found: 'blue by N1 N2 N3' })
  expect(rowLines(row).join('\n')).toMatch(/choice {2}trap: blue by N1 N2 N3, refused \(N2 has/)
})

it('a choice that was never handed in is told as missing', async () => {
  const [, row] = await handedIn((act) => act.replace('choose trap', 'choose nowhere'))
  expect(row).toMatchObject({ verdict: 'invalid', evidence: 42 })
  expect(rowLines(row)).toContain('  choice  trap: none (nothing was picked)')
})
