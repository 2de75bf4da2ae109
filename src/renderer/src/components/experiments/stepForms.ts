/** Steps and expectations as rows of the form: what is written, and how it changes. */
import { isMomentary } from '../../../../shared/condition'
import { isRecord } from '../../../../shared/experimentEdit'
import type { EditPath, ExperimentEdit } from '../../../../shared/experimentEdit'

export type TriggerKind = 'now' | 'at' | 'after' | 'when'
export const TRIGGERS: readonly (readonly [TriggerKind, string])[] = [
  ['now', 'at once'],
  ['after', 'after the step before'],
  ['at', 'at a time'],
  ['when', 'when it holds, or comes'],
]

export type BodyKind = 'none' | 'repeat' | 'parallel'

const TRIGGER_USUAL = { at: '2s', after: '1s', when: 'ackedSinceStep >= 50' } as const

export const NEW_STEP = { after: '1s', do: ['status'] } as const

export function triggerOf(step: unknown): TriggerKind {
  if (!isRecord(step)) return 'now'
  return (['at', 'after', 'when'] as const).find((key) => step[key] !== undefined) ?? 'now'
}

export function isEventTrigger(step: unknown): boolean {
  return isRecord(step) && /^\s*event\s/.test(String(step['when'] ?? ''))
}

/** A time stays what it is; a count goes with events only. */
export function triggerEdits(path: EditPath, step: unknown, to: TriggerKind): ExperimentEdit[] {
  const from = triggerOf(step)
  if (from === to || !isRecord(step)) return []
  const edits: ExperimentEdit[] = []
  if (step['count'] !== undefined && from === 'when') {
    edits.push({ op: 'set', path: [...path, 'count'], value: undefined })
  }
  const works = ['do', 'repeat', 'parallel'].some((key) => step[key] !== undefined)
  if (from === 'when' && step['within'] !== undefined && !works) {
    edits.push({ op: 'set', path: [...path, 'within'], value: undefined })
  }
  if (to === 'now') return [...edits, { op: 'set', path: [...path, from], value: undefined }]
  const isTime = from === 'at' || from === 'after'
  const value = isTime && to !== 'when' ? step[from] : TRIGGER_USUAL[to]
  if (from === 'now') return [...edits, { op: 'set', path: [...path, to], value }]
  return [...edits, { op: 'rename', path: [...path, from], to, value }]
}

/** When a step begins, in a few words. */
export function triggerWords(step: unknown): string {
  if (!isRecord(step)) return ''
  const kind = triggerOf(step)
  if (kind === 'now') return 'at once'
  const count = step['count'] === undefined ? '' : ` × ${String(step['count'])}`
  return `${kind === 'after' ? '+' : `${kind} `}${String(step[kind])}${count}`
}

/** `do` of a step, a list whether or not it is written as one. */
export function verbsOf(step: unknown): readonly string[] {
  const verbs = isRecord(step) ? step['do'] : undefined
  if (verbs === undefined || verbs === null) return []
  return Array.isArray(verbs) ? verbs.map(String) : [String(verbs)]
}

export function verbEdit(path: EditPath, step: unknown, at: number, text: string): ExperimentEdit {
  const isList = isRecord(step) && Array.isArray(step['do'])
  return { op: 'set', path: isList ? [...path, 'do', at] : [...path, 'do'], value: text }
}

export function addVerb(path: EditPath, step: unknown): ExperimentEdit {
  const at: EditPath = [...path, 'do']
  if (isRecord(step) && Array.isArray(step['do'])) {
    return { op: 'insert', path: at, index: step['do'].length, value: '' }
  }
  return { op: 'set', path: at, value: [...verbsOf(step), ''] }
}

export function removeVerb(path: EditPath, step: unknown, at: number): ExperimentEdit {
  const isLast = verbsOf(step).length <= 1
  if (isLast) return { op: 'set', path: [...path, 'do'], value: undefined }
  return { op: 'remove', path: [...path, 'do'], index: at }
}

export function bodyOf(step: unknown): BodyKind {
  if (!isRecord(step)) return 'none'
  return step['repeat'] !== undefined
    ? 'repeat'
    : step['parallel'] !== undefined
      ? 'parallel'
      : 'none'
}

