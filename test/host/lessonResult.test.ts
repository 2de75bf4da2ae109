/** The result file of a lesson (LR5-LR8): saved by the command line and the desk, and judged. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { parseArgs } from '../../src/shared/apiSchemas'
import { lessonCommand } from '../../src/main/cli/lesson'
import { FIRST_HASH, hashLine, printRecordLine } from '../../src/main/lab/recordFile'
import type { Lesson } from '../../src/shared/lesson'
import { parseLesson } from '../../src/shared/lessonFile'
import { LessonResultReader, printLessonResult } from '../../src/shared/lessonResult'
import { pickOf, studentSeed } from '../../src/shared/studentSeed'
import { DeskRig } from '../support/deskRig'
import { bundledFiles, lessonText, REFERENCE_RUNS } from '../support/lessonRecords'

const mainDir = join(import.meta.dirname, '../../out/main')
const RUN = '2026-11-22T08-00-00-aaaa'
const KEY = 'autumn'
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><text>A figure</text></svg>'
const PARAGRAPH = 'Two majorities of five share a node.\nSo the second one hears of it.'

let dir: string

beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'paxos-lab-result-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

interface Row {
  readonly type: string
  readonly student: string
  readonly verdict: string
  readonly evidence: number
  readonly notes: readonly string[]
  readonly handIn: { readonly [field: string]: unknown } | null
}

async function lesson(...words: string[]): Promise<{ code: number; out: string; rows: Row[] }> {
  const written: string[] = []
  const keep = (text: unknown): boolean => written.push(String(text)) > 0
  const spies = [process.stdout, process.stderr].map((stream) => {
    return vi.spyOn(stream, 'write').mockImplementation(keep)
  })
  try {
    const code = await lessonCommand({ mainDir, version: '0.0.0' }).run(words)
    const out = written.join('')
    const lines = out.split('\n').filter((line) => line.startsWith('{"type":"student"'))
    return { code, out, rows: lines.map((line) => JSON.parse(line) as Row) }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

function copyFor(student: string | null): Lesson {
  const [yaml = '', prose = ''] = bundledFiles().find(([file]) => file.includes('majority')) ?? []
  const seed = student === null ? null : studentSeed(student, KEY)
  return parseLesson(lessonText(yaml), lessonText(prose), yaml, seed)
}

/** Students who drew the words of the run that is written by hand; their seeds differ. */
const [ADA = '', BEN = ''] = Array.from({ length: 2000 }, (_, at) => `s${at}`).filter((student) => {
  const pick = pickOf(studentSeed(student, KEY))
  return pick('majority', 'colour', 8) === 0 && pick('majority', 'nodes', 6) === 0
})
/** One who drew others. */
const EVE = 'eve'

function reference(own: Lesson): LabEvent[] {
  return REFERENCE_RUNS['majority']?.(own).lab({ type: 'clusterStopped' }).events ?? []
}

function linesOf(events: readonly LabEvent[]): string[] {
  let prev = FIRST_HASH
  return events.map((event) => {
    const line = printRecordLine(event, prev)
    prev = hashLine(line)
    return line
  })
}

/** As a lab leaves it; answers its directory. */
function keepRun(folder: string, events: readonly LabEvent[], run = RUN): string {
  const path = join(dir, folder, run)
  mkdirSync(path, { recursive: true })
  const lines = linesOf(events)
  writeFileSync(join(path, 'events.ndjson'), `${lines.join('\n')}\n`)
  const about = { version: 1, title: 'A run', startedAt: '2026-11-22T08:00:00.000Z' }
  const system = { appVersion: '1.2.3', system: 'linux x64', nodeVersion: 'v24', cpus: 2 }
  writeFileSync(join(path, 'run.json'), JSON.stringify({ ...about, ...system }))
  const result = { events: lines.length, recordHash: hashLine(lines.at(-1) ?? '') }
  writeFileSync(join(path, 'result.json'), JSON.stringify(result))
  return path
}

