/**
 * `paxos-lab lesson list|show|check|result|verify|schema`: lessons as data, the file that a student
 * hands in, and those of a class judged.
 * Needs no window and no network. Exit codes of `verify`: 0 all checks are true, 1 some check is
 * false, 2 unknown. Of `check`: 1 where a file is wrong.
 */
import { formatBallot } from '../../core/paxos/ballot'
import { ScenarioError } from '../../shared/experimentText'
import type { ClusterOptions } from '../../shared/clusterOptions'
import type { Lesson, LessonAct } from '../../shared/lesson'
import { choicesIn, judgeChoice, namesOf, reportWords } from '../../shared/p2cChoice'
import type { FrozenState } from '../../shared/p2cChoice'
import { printLessonSchema } from '../../shared/lessonSchema'
import { studentSeed } from '../../shared/studentSeed'
import type { CliContext } from './labCommand'
import { clusterDifference } from './lessonCluster'
import { bundledLessons, checkLessonFile, findLesson } from './lessonFiles'
import type { LessonOnDisk } from './lessonFiles'
import type { LessonVerdict } from './lessonMarks'
import { writeLessonResult } from './lessonResult'
import { rowLines, toCsv } from './lessonTable'
import type { StudentRow } from './lessonTable'
import { keepExplanations, verdictOfAll, verifyClass } from './lessonVerify'
import { EXIT, Output } from './output'
import { runDirOf } from './replay'
import { cliCommand, UsageError } from './usage'
import type { CliCommand } from './usage'

const PLACES_MAX = 1000

const args = {
  what: { type: 'positional', required: true, description: 'What to do; see below' },
  lesson: {
    type: 'string',
    valueHint: 'NAME|FILE',
    description: 'result: of this lesson; verify: only this lesson',
  },
  student: { type: 'string', valueHint: 'ID', description: 'show, result: whose lesson it is' },
  'class-key': {
    type: 'string',
    valueHint: 'KEY',
    description: 'show, result, verify: with the id of a student it gives the seed',
  },
  paragraph: { type: 'string', valueHint: 'FILE', description: 'result: the explanation' },
  figure: { type: 'string', valueHint: 'FILE', description: 'result: its picture, SVG or PNG' },
  out: { type: 'string', valueHint: 'FILE', description: 'result: where to write it' },
  explanations: {
    type: 'string',
    valueHint: 'DIR',
    description: 'verify: writes paragraphs and figures there, to be read',
  },
  teacher: { type: 'boolean', description: 'show: with answers and the teacher edition' },
  csv: { type: 'boolean', description: 'verify: one CSV line a student on standard output' },
  json: { type: 'boolean', description: 'JSON lines on standard output, the last one the result' },
} as const

const MORE = `

  lesson list                     the lessons that come with the program
  lesson show NAME                goal, steps, questions of one, by id, number or file
  lesson check FILE ...           whether files NAME.lesson.yaml are right, with line and column
  lesson schema                   JSON schema of lesson files, for editors
  lesson result RUN ...           one file to hand in, from run directories
  lesson verify PLACE ...         marks of each student: result files, runs, records, or folders`

interface LessonFlags {
  readonly lesson?: string | undefined
  readonly student?: string | undefined
  readonly 'class-key'?: string | undefined
  readonly paragraph?: string | undefined
  readonly figure?: string | undefined
  readonly out?: string | undefined
  readonly explanations?: string | undefined
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
        case 'result':
          return await result(output, mainDir, names, flags)
        case 'verify':
          return await verify(output, mainDir, names, flags)
        case 'schema':
          process.stdout.write(printLessonSchema())
          return EXIT.valid
        default:
          throw new UsageError(`"${what}" is none of list, show, check, result, verify and schema`)
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
  flags: LessonFlags,
): number {
  const [name] = names
  if (name === undefined || names.length > 1) throw new UsageError('show needs one lesson')
  const found = findLesson(mainDir, name, seedOf(flags))
  const { lesson } = found
  const { id, number, title, version } = lesson
  const text = lessonText(found, flags.teacher === true)
  output.result({ type: 'lesson', id, number, title, version, text }, text)
  return EXIT.valid
}

function lessonText({ lesson, teacher }: LessonOnDisk, isTeacher: boolean): string {
  const { number, title, version, minutes, rows, goal, unsafe, steps } = lesson
  const about = `${minutes} minutes; rows ${rows.join(', ')}; version ${version}`
  const own = isTeacher ? (teacher ?? 'There is no teacher edition.') : null
  return [
    `${number}. ${title}\n${goal}\n${about}${unsafe === '' ? '' : `\nNOT AS PAXOS: ${unsafe}`}`,
    ...steps.map((step) => stepText(step, lesson.cluster, isTeacher)),
    ...(own === null ? [] : [`--- For teachers\n\n${own.trim()}`]),
  ].join('\n\n')
}

