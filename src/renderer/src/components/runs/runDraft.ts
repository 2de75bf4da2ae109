/**
 * The form of the runner: what is typed in it, the request that follows, and which field an error
 * of the host is about.
 */
import type { TrialsPlan, TrialsRequest, TrialsView } from '../../../../shared/deskApi'
import { describeFailure } from '../../api/failure'

export type SeedsBy = 'file' | 'repeat' | 'list'

export interface SweepDraft {
  readonly name: string
  /** `eager, exponential`: values with commas between them. */
  readonly values: string
}

export interface RunDraft {
  /** Id of the card of the experiment, or `wish` for a text that another view asked for. */
  readonly experiment: string
  readonly seedsBy: SeedsBy
  readonly repeat: number
  /** Empty: the seed of the file. */
  readonly firstSeed: string
  readonly seeds: string
  readonly sweep: readonly SweepDraft[]
  readonly jobs: number
  readonly source: TrialsRequest['source']
  readonly stopOnFailure: boolean
  /** Empty: it takes what it takes. */
  readonly timeLimitS: string
}

export type RunField = 'experiment' | 'seeds' | 'sweep' | 'jobs' | 'source' | 'timeLimit'

/** Words beside a field; missing: nothing is wrong with it. */
export type Wrongs = Readonly<Partial<Record<RunField, string>>>

export interface WrongField {
  readonly field: RunField
  readonly words: string
}

export const EMPTY_DRAFT: RunDraft = {
  ...{ experiment: '', seedsBy: 'repeat', repeat: 20, firstSeed: '', seeds: '1..20' },
  ...{ sweep: [], jobs: 1, source: 'processes', stopOnFailure: false, timeLimitS: '' },
}

export const REPEAT_MAX = 10_000
export const JOBS_MAX = 16
const SEED_MAX = 0xffff_ffff
const TIME_LIMIT_S_MAX = 86_400

/** What a sweep may vary, with values to begin with; any key of `cluster` and `load` will do. */
export const SWEEP_KEYS: readonly { readonly name: string; readonly values: string }[] = [
  { name: 'policy', values: 'eager, fixed, random, exponential' },
  { name: 'nodes', values: '3, 5, 7' },
  { name: 'quorums', values: 'majority, [2, 4]' },
  { name: 'learnerMode', values: 'leader, all' },
  { name: 'readMode', values: 'log, confirmed, lease' },
  { name: 'refusal', values: 'nack, silence' },
  { name: 'phases', values: 'both, second' },
  { name: 'windowSlots', values: '1, 16, 2048' },
  { name: 'flush', values: 'true, false' },
  { name: 'quorumAware', values: 'false, true' },
  { name: 'requestDeadline', values: '1s, 5s' },
  { name: 'snapshotSlots', values: '0, 1000' },
  { name: 'mode', values: 'single, multi' },
  { name: 'variant', values: 'lamport, blog2014' },
  { name: 'mutant', values: 'M1, M2' },
  { name: 'rejoin', values: 'refuse, learner' },
  { name: 'load.clients', values: '1, 8, 32' },
  { name: 'load.reads', values: '0, 0.5, 0.9' },
  { name: 'load.keys', values: '1, 1000' },
  { name: 'load.bytes', values: '16, 4096' },
  { name: 'load.rate', values: '100, 1000' },
  { name: 'load.inFlight', values: '1, 16' },
]

/** What cannot be sent at all; everything else is looked at by the host. */
export function wrongIn(draft: RunDraft): Wrongs {
  const wrongs: Partial<Record<RunField, string>> = {}
  const { seedsBy, firstSeed, seeds, sweep, timeLimitS } = draft
  if (draft.experiment === '') wrongs.experiment = 'Choose an experiment.'
  if (seedsBy === 'repeat' && firstSeed !== '' && !isWhole(firstSeed, 0, SEED_MAX)) {
    wrongs.seeds = `The first seed is a whole number up to ${SEED_MAX}.`
  }
  if (seedsBy === 'list' && seeds.trim() === '') wrongs.seeds = 'Seeds such as 1..30 or 1,5,9.'
  const unnamed = sweep.find(({ name, values }) => name.trim() === '' || values.trim() === '')
  if (unnamed) {
    const { name } = unnamed
    wrongs.sweep = name.trim() === '' ? 'Which parameter?' : `Which values of ${name}?`
  }
  if (timeLimitS !== '' && !isWhole(timeLimitS, 1, TIME_LIMIT_S_MAX)) {
    wrongs.timeLimit = `Whole seconds, 1 to ${TIME_LIMIT_S_MAX}.`
  }
  return wrongs
}