/** The file of a student, in the folder of the class. */
async function save(student: string, runDir: string, name = student): Promise<string> {
  writeFileSync(join(dir, 'words.txt'), PARAGRAPH)
  writeFileSync(join(dir, 'figure.svg'), SVG)
  mkdirSync(join(dir, 'class'), { recursive: true })
  const out = join(dir, 'class', `${name}.paxos-result`)
  const who = student === '' ? [] : ['--student', student, '--class-key', KEY]
  const more = ['--paragraph', join(dir, 'words.txt'), '--figure', join(dir, 'figure.svg')]
  await lesson('result', runDir, '--lesson', 'majority', ...who, ...more, '--out', out)
  return out
}

describe('LR5: one file', () => {
  it('has all that a teacher needs, and is valid', async () => {
    const file = await save(ADA, keepRun('ada', reference(copyFor(ADA))))
    const [head = '', run = ''] = readFileSync(file, 'utf8').split('\n')
    expect(JSON.parse(head)).toMatchObject({
      ...{ paxosLab: 'lesson result', format: 1, lesson: 'majority', version: 2, student: ADA },
      ...{ seed: studentSeed(ADA, KEY), paragraph: PARAGRAPH },
      figure: { name: 'figure.svg', type: 'image/svg+xml', data: SVG },
    })
    const { answers } = JSON.parse(head) as { answers: unknown[] }
    expect(answers).toHaveLength(4)
    expect(answers[0]).toEqual({ step: 'write', choice: 2, at: '2026-11-22T08:00:00.800Z' })
    expect(JSON.parse(run)).toMatchObject({
      about: { appVersion: '1.2.3', system: 'linux x64' },
      state: 'over',
    })
    const { code, rows } = await lesson('verify', file, '--json', '--class-key', KEY)
    expect(rows).toMatchObject([{ student: ADA, verdict: 'valid', evidence: 50, notes: [] }])
    expect(rows[0]?.handIn).toMatchObject({ paragraph: PARAGRAPH, figure: 'figure.svg' })
    expect(code).toBe(0)
  })

  it('the desk reads a run in pieces, and what a window makes of them is the same', async () => {
    const rig = new DeskRig()
    try {
      const events = reference(copyFor(ADA))
      const from = keepRun('runs', events)
      mkdirSync(join(rig.runsDir, RUN), { recursive: true })
      for (const name of ['events.ndjson', 'run.json', 'result.json']) {
        writeFileSync(join(rig.runsDir, RUN, name), readFileSync(join(from, name)))
      }
      const { recordBytes, inputs, ...head } = await rig.desk.lessonRun(RUN)
      expect(head).toMatchObject({ id: RUN, state: 'over', told: { events: events.length } })
      expect(inputs).toEqual([])
      const piece = await rig.desk.lessonRunText(RUN, 'events.ndjson', 0, recordBytes)
      expect(piece).toEqual({ text: `${linesOf(events).join('\n')}\n`, next: null })
      const half = await rig.desk.lessonRunText(RUN, 'events.ndjson', 0, recordBytes - 10)
      expect(half.text.split('\n')).toHaveLength(events.length)
      for (const name of ['run.json', '../run.json', 'inputs/../../x']) {
        expect(() => parseArgs('lessonRunText', [RUN, name, 0, 10])).toThrow(/lessonRunText/)
      }
    } finally {
      await rig.close()
    }
  })

  it('explanations are written out to be read', async () => {
    await save(ADA, keepRun('ada', reference(copyFor(ADA))), '../odd')
    const out = join(dir, 'read')
    await lesson('verify', join(dir, 'odd.paxos-result'), '--explanations', out)
    expect(readFileSync(join(out, `${ADA}.majority.txt`), 'utf8')).toBe(`${PARAGRAPH}\n`)
    expect(readFileSync(join(out, `${ADA}.majority.svg`), 'utf8')).toBe(SVG)
  })

  it('CSV has one row a student, with words and figure', async () => {
    await save(ADA, keepRun('ada', reference(copyFor(ADA))))
    await save(BEN, keepRun('ben', reference(copyFor(BEN))))
    const { code, out } = await lesson('verify', join(dir, 'class'), '--csv', '--class-key', KEY)
    const [head = '', ...lines] = out.trimEnd().split('\r\n')
    expect(head).toMatch(/,words,figure,runs,notes$/)
    expect(lines.map((line) => line.split(',').slice(0, 5).join())).toEqual([
      `${ADA},majority,2,valid,50`,
      `${BEN},majority,2,valid,50`,
    ])
    expect(lines[0]).toMatch(/,14,figure\.svg,/)
    expect(code).toBe(0)
  })
})

