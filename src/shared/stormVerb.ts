/**
 * The verb `storm`: random faults on the running cluster until it is told to end. One grammar with
 * `verbs.ts`, which takes it in; carried out by `performStorm`.
 *
 * Units: `for` in s (60s) or min (10min).
 */
import {
  ALL_STORM_FAMILIES,
  BREAKING_FAMILIES,
  DEFAULT_STORM,
  familyWords,
  isStormFamily,
  STORM_FAMILIES,
} from '../core/storm/storm'
import type { StormEnd, StormFamily, StormOptions } from '../core/storm/storm'
import type { LabApi, LabStatus } from './api'
import type { VerbArgs } from './verbArgs'

export const STORM_MS_MAX = 24 * 3600 * 1000
const SEED_MAX = 0xffff_ffff
const UNIT_MS = { s: 1000, min: 60_000 } as const

/** `seed` null: that of the cluster. `storm` null: end it. */
export interface StormVerb {
  readonly verb: 'storm'
  readonly storm: (Omit<StormOptions, 'seed'> & { readonly seed: number | null }) | null
}

export interface StormVerbResult {
  readonly verb: 'storm'
  readonly storm: StormOptions | null
  /** Of the storm that was ended. */
  readonly end: StormEnd | null
}

export const STORM_VERB = {
  usage: 'storm on [intensity 0.5] [families LIST] [seed S] [for 60s|10min]   or   storm off',
  help:
    `random faults (${STORM_FAMILIES.join(', ')}; never by itself ${BREAKING_FAMILIES.join(', ')}); ` +
    '"off" heals all and waits until the cluster gets going',
  parse(args: VerbArgs): StormVerb {
    if (args.takes('off')) return { verb: 'storm', storm: null }
    if (!args.takes('on')) args.fail('on or off is missing')
    let { intensity, families, forMs } = DEFAULT_STORM
    let seed: number | null = null
    while (!args.isEmpty) {
      if (args.takes('intensity')) intensity = args.share('the intensity', 0, 1)
      else if (args.takes('seed')) seed = args.whole('the seed', 0, SEED_MAX)
      else if (args.takes('for')) forMs = parseFor(args)
      else if (args.takes('families')) families = parseFamilies(args)
      else args.fail(`"${args.word('an option')}" is not an option of storm`)
    }
    return { verb: 'storm', storm: { seed, families, intensity, forMs } }
  },
}

/** `all`, or names with commas; `all,lies` adds one. Null: there is no such family. */
export function familiesOf(text: string): StormFamily[] | string {
  const names = text.split(',').flatMap((name) => (name === 'all' ? STORM_FAMILIES : [name]))
  const wrong = names.find((name) => !isStormFamily(name))
  if (wrong !== undefined) {
    const known = ALL_STORM_FAMILIES.join(', ')
    return `there is no family "${wrong}"; there are all, ${known}`
  }
  return ALL_STORM_FAMILIES.filter((family) => names.includes(family))
}

function parseFamilies(args: VerbArgs): readonly StormFamily[] {
  const found = familiesOf(args.word('the families'))
  return typeof found === 'string' ? args.fail(found) : found
}

function parseFor(args: VerbArgs): number {
  const word = args.word('the time')
  const [, digits, unit] = /^(\d{1,6})(s|min)$/.exec(word) ?? []
  const factor = unit === 's' || unit === 'min' ? UNIT_MS[unit] : 0
  const ms = Number(digits) * factor
  if (digits === undefined || ms < 1000 || ms > STORM_MS_MAX) {
    args.fail(`"${word}" is not a time such as 60s or 10min, of one day at most`)
  }
  return ms
}

export async function performStorm(
  lab: LabApi,
  { storm }: StormVerb,
  status: LabStatus,
): Promise<StormVerbResult & { readonly ok: boolean; readonly words: string }> {
  if (storm === null) {
    const end = await lab.stopStorm()
    return { verb: 'storm', ok: end.converged, storm: null, end, words: endWords(end) }
  }
  const options = { ...storm, seed: storm.seed ?? status.options?.seed ?? 1 }
  await lab.startStorm(options)
  return { verb: 'storm', ok: true, storm: options, end: null, words: stormWords(options) }
}

export function stormWords({ seed, families, intensity, forMs }: StormOptions): string {
  const howLong = forMs === null ? '' : `, for ${forMs / 1000} s`
  return `storm: ${familyWords(families)}, intensity ${intensity}, seed ${seed}${howLong}`
}

function endWords({ converged, words }: StormEnd): string {
  return `the storm is over: ${converged ? '' : 'NOT converged, '}${words}`
}
