/**
 * `paxos-lab lesson verify`: result files, runs and records of a class, one row a student and
 * lesson.
 *
 * Verdict: that of the checks; `invalid` where a file was changed, a run has the seed or the record
 *          of somebody else, or replayed inputs do not give what was recorded; `unknown` where a
 *          file was cut off. The reason is in `notes`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { mutantLabel } from '../../core/mutants'
import type { Lesson } from '../../shared/lesson'
import { studentSeed } from '../../shared/studentSeed'
import { listRecordings } from '../lab/recordingFiles'
import { replayRun } from '../lab/replayRun'
import { findHandedIn, inOrder, recordOf } from './lessonClass'
import type { RecordPlace } from './lessonClass'
import { bundledLessons, findLesson } from './lessonFiles'
import { ownerOf, studentOf, takeApart } from './lessonHandIn'
import type { HandIn } from './lessonHandIn'
import { marksOf, unknownMarks, worst } from './lessonMarks'
import type { LessonVerdict, StudentMarks, StudentRun } from './lessonMarks'
import { readLessonRecord } from './lessonRecord'
import type { StudentRow } from './lessonTable'

export interface VerifyOptions {
  readonly mainDir: string
  /** Name or file of the only lesson that counts; null: every bundled one. */
  readonly lesson: string | null
  /** Null: nobody checks whose seed it is. */
  readonly classKey: string | null
}

/** `dir`: its directory; null: there is only its record. */
interface JudgedRun extends StudentRun {
  readonly dir: string | null
}

/** What one student handed in. */
interface Folder {
  readonly student: string
  readonly handIns: readonly HandIn[]
  readonly places: readonly RecordPlace[]
}

export interface Verified {
  readonly rows: readonly StudentRow[]
  readonly records: number
  /** Records and files that say nothing of a lesson. */
  readonly strange: readonly string[]
}