describe('LR6: what was done to a file shows', () => {
  it.each([
    [
      'an event',
      (text: string) => text.replace('"undetermined"', '"chosen"'),
      /run .*, event \d+\) was changed/,
    ],
    [
      'the paragraph',
      (text: string) => text.replace('share a node', 'share none'),
      /line 1 was changed/,
    ],
    [
      'the student',
      (text: string) => text.replace(`"student":"${ADA}"`, `"student":"${BEN}"`),
      /line 1 was changed/,
    ],
    [
      'what the lab said of the run',
      (text: string) => text.replace('1.2.3', '1.2.4'),
      /line 2 was changed/,
    ],
    [
      'a line that is gone',
      (text: string) => text.split('\n').toSpliced(9, 1).join('\n'),
      /line 9 .*was changed/,
    ],
    [
      'a line behind the end',
      (text: string) => `${text}{"paxosLab":"end","lines":3}\n`,
      /behind the end/,
    ],
  ])('%s: invalid, and where', async (_what, change, words) => {
    const file = await save(ADA, keepRun('ada', reference(copyFor(ADA))))
    const text = readFileSync(file, 'utf8')
    expect(change(text)).not.toBe(text)
    writeFileSync(file, change(text))
    const { code, rows } = await lesson('verify', file, '--json')
    expect(rows[0]).toMatchObject({ verdict: 'invalid' })
    expect(rows[0]?.notes.join()).toMatch(words)
    expect(code).toBe(1)
  })

  it('a file that is cut off is unknown wherever it ends', async () => {
    const file = await save(ADA, keepRun('ada', reference(copyFor(ADA))))
    const text = readFileSync(file, 'utf8')
    const line = text.indexOf('\n', text.length / 2)
    for (const bytes of [20, 900, text.length / 2, line + 1, text.length - 80]) {
      writeFileSync(file, text.slice(0, bytes))
      const { code, rows } = await lesson('verify', file, '--json')
      expect(rows[0]).toMatchObject({ verdict: 'unknown' })
      expect(rows[0]?.notes.join()).toContain('cut off')
      expect(code).toBe(2)
    }
  })

  it('a record that does not end as its lab said is found in the file, too', async () => {
    const runDir = keepRun('ada', reference(copyFor(ADA)))
    const lines = readFileSync(join(runDir, 'events.ndjson'), 'utf8').split('\n')
    writeFileSync(join(runDir, 'events.ndjson'), `${lines.slice(0, -12).join('\n')}\n`)
    const { code, rows } = await lesson('verify', await save(ADA, runDir), '--json')
    expect(rows[0]?.notes.join()).toContain('the record does not end as result.json says')
    expect(code).toBe(2)
  })
})

