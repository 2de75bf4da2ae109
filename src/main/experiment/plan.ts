/**
 * Plan of an experiment: which seeds each point of a sweep gets, and in what order trials run: all
 * seeds of the first point, then of the second. A shard takes every n-th of them.
 *
 * Errors: PlanError in words of the command line.
 */
import { PlanError } from '../../shared/experiment'
import type { PlanOfFile } from '../../shared/experiment'
import type { SweepPoint } from '../../shared/experimentResult'
import { TRIALS_MAX } from '../../shared/experimentCodec'

export const SEED_MAX = 0xffff_ffff
const SHARDS_MAX = 1000

export interface PlannedTrial {
  /** From 1, over the whole plan, whatever the shard. */
  readonly trial: number
  readonly seed: number
  readonly point: SweepPoint
}

/** What a person asked for beyond the file; null: nothing. */
export interface SeedWish {
  readonly seed: number | null
  readonly repeat: number | null
  readonly seeds: readonly number[] | null
}

/** Seeds of each point: what the person says goes before what the file says. */
export function chooseSeeds(file: PlanOfFile, seedOfFile: number, wish: SeedWish): number[] {
  const { seed, repeat, seeds } = wish
  if (seeds !== null) {
    if (seed === null && repeat === null) return [...seeds]
    throw new PlanError('--seeds goes without --seed and --repeat')
  }
  if (seed === null && repeat === null && file.seeds !== null) return [...file.seeds]
  const first = seed ?? seedOfFile
  const count = repeat ?? file.repeat
  if (first + count - 1 > SEED_MAX) throw new PlanError(`a seed is at most ${SEED_MAX}`)
  return Array.from({ length: count }, (_, index) => first + index)
}

export function trialsOf(points: readonly SweepPoint[], seeds: readonly number[]): PlannedTrial[] {
  const count = points.length * seeds.length
  if (count > TRIALS_MAX) throw new PlanError(`${count} trials are more than ${TRIALS_MAX}`)
  return points.flatMap((point, at) =>
    seeds.map((seed, index) => ({ trial: at * seeds.length + index + 1, seed, point })),
  )
}

/** Shard `index` (from 1) of `count`: every `count`-th trial, so that points spread evenly. */
export interface Shard {
  readonly index: number
  readonly count: number
}

export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []
  const shard = { index: Number(index), count: Number(count) }
  const isPart = shard.index >= 1 && shard.index <= shard.count && shard.count <= SHARDS_MAX
  if (isPart) return shard
  throw new PlanError(`--shard ${text} is not a part such as 2/4`)
}

export function shardOf(trials: readonly PlannedTrial[], shard: Shard | null): PlannedTrial[] {
  if (shard === null) return [...trials]
  return trials.filter((_, at) => at % shard.count === shard.index - 1)
}

/** Such as `policy=eager, load.clients=8`; empty without a sweep. */
export function pointWords(point: SweepPoint): string {
  return Object.entries(point)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
}

/** Equal for equal points, whatever the order of their names. */
export function pointKey(point: SweepPoint): string {
  return JSON.stringify(Object.entries(point).sort(([left], [right]) => (left < right ? -1 : 1)))
}