function stepText(
  step: Lesson['steps'][number],
  usual: ClusterOptions,
  isTeacher: boolean,
): string {
  const { title, prose, predict, choice, acts, goals } = step
  const choices = predict?.choices.map((choice, index) => {
    const sign = isTeacher && index === predict.answer ? '  <- right' : ''
    return `  ${index + 1}. ${choice}${sign}`
  })
  return [
    `## ${title}\n\n${prose}`,
    ...(predict ? [`Predict: ${predict.question}\n${(choices ?? []).join('\n')}`] : []),
    ...(predict && isTeacher ? [`Why: ${predict.why}`] : []),
    ...(choice ? [choiceText(choice, isTeacher)] : []),
    ...(acts.length > 0
      ? [`Do:\n${acts.map((act) => `  ${actText(act, usual)}`).join('\n')}`]
      : []),
    ...(goals.length > 0 ? [`Goals:\n${goals.map(goalText).join('\n')}`] : []),
  ].join('\n\n')
}

function choiceText(state: FrozenState, isTeacher: boolean): string {
  const { ballot, proposed, acceptors } = state
  const reports = acceptors.map((one) => `  N${one.node}: ${reportWords(one)}`)
  const legal = [...choicesIn(state)].filter((one) => judgeChoice(state, one).isLegal)
  const pairs = legal.map(({ value, witnesses }) => `  ${value} by ${namesOf(witnesses)}`)
  return [
    `Pick a value (${proposed.join(', ')}) and a majority S for ${formatBallot(ballot)}:`,
    ...reports,
    ...(isTeacher ? ['Legal by P2c:', ...pairs] : []),
  ].join('\n')
}

function actText({ label, cluster }: LessonAct, usual: ClusterOptions): string {
  if (cluster === null) return label
  const words = clusterDifference(cluster, usual)
  return `${label} (a cluster of its own: ${words || 'like that of the lesson'})`
}

function goalText({ words, check: own, weight }: Lesson['steps'][number]['goals'][number]): string {
  return `  ${words} (${weight})    ${own.text}`
}

function check(output: Output, files: readonly string[]): number {
  if (files.length === 0) throw new UsageError('check needs files NAME.lesson.yaml')
  let isRight = true
  for (const file of files) {
    try {
      const { id, version, steps } = checkLessonFile(file)
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

/** Of the student that the flags name; null: nobody's. */
function seedOf({ student, 'class-key': key }: LessonFlags): number | null {
  if (student === undefined && key === undefined) return null
  if (student !== undefined && key !== undefined) return studentSeed(student, key)
  throw new UsageError('--student and --class-key go together: the seed is made of both')
}

async function result(
  output: Output,
  mainDir: string,
  runs: readonly string[],
  flags: LessonFlags,
): Promise<number> {
  if (runs.length === 0 || flags.lesson === undefined) {
    throw new UsageError('result needs --lesson and the directories of its runs')
  }
  // Without a class key a file may still say whose it is.
  const seed = flags['class-key'] === undefined ? null : seedOf(flags)
  const { lesson } = findLesson(mainDir, flags.lesson, seed)
  const { student = '', paragraph = null, figure = null, out = null } = flags
  const runDirs = runs.map((dir) => runDirOf(dir))
  const file = await writeLessonResult({ lesson, student, runDirs, paragraph, figure, out })
  output.result({ type: 'file', file, lesson: lesson.id, version: lesson.version, seed }, file)
  return EXIT.valid
}

async function verify(
  output: Output,
  mainDir: string,
  paths: readonly string[],
  flags: LessonFlags,
): Promise<number> {
  if (paths.length === 0)
    throw new UsageError('verify needs result files, runs, records or folders')
  if (flags.csv === true && flags.json === true)
    throw new UsageError('--csv and --json: one of them')
  const { lesson = null, 'class-key': classKey = null } = flags
  const { rows, strange, records } = await verifyClass(
    paths,
    { mainDir, lesson, classKey },
    (row) => {
      if (flags.csv !== true) tell(output, row)
    },
  )
  for (const words of strange) output.complain(words)
  if (flags.explanations !== undefined) {
    const count = await keepExplanations(paths, flags.explanations)
    output.complain(`${count} explanations are in ${flags.explanations}`)
  }
  const verdict = verdictOfAll(rows)
  if (flags.csv === true) process.stdout.write(toCsv(rows))
  else {
    const counts = { rows: rows.length, records, without: strange.length }
    const words = `${verdict}: ${rows.length} of lessons, from ${records} files and runs`
    output.result({ type: 'result', verdict, ...counts }, words)
  }
  return EXITS[verdict]
}

function tell(output: Output, row: StudentRow): void {
  if (output.json) output.result({ type: 'student', ...row }, '')
  else for (const line of rowLines(row)) output.say(line)
}