describe('LR8: whose it is', () => {
  it('an empty run of the right student is invalid by its checks alone', async () => {
    const own = copyFor(ADA)
    const empty = reference(own)
      .slice(0, 8)
      .concat({ type: 'clusterStopped', by: 'lab', seq: 9, atMs: 900 })
    const { code, rows } = await lesson('verify', await save(ADA, keepRun('ada', empty)), '--json')
    expect(rows[0]).toMatchObject({ verdict: 'invalid', evidence: 0, notes: [] })
    expect(code).toBe(1)
  })

  it("the run of another student, handed in as one's own, has the wrong seed", async () => {
    const runDir = keepRun('ada', reference(copyFor(ADA)))
    // Ben draws the same words; his seed is another one.
    const file = await save(BEN, runDir)
    const { code, rows } = await lesson('verify', file, '--json', '--class-key', KEY)
    expect(rows[0]).toMatchObject({ student: BEN, verdict: 'invalid', evidence: 0 })
    expect(rows[0]?.notes.join()).toMatch(/was made with the seed of somebody else: \d+, not \d+/)
    expect(code).toBe(1)
  })

  it('whoever forges the seed of the run still has the words of another', async () => {
    const own = copyFor(EVE)
    const forged = reference(copyFor(ADA)).map((event) => {
      return event.type === 'clusterStarted' ? { ...event, seed: own.cluster.seed } : event
    })
    const file = await save(EVE, keepRun('eve', forged))
    const { code, rows } = await lesson('verify', file, '--json', '--class-key', KEY)
    expect(rows[0]).toMatchObject({ student: EVE, verdict: 'invalid' })
    expect(rows[0]?.evidence).toBeLessThan(30)
    expect(code).toBe(1)
  })

  it('the file of another student under a new name says so; with a new head both are copies', async () => {
    const runDir = keepRun('ada', reference(copyFor(ADA)))
    await save(ADA, runDir, 'ben')
    const alone = await lesson('verify', join(dir, 'class'), '--json', '--class-key', KEY)
    expect(alone.rows).toMatchObject([{ student: ADA, verdict: 'valid' }])
    await save(BEN, runDir, 'other')
    const { rows } = await lesson('verify', join(dir, 'class'), '--json')
    expect(rows.map(({ verdict }) => verdict)).toEqual(['invalid', 'invalid'])
    expect(rows.map(({ notes }) => notes.join()).join()).toContain(`${BEN} handed in the same run`)
  })

  it('a lesson without a seed, or with that of another class, is not that of the class', async () => {
    const file = await save('', keepRun('ada', reference(copyFor(null))), ADA)
    expect(await lesson('verify', file)).toMatchObject({ code: 0 })
    const { code, rows } = await lesson('verify', file, '--json', '--class-key', KEY)
    expect(rows[0]?.notes.join()).toContain('has no seed of a student')
    expect(code).toBe(1)
    const own = await save(ADA, keepRun('own', reference(copyFor(ADA))), 'own')
    const spring = await lesson('verify', own, '--json', '--class-key', 'spring')
    expect(spring.rows[0]?.notes.join()).toMatch(/has the seed \d+; that of \w+ in this class is/)
  })

  it('runs without a file are judged by the seed of their folder', async () => {
    keepRun(join('plain', ADA), reference(copyFor(ADA)))
    const right = await lesson('verify', join(dir, 'plain'), '--json', '--class-key', KEY)
    expect(right.rows).toMatchObject([{ student: ADA, verdict: 'valid', handIn: null }])
    keepRun(join('copied', BEN), reference(copyFor(ADA)))
    const wrong = await lesson('verify', join(dir, 'copied'), '--json', '--class-key', KEY)
    expect(wrong.rows).toMatchObject([{ student: BEN, verdict: 'invalid' }])
  })

  it('a teacher prints the copy of a student', async () => {
    const { out } = await lesson('show', 'majority', '--student', EVE, '--class-key', KEY)
    expect(out).toContain(copyFor(EVE).steps[0]?.predict?.question)
    await expect(lesson('show', 'majority', '--student', EVE)).rejects.toThrow(/go together/)
  })
})

it('records of other lessons, and files of many runs, hold the chain', async () => {
  const record = [['{"a":1,"prev":"', FIRST_HASH, '"}\n'].join('')]
  const run = (id: string, texts: readonly string[]) => ({
    ...{ id, state: 'cut' as const, about: {}, told: null },
    async *inputs() {
      yield { name: 'inputs/node1.life1.ndjson', text: 'x\n' }
    },
    async *record() {
      yield* texts
    },
  })
  const head = { lesson: 'x', version: 1, student: 'a', seed: null, savedAt: '', answers: [] }
  const parts: string[] = []
  const runs = [run('one', record), run('two', []), run('three', record)]
  for await (const text of printLessonResult(
    { ...head, paragraph: '', figure: null },
    runs,
    hashLine,
  )) {
    parts.push(text)
  }
  const reader = new LessonResultReader(hashLine)
  const kinds = parts
    .join('')
    .trimEnd()
    .split('\n')
    .map((line) => reader.take(line).kind)
  expect(kinds.join(' ')).toBe(
    'head run input record runEnd run input runEnd run input record runEnd end',
  )
  expect(reader.isOver).toBe(true)
})
