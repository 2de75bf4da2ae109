/**
 * Marks of a class for people and for tables: lines of text, and CSV (RFC 4180, lines end with
 * CR LF). Names and texts come from students: nothing in them moves a terminal or a table.
 */
import { namesOf } from '../../shared/p2cChoice'
import type { ChoiceMark, LessonVerdict, StudentMarks } from './lessonMarks'
import { evidenceWords } from './lessonMarks'

export interface StudentRow extends StudentMarks {
  readonly student: string
  readonly runs: readonly string[]
  /** The result file; null: runs or records alone were handed in. */
  readonly handIn: {
    readonly file: string
    readonly savedAt: string
    readonly seed: number | null
    readonly paragraph: string
    /** Its name; empty: there is none. */
    readonly figure: string
    /** When each step was answered, ISO 8601. */
    readonly times: Readonly<Record<string, string>>
    /** How often it took to pick v and S, by step. */
    readonly tries: Readonly<Record<string, number>>
  } | null
}

const SIGNS: Readonly<Record<LessonVerdict, string>> = {
  valid: 'yes',
  invalid: 'no ',
  unknown: '?  ',
}
const LINE_END = '\r\n'

export function rowLines(row: StudentRow): string[] {
  const { student, lesson, version, verdict, checks, answers, choices, notes, handIn } = row
  const head = `${student}  ${lesson}@${version}  ${verdict}  ${evidenceWords(row)}`
  return [
    head,
    ...checks.map(({ step, goal, words, verdict: own, found, wanted, weight }) => {
      const reason = found === '' ? `wanted ${wanted}` : `${found}, wanted ${wanted}`
      return `  ${SIGNS[own]}  ${step}.${goal} (${weight}): ${words}: ${reason}`
    }),
    ...answers.map(({ step, choice, words, isRight, isBefore }) => {
      if (choice === null) return `  answer  ${step}: none`
      const when = isBefore ? 'before the act' : 'after the act'
      const at = handIn?.times[step] ?? ''
      const how = [isRight ? 'right' : 'wrong', when, ...(at === '' ? [] : [at])].join(', ')
      return `  answer  ${step}: ${choice}, ${words} (${how})`
    }),
    ...choices.map((one) => {
      const tries = handIn?.tries[one.step] ?? 0
      const how = tries > 1 ? `; ${tries} tries` : ''
      return `  choice  ${one.step}: ${pickedWords(one)} (${one.words}${how})`
    }),
    ...(handIn === null ? [] : [`  explanation  ${explanationWords(handIn)}`]),
    ...notes.map((words) => `  note  ${words}`),
  ].map(printable)
}

function pickedWords({ value, witnesses, isLegal }: ChoiceMark): string {
  if (value === '') return 'none'
  return `${value} by ${namesOf(witnesses)}, ${isLegal ? 'legal' : 'refused'}`
}

function explanationWords({
  paragraph,
  figure,
}: Pick<NonNullable<StudentRow['handIn']>, 'paragraph' | 'figure'>): string {
  return `${wordsIn(paragraph)} words, ${figure === '' ? 'no figure' : `figure ${figure}`}`
}

function wordsIn(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length
}

export function toCsv(rows: readonly StudentRow[]): string {
  const checks = columns(rows, ({ checks: own }) => own.map(({ step, goal }) => `${step}.${goal}`))
  const answers = columns(rows, ({ answers: own }) => own.map(({ step }) => `answer ${step}`))
  const picks = columns(rows, ({ choices: own }) => own.map(({ step }) => `choice ${step}`))
  const head = ['student', 'lesson', 'version', 'verdict', 'evidence', 'prediction']
  const lines = rows.map((row) => {
    const verdicts = new Map(row.checks.map((each) => [`${each.step}.${each.goal}`, each.verdict]))
    const given = new Map(row.answers.map((each) => [`answer ${each.step}`, each.choice]))
    const picked = new Map(row.choices.map((one) => [`choice ${one.step}`, pickedWords(one)]))
    return [
      ...[row.student, row.lesson, row.version, row.verdict, row.evidence, row.prediction],
      ...checks.map((name) => verdicts.get(name) ?? null),
      ...answers.map((name) => given.get(name) ?? null),
      ...picks.map((name) => picked.get(name) ?? null),
      ...[row.handIn && wordsIn(row.handIn.paragraph), row.handIn?.figure ?? null],
      ...[row.runs.join(' '), row.notes.join('; ')],
    ]
  })
  const all = [
    [...head, ...checks, ...answers, ...picks, 'words', 'figure', 'runs', 'notes'],
    ...lines,
  ]
  return all.map((line) => line.map(field).join(',') + LINE_END).join('')
}

function columns(rows: readonly StudentRow[], names: (row: StudentRow) => string[]): string[] {
  return [...new Set(rows.flatMap(names))]
}

/** A table program takes a text that begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/

function field(value: number | string | null): string {
  const text = value === null ? '' : printable(String(value))
  const safe = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd')
}