/** `tell` hears of each row when all are judged. */
export async function verifyClass(
  paths: readonly string[],
  options: VerifyOptions,
  tell: (row: StudentRow) => void,
): Promise<Verified> {
  const { results, records } = findHandedIn(paths)
  const scratch = mkdtempSync(join(tmpdir(), 'paxos-lab-lessons-'))
  try {
    const judge = new ClassJudge(options)
    const copies = new Copies()
    const judged: StudentRow[] = []
    const strange: string[] = []
    for (const { student, files, places } of await handedInBy(results, records)) {
      // One after the other: records of a whole class may be larger than a disk.
      const handIns: HandIn[] = []
      for (const [at, file] of files.entries()) {
        handIns.push(await takeApart(file, join(scratch, String(at))))
      }
      copies.note(student, handIns)
      const found = await judge.rows(folderOf(student, handIns, places))
      judged.push(...found.rows)
      strange.push(...found.strange)
      for (const at of files.keys())
        rmSync(join(scratch, String(at)), { recursive: true, force: true })
    }
    const rows = judged.map((row) => copies.marked(row))
    for (const row of rows) tell(row)
    return { rows, strange, records: results.length + records.length }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

interface Student {
  readonly student: string
  readonly files: string[]
  readonly places: RecordPlace[]
}

/** By student. */
async function handedInBy(
  results: readonly string[],
  records: readonly RecordPlace[],
): Promise<readonly Student[]> {
  const found = new Map<string, Student>()
  const of = (student: string): Student => {
    const own = found.get(student) ?? { student, files: [], places: [] }
    found.set(student, own)
    return own
  }
  for (const file of results) of(await ownerOf(file)).files.push(file)
  for (const place of inOrder(records)) of(place.student).places.push(place)
  return [...found.values()].toSorted((a, b) => a.student.localeCompare(b.student))
}

function folderOf(
  student: string,
  handIns: readonly HandIn[],
  records: readonly RecordPlace[],
): Folder {
  const places: RecordPlace[] = []
  for (const { name, runs } of handIns) {
    for (const { id, dir } of runs) {
      // Saved twice, it is in both files: once is enough.
      if (places.some(({ run }) => basename(run) === id)) continue
      places.push(recordOf(student, join(name, id), dir))
    }
  }
  return { student, handIns, places: [...places, ...records] }
}

/** Runs that more than one student handed in, by the hash of their last line. */
class Copies {
  private readonly owners = new Map<string, { readonly student: string; readonly run: string }[]>()

  note(student: string, handIns: readonly HandIn[]): void {
    for (const { name, runs } of handIns) {
      for (const { id, hash } of runs) {
        if (hash === null) continue
        const own = { student, run: join(name, id) }
        this.owners.set(hash, [...(this.owners.get(hash) ?? []), own])
      }
    }
  }

  /** Invalid with its reason, if somebody else handed in a run of it. */
  marked(row: StudentRow): StudentRow {
    const reasons: string[] = []
    for (const owners of this.owners.values()) {
      const own = owners.find(
        ({ student, run }) => student === row.student && row.runs.includes(run),
      )
      const others = owners.map(({ student }) => student).filter((one) => one !== row.student)
      if (own === undefined || others.length === 0) continue
      reasons.push(`${own.run}: ${[...new Set(others)].join(', ')} handed in the same run`)
    }
    if (reasons.length === 0) return row
    return { ...row, verdict: 'invalid', notes: [...reasons, ...row.notes] }
  }
}

interface Judged {
  readonly rows: readonly StudentRow[]
  readonly strange: readonly string[]
}

class ClassJudge {
  private readonly lessons = new Map<string, readonly Lesson[]>()

  constructor(private readonly options: VerifyOptions) {}

  async rows(folder: Folder): Promise<Judged> {
    const seed = this.seedOf(folder)
    const named = namedIn(folder)
    const known = this.lessonsOf(seed, named)
    const only = this.options.lesson === null ? null : known[0]?.id
    const reasons = this.reasons(folder, seed)
    const runs = new Map<string, JudgedRun[]>()
    const strange: string[] = []
    for (const place of inOrder(folder.places)) {
      const { run, file, dir } = place
      const { lessons, notes, isChanged } = await readLessonRecord(file, dir, known)
      if (isChanged) reasons.push(...notes.map((words) => `${run}: ${words}`))
      for (const finding of lessons) {
        if (only !== null && finding.lesson !== only) continue
        if (named?.has(finding.lesson) === false) continue
        const own = [...(runs.get(finding.lesson) ?? []), { run, notes, finding, dir }]
        runs.set(finding.lesson, own)
      }
      if (lessons.length === 0) {
        strange.push([`${run}: no lesson is marked in this record`, ...notes].join('; '))
      }
    }
    // A file without a run of its lesson is judged, too.
    for (const { head } of folder.handIns) {
      const isWanted = head !== null && (only === null || head.lesson === only)
      if (isWanted && !runs.has(head.lesson)) runs.set(head.lesson, [])
    }
    const rows: StudentRow[] = []
    for (const [name, own] of runs) {
      rows.push(await rowOf(folder, { name, runs: own, known, reasons: [...reasons] }))
    }
    for (const { head, name, problem } of folder.handIns) {
      if (head === null) strange.push(problem?.words ?? `${name} is no result file`)
      if (head === null && rows.length === 0) rows.push(nothingOf(folder, name))
    }
    return { rows, strange }
  }

  /** Null: everybody's lesson. */
  private seedOf({ student, handIns }: Folder): number | null {
    const { classKey } = this.options
    if (classKey !== null) return studentSeed(student, classKey)
    return handIns.find(({ head }) => head !== null)?.head?.seed ?? null
  }

  /** Reasons not to believe these files, whatever is in their records. */
  private reasons({ student, handIns }: Folder, seed: number | null): string[] {
    const found: string[] = []
    for (const { name, head, problem } of handIns) {
      if (problem?.kind === 'changed') found.push(problem.words)
      if (this.options.classKey !== null && head !== null && head.seed !== seed) {
        const own = head.seed === null ? 'no seed of a student' : `the seed ${head.seed}`
        found.push(`${name} has ${own}; that of ${student} in this class is ${seed ?? 'none'}`)
      }
    }
    return found
  }

  /** `only`: null, all of them. */
  private lessonsOf(seed: number | null, only: ReadonlySet<string> | null): readonly Lesson[] {
    const { mainDir, lesson } = this.options
    const key = `${seed} ${[...(only ?? ['all'])].join(' ')}`
    const known =
      this.lessons.get(key) ??
      (lesson === null
        ? bundledLessons(mainDir, seed, only).map((each) => each.lesson)
        : [findLesson(mainDir, lesson, seed).lesson])
    this.lessons.set(key, known)
    return known
  }
}

/** Lessons that its result files name; null: only the records can tell. */
function namedIn({ handIns, places }: Folder): ReadonlySet<string> | null {
  const runs = handIns.reduce((sum, handIn) => sum + handIn.runs.length, 0)
  if (handIns.length === 0 || runs < places.length) return null
  return new Set(handIns.flatMap(({ head }) => head?.lesson ?? []))
}

interface RowParts {
  readonly name: string
  readonly runs: readonly JudgedRun[]
  readonly known: readonly Lesson[]
  readonly reasons: string[]
}

async function rowOf(folder: Folder, parts: RowParts): Promise<StudentRow> {
  const { name, runs, known, reasons } = parts
  const lesson = known.find(({ id }) => id === name)
  const handIn = folder.handIns.findLast(({ head }) => head?.lesson === name)
  const isCut = folder.handIns.some(({ problem }) => problem?.kind === 'cut')
  const version = runs.at(-1)?.finding.version ?? handIn?.head?.version ?? 0
  const notes = folder.handIns.flatMap(({ problem }) =>
    problem?.kind === 'cut' ? [problem.words] : [],
  )
  const fits: StudentRun[] = []
  for (const run of runs) {
    if (run.finding.found === null) continue
    const stranger = lesson === undefined ? null : strangerIn(lesson, run)
    if (stranger === null) fits.push(run)
    else reasons.push(stranger)
    notes.push(...hiddenWords(run))
    if (run.dir !== null) await judgeInputs(run.run, run.dir, lesson, { reasons, notes })
  }
  const isKnown =
    lesson !== undefined && (runs.length === 0 || fits.length > 0 || reasons.length > 0)
  const marks = isKnown ? marksOf(lesson, fits) : unknownMarks(name, version, runs)
  return {
    student: folder.student,
    ...marks,
    ...{ verdict: verdictOf(marks.verdict, reasons, isCut), runs: runs.map(({ run }) => run) },
    notes: [...new Set([...reasons, ...notes, ...marks.notes])],
    handIn: handedIn(handIn),
  }
}

function verdictOf(
  verdict: LessonVerdict,
  reasons: readonly string[],
  isCut: boolean,
): LessonVerdict {
  if (reasons.length > 0) return 'invalid'
  // What would have been there is in the part that is missing.
  return isCut ? 'unknown' : verdict
}

/** Its own pictures do not say it. */
function hiddenWords({ run, finding }: StudentRun): string[] {
  const hidden = finding.found?.unnamed ?? null
  if (hidden?.mutant == null) return []
  return [`${run}: unnamed mutant ${hidden.letter} is ${mutantLabel(hidden.mutant)}`]
}

/** Null: the cluster had the seed of this student's lesson, or nobody can tell. */
function strangerIn(
  { student, cluster, steps }: Lesson,
  { run, finding }: StudentRun,
): string | null {
  const seed = finding.found?.seed ?? null
  const clusters = steps.flatMap(({ acts }) => acts.flatMap((act) => act.cluster ?? []))
  const hidden = finding.found?.unnamed ?? null
  const own = clusters.find(({ unnamed }) => unnamed === hidden?.letter)
  if (hidden !== null && own?.mutant !== hidden.mutant) {
    return `${run}: ${hidden.letter} was ${hidden.mutant}, in this copy it is ${own?.mutant ?? 'none'}`
  }
  if (student === null || seed === null) return null
  if ([cluster, ...clusters].some((each) => each.seed === seed)) return null
  return `${run} was made with the seed of somebody else: ${seed}, not ${cluster.seed}`
}

/** The stronger check (LR6): recorded inputs, fed to the core, give what was recorded. */
async function judgeInputs(
  run: string,
  dir: string,
  lesson: Lesson | undefined,
  { reasons, notes }: { readonly reasons: string[]; readonly notes: string[] },
): Promise<void> {
  const isWanted = lesson?.cluster.recordInputs === true
  if ((await listRecordings(dir)).length === 0) {
    if (isWanted) notes.push(`${run}: its inputs were not recorded, so nothing can be replayed`)
    return
  }
  const { verdict, lives } = await replayRun(dir).catch((error: unknown) => {
    return { verdict: 'unknown', lives: [{ words: String(error) }] } as const
  })
  if (verdict === 'valid') return
  const words = lives.find((life) => life.words !== '')?.words ?? 'nothing was replayed'
  if (verdict === 'violated') reasons.push(`${run}: replayed inputs give something else: ${words}`)
  else notes.push(`${run}: its inputs cannot be replayed to the end: ${words}`)
}

/** Nobody can tell even which lesson it is. */
function nothingOf({ student, handIns }: Folder, name: string): StudentRow {
  const notes = handIns.flatMap(({ problem }) => problem?.words ?? [])
  const isChanged = handIns.some(({ problem }) => problem?.kind === 'changed')
  const marks: StudentMarks = unknownMarks('', 0, [])
  const verdict = isChanged ? 'invalid' : 'unknown'
  return { student, ...marks, verdict, runs: [], notes, handIn: { ...NOTHING, file: name } }
}

const NOTHING = {
  file: '',
  savedAt: '',
  seed: null,
  paragraph: '',
  figure: '',
  times: {},
  tries: {},
}

function handedIn(handIn: HandIn | undefined): StudentRow['handIn'] {
  if (handIn?.head == null) return null
  const { savedAt, seed, paragraph, figure, answers, choices = [] } = handIn.head
  const times = Object.fromEntries(answers.map(({ step, at }) => [step, at]))
  const tries = Object.fromEntries(choices.map((one) => [one.step, one.tries]))
  return { file: handIn.name, savedAt, seed, paragraph, figure: figure?.name ?? '', times, tries }
}

/** `STUDENT.LESSON.txt` and its figure, for whoever reads the explanations. */
export async function keepExplanations(paths: readonly string[], folder: string): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'paxos-lab-lessons-'))
  let count = 0
  try {
    mkdirSync(folder, { recursive: true })
    for (const [at, file] of findHandedIn(paths).results.entries()) {
      const handIn = await takeApart(file, join(scratch, String(at)))
      rmSync(join(scratch, String(at)), { recursive: true, force: true })
      if (handIn.head === null) continue
      const { lesson, paragraph, figure } = handIn.head
      const name = join(folder, fileNameOf(`${studentOf(handIn)}.${lesson}`))
      writeFileSync(`${name}.txt`, `${paragraph}\n`)
      if (figure?.type === 'image/svg+xml') writeFileSync(`${name}.svg`, figure.data)
      if (figure?.type === 'image/png') writeFileSync(`${name}.png`, figure.data, 'base64')
      count += 1
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return count
}

/** Names come from students: nothing in them leads out of the folder. */
function fileNameOf(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}._@-]+/gu, '_')
    .replace(/^\.+/, '_')
    .slice(0, 120)
}

/** Worst of all; unknown where there is none. */
export function verdictOfAll(rows: readonly StudentRow[]): LessonVerdict {
  return rows.length === 0 ? 'unknown' : worst(rows)
}