/** What is inside goes along: a repetition becomes the first branch, and the other way round. */
export function bodyEdits(path: EditPath, step: unknown, to: BodyKind): ExperimentEdit[] {
  const from = bodyOf(step)
  if (from === to || !isRecord(step)) return []
  const repeat = step['repeat']
  const branches = Array.isArray(step['parallel']) ? step['parallel'] : []
  const inner = isRecord(repeat) ? repeat['steps'] : branches.flat()
  const steps = Array.isArray(inner) && inner.length > 0 ? inner : [NEW_STEP]
  const edits: ExperimentEdit[] = []
  if (from !== 'none') edits.push({ op: 'set', path: [...path, from], value: undefined })
  if (to === 'repeat') {
    edits.push({ op: 'set', path: [...path, 'repeat'], value: { times: 2, steps } })
  }
  if (to === 'parallel') {
    edits.push({ op: 'set', path: [...path, 'parallel'], value: [steps, [NEW_STEP]] })
  }
  return edits
}

export type ExpectForm = 'progress' | 'safety' | 'never' | 'events' | 'order'
export const EXPECT_FORMS: readonly (readonly [ExpectForm, string])[] = [
  ['progress', 'comes true in time'],
  ['safety', 'must hold'],
  ['never', 'never happens'],
  ['events', 'so many events'],
  ['order', 'events in this order'],
]

export interface ExpectRow {
  readonly form: ExpectForm
  readonly isPlain: boolean
  /** One for most forms, all of an order. */
  readonly words: readonly string[]
}

export function expectOf(raw: unknown): ExpectRow {
  if (!isRecord(raw)) return { form: 'progress', isPlain: true, words: [String(raw ?? '')] }
  const found = EXPECT_FORMS.map(([form]) => form).find((key) => raw[key] !== undefined)
  const form = found ?? 'progress'
  const value = raw[form]
  const words = Array.isArray(value) ? value.map(String) : [String(value ?? '')]
  return { form, isPlain: false, words }
}

const NEW_EXPECT: Readonly<Record<ExpectForm, Readonly<Record<string, unknown>>>> = {
  progress: { progress: 'logsEqual = yes' },
  safety: { safety: 'lastWrite = ok' },
  never: { never: 'violated' },
  events: { events: 'chosen', count: '>= 1' },
  order: { order: ['elected', 'chosen'] },
}

export function newExpectation(form: ExpectForm): Readonly<Record<string, unknown>> {
  return NEW_EXPECT[form]
}

/** What a form does not know goes; conditions stay conditions, events stay events. */
export function formEdits(path: EditPath, raw: unknown, to: ExpectForm): ExperimentEdit[] {
  const { form, isPlain, words } = expectOf(raw)
  if (form === to) return []
  const isCondition = (one: ExpectForm): boolean => one === 'progress' || one === 'safety'
  if (isCondition(form) && isCondition(to)) {
    // What comes and goes is no matter of safety: something that can be one takes its place.
    const isOther = to === 'safety' && isMomentary(words[0] ?? '')
    const about = isOther ? NEW_EXPECT.safety['safety'] : words[0]
    if (isPlain) return [{ op: 'set', path, value: { [to]: about } }]
    const drop = { op: 'set', path: [...path, 'within'], value: undefined } as const
    return [...(to === 'safety' ? [drop] : []), rename(path, form, to, about)]
  }
  const stays = ['under', 'text'].filter((key) => isRecord(raw) && raw[key] !== undefined)
  const kept = isRecord(raw) ? Object.fromEntries(stays.map((key) => [key, raw[key]])) : {}
  const asked = isCondition(form) || isCondition(to) ? undefined : words[0]
  const fresh = NEW_EXPECT[to]
  const about = asked === undefined || to === 'order' ? {} : { [to]: asked }
  return [{ op: 'set', path, value: { ...fresh, ...about, ...kept } }]
}

function rename(path: EditPath, form: string, to: string, value: unknown): ExperimentEdit {
  return { op: 'rename', path: [...path, form], to, value }
}

/** A key beside the words of an expectation; one that is a text alone becomes a map first. */
export function expectKeyEdit(
  path: EditPath,
  raw: unknown,
  key: string,
  value: unknown,
): ExperimentEdit {
  const { form, isPlain, words } = expectOf(raw)
  if (!isPlain) return { op: 'set', path: [...path, key], value }
  return { op: 'set', path, value: { [form]: words[0], [key]: value } }
}
