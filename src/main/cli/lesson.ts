/**
 * `paxos-lab lesson list|show|check|verify|schema`: lessons as data, and runs of a class judged by
 * them.
 * Needs no window and no network. Exit codes of `verify`: 0 all checks are true, 1 some check is
 * false, 2 unknown. Of `check`: 1 where a file is wrong.
 */
import { ScenarioError } from '../../shared/experimentText'
import type { Lesson } from '../../shared/lesson'
import { printLessonSchema } from '../../shared/lessonSchema'
import type { CliContext } from './labCommand'
import { findRecords } from './lessonClass'
import type { RecordPlace } from './lessonClass'
import { bundledLessons, findLesson, readLesson } from './lessonFiles'
import type { LessonOnDisk } from './lessonFiles'
import { marksOf, unknownMarks, worst } from './lessonMarks'
import type { LessonVerdict, StudentRun } from './lessonMarks'
import { readLessonRecord } from './lessonRecord'
import { rowLines, toCsv } from './lessonTable'
import type { StudentRow } from './lessonTable'
import { EXIT, Output } from './output'
import { cliCommand, UsageError } from './usage'
import type { CliCommand } from './usage'

const PLACES_MAX = 1000

const args = {
  what: { type: 'positional', required: true, description: 'list, show, check, verify or schema' },
  lesson: { type: 'string', valueHint: 'NAME|FILE', description: 'verify: only this lesson' },
  teacher: { type: 'boolean', description: 'show: with answers and the teacher edition' },
  csv: { type: 'boolean', description: 'verify: one CSV line a student on standard output' },
  json: { type: 'boolean', description: 'JSON lines on standard output, the last one the result' },
} as const

const MORE = `

  lesson list                     the lessons that come with the program
  lesson show NAME                goal, steps, questions of one, by id, number or file
  lesson check FILE ...           whether files NAME.lesson.yaml are right, with line and column
  lesson schema                   JSON schema of lesson files, for editors
  lesson verify RUN_OR_FOLDER ... marks of each student: runs, record files, or folders of them`

interface LessonFlags {
  readonly lesson?: string | undefined
  readonly teacher?: boolean | undefined
  readonly csv?: boolean | undefined
  readonly json?: boolean | undefined
}

const EXITS: Readonly<Record<LessonVerdict, number>> = {
  valid: EXIT.valid,
  invalid: EXIT.violated,
  unknown: EXIT.unknown,
}

export function lessonCommand({ mainDir }: CliContext): CliCommand {
  const meta = { name: 'lesson', description: 'Lessons: lists, shows and checks them, marks runs' }
  return cliCommand(
    meta,
    args,
    async ({ args: flags }) => {
      const [what = '', ...names] = flags._
      const output = new Output(flags.json === true)
      switch (what) {
        case 'list':
          return list(output, mainDir, names)
        case 'show':
          return show(output, mainDir, names, flags)
        case 'check':
          return check(output, names)
        case 'verify':
          return await verify(output, mainDir, names, flags)
        case 'schema':
          process.stdout.write(printLessonSchema())
          return EXIT.valid
        default:
          throw new UsageError(`"${what}" is none of list, show, check, verify and schema`)
      }
    },
    MORE,
    PLACES_MAX,
  )
}

function list(output: Output, mainDir: string, names: readonly string[]): number {
  if (names.length > 0) throw new UsageError(`"${names[0] ?? ''}" is too much`)
  for (const { lesson } of bundledLessons(mainDir)) {
    const { id, number, title, version, minutes, rows, goal } = lesson
    const head = `${String(number).padStart(3)}  ${id.padEnd(18)}  ${minutes} min`
    const words = `${head}  ${title}: ${goal}`
    output.result({ type: 'lesson', id, number, title, version, minutes, rows, goal }, words)
  }
  return EXIT.valid
}

function show(
  output: Output,
  mainDir: string,
  names: readonly string[],
  { teacher }: LessonFlags,
): number {
  const [name] = names
  if (name === undefined || names.length > 1) throw new UsageError('show needs one lesson')
  const found = findLesson(mainDir, name)
  const { lesson } = found
  const { id, number, title, version } = lesson
  const text = lessonText(found, teacher === true)
  output.result({ type: 'lesson', id, number, title, version, text }, text)
  return EXIT.valid
}

function lessonText({ lesson, teacher }: LessonOnDisk, isTeacher: boolean): string {
  const { number, title, version, minutes, rows, goal, unsafe, steps } = lesson
  const about = `${minutes} minutes; rows ${rows.join(', ')}; version ${version}`
  const own = isTeacher ? (teacher ?? 'There is no teacher edition.') : null
  return [
    `${number}. ${title}\n${goal}\n${about}${unsafe === '' ? '' : `\nNOT AS PAXOS: ${unsafe}`}`,
    ...steps.map((step) => stepText(step, isTeacher)),
    ...(own === null ? [] : [`--- For teachers\n\n${own.trim()}`]),
  ].join('\n\n')
}