function isWhole(text: string, min: number, max: number): boolean {
  return /^\d+$/.test(text.trim()) && Number(text) >= min && Number(text) <= max
}

export function requestOf(draft: RunDraft, text: string, file: string): TrialsRequest {
  const { seedsBy, firstSeed, timeLimitS } = draft
  return {
    ...{ text, file },
    seeds: seedsBy === 'list' ? draft.seeds.replaceAll(/\s+/g, '') : '',
    seed: seedsBy === 'repeat' && firstSeed.trim() !== '' ? Number(firstSeed) : null,
    repeat: seedsBy === 'repeat' ? draft.repeat : null,
    sweep: draft.sweep.map(({ name, values }) => `${name.trim()}=${values.trim()}`),
    ...{ jobs: draft.jobs, source: draft.source, stopOnFailure: draft.stopOnFailure },
    timeLimitS: timeLimitS.trim() === '' ? null : Number(timeLimitS),
  }
}

const OF_FIELD: readonly (readonly [RunField, RegExp])[] = [
  ['sweep', /--sweep|\bsweep|\bswept|\baxes\b|: a value |has more than \d+ values/i],
  ['seeds', /--seeds?\b|\bseeds?\b|--repeat|ends before it begins|trials are more than/i],
  ['jobs', /--jobs|at a time|at once/i],
  ['timeLimit', /--time-limit|time limit/i],
  ['source', /--sim\b|simulat/i],
]

/** The field that an error of the host is about: by its words, then by what it names. */
export function wrongOf(error: unknown, request: Pick<TrialsRequest, 'sweep'>): WrongField {
  const { words } = describeFailure(error)
  const axes = request.sweep.map((axis) => axis.slice(0, axis.indexOf('=')))
  const named = OF_FIELD.find(([, pattern]) => pattern.test(words))?.[0]
  const isSwept = axes.some((name) => name !== '' && words.includes(`with ${name}=`))
  const field = isSwept ? 'sweep' : (named ?? 'experiment')
  // A value that was typed here has no place in the file.
  return { field, words: field === 'sweep' ? words.replace(/^\S+:\d+:\d+: /, '') : words }
}

/** `60 trials at 2 points, about 6 min`. */
export function planWords(
  { trials, points, estimatedS }: TrialsPlan,
  source: TrialsRequest['source'],
): string {
  const at = points > 1 ? ` at ${points} points` : ''
  const time = estimatedS > 0 ? `, about ${spanWords(estimatedS)}` : ''
  const clock = time !== '' && source === 'simulator' ? ' of simulated time' : ''
  return `${trials} trial${trials === 1 ? '' : 's'}${at}${time}${clock}`
}

export function spanWords(wholeS: number): string {
  if (wholeS < 100) return `${Math.max(1, Math.round(wholeS))} s`
  const minutes = Math.round(wholeS / 60)
  if (minutes < 100) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `7/20 · ETA 2:10`. */
export function progressWords({ state, planned, ended, etaMs }: TrialsView): string {
  const done = `${ended}/${planned}`
  if (state === 'stopping') return `${done} · stopping`
  if (state === 'done') return done
  return etaMs === null ? `${done} · ETA –` : `${done} · ETA ${clock(etaMs)}`
}

function clock(ms: number): string {
  const all = Math.max(0, Math.round(ms / 1000))
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60]
  const tail = `${String(seconds).padStart(2, '0')}`
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`
}

export function isUnavailable(error: unknown): boolean {
  return describeFailure(error).code === 'unavailable'
}