function stepText(step: Lesson['steps'][number], isTeacher: boolean): string {
  const { title, prose, predict, acts, goals } = step
  const choices = predict?.choices.map((choice, index) => {
    const sign = isTeacher && index === predict.answer ? '  <- right' : ''
    return `  ${index + 1}. ${choice}${sign}`
  })
  return [
    `## ${title}\n\n${prose}`,
    ...(predict ? [`Predict: ${predict.question}\n${(choices ?? []).join('\n')}`] : []),
    ...(predict && isTeacher ? [`Why: ${predict.why}`] : []),
    ...(acts.length > 0 ? [`Do: ${acts.map(({ label }) => label).join('; ')}`] : []),
    ...(goals.length > 0 ? [`Goals:\n${goals.map(goalText).join('\n')}`] : []),
  ].join('\n\n')
}

function goalText({ words, check: own, weight }: Lesson['steps'][number]['goals'][number]): string {
  return `  ${words} (${weight})    ${own.text}`
}

function check(output: Output, files: readonly string[]): number {
  if (files.length === 0) throw new UsageError('check needs files NAME.lesson.yaml')
  let isRight = true
  for (const file of files) {
    try {
      const { id, version, steps } = readLesson(file).lesson
      const goals = steps.flatMap((step) => step.goals).length
      const words = `${file}: ${id}@${version}, ${steps.length} steps, ${goals} checks`
      output.result(
        { type: 'file', file, ok: true, id, version, steps: steps.length, goals },
        words,
      )
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error
      isRight = false
      output.result({ type: 'file', file, ok: false, error: error.message }, error.message)
    }
  }
  return isRight ? EXIT.valid : EXIT.violated
}

async function verify(
  output: Output,
  mainDir: string,
  paths: readonly string[],
  flags: LessonFlags,
): Promise<number> {
  if (paths.length === 0) throw new UsageError('verify needs runs, record files or folders')
  if (flags.csv === true && flags.json === true)
    throw new UsageError('--csv and --json: one of them')
  const only = flags.lesson === undefined ? null : findLesson(mainDir, flags.lesson).lesson
  const lessons = only ? [only] : bundledLessons(mainDir).map(({ lesson }) => lesson)
  const places = findRecords(paths)
  const rows: StudentRow[] = []
  const strange: string[] = []
  for (const [student, own] of byStudent(places)) {
    const { rows: found, without } = await rowsOf(student, own, lessons, only?.id ?? null)
    rows.push(...found)
    strange.push(...without)
    if (flags.csv !== true) for (const row of found) tell(output, row)
  }
  for (const words of strange) output.complain(words)
  const verdict = rows.length === 0 ? 'unknown' : worst(rows)
  if (flags.csv === true) process.stdout.write(toCsv(rows))
  else {
    const counts = { rows: rows.length, records: places.length, without: strange.length }
    const words = `${verdict}: ${rows.length} of lessons, from ${places.length} records`
    output.result({ type: 'result', verdict, ...counts }, words)
  }
  return EXITS[verdict]
}

function tell(output: Output, row: StudentRow): void {
  if (output.json) output.result({ type: 'student', ...row }, '')
  else for (const line of rowLines(row)) output.say(line)
}

function byStudent(places: readonly RecordPlace[]): Map<string, RecordPlace[]> {
  const found = new Map<string, RecordPlace[]>()
  for (const place of places) {
    const own = found.get(place.student)
    if (own) own.push(place)
    else found.set(place.student, [place])
  }
  return found
}

/** One row a lesson; `without`: records that say nothing of a lesson. */
async function rowsOf(
  student: string,
  places: readonly RecordPlace[],
  known: readonly Lesson[],
  only: string | null,
): Promise<{ readonly rows: StudentRow[]; readonly without: string[] }> {
  const runs = new Map<string, StudentRun[]>()
  const without: string[] = []
  for (const { run, file, dir } of places) {
    const { lessons, notes } = await readLessonRecord(file, dir, known)
    const wanted = lessons.filter(({ lesson }) => only === null || lesson === only)
    for (const finding of wanted) {
      const own = runs.get(finding.lesson) ?? []
      runs.set(finding.lesson, [...own, { run, notes, finding }])
    }
    if (lessons.length > 0) continue
    without.push([`${run}: no lesson is marked in this record`, ...notes].join('; '))
  }
  const rows = [...runs].map(([name, own]): StudentRow => {
    const lesson = known.find(({ id }) => id === name)
    const fits = own.filter(({ finding }) => finding.found !== null)
    const version = own.at(-1)?.finding.version ?? 0
    const isKnown = lesson !== undefined && fits.length > 0
    const marks = isKnown ? marksOf(lesson, fits) : unknownMarks(name, version, own)
    return { student, ...marks, runs: own.map(({ run }) => run) }
  })
  return { rows, without }
}
