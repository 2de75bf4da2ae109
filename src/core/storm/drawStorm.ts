/**
 * Draws a storm: an endless sequence of acts, in the order of time. The same seed, families,
 * intensity and setting give the same acts.
 *
 * Each family has its own stream of randomness and its own rhythm (a pause, some faults, their
 * end), so that leaving a family out changes nothing for the others, and no family piles up faults.
 */
import { createPrng } from '../sim/prng'
import { ALL_STORM_FAMILIES } from './storm'
import type { StormAct, StormFamily, StormOptions, StormSetting } from './storm'
import { StormDraw } from './stormDraw'
import type { StormFault } from './storm'

type Lengths = readonly [number, number]

/** Mean pause of a family between its faults, at intensity 0 and 1, ms. */
const PAUSE_MS: Lengths = [14_000, 1500]
/** The longest that a fault lasts, at intensity 0 and 1, ms. */
const FAULT_MS_MAX: Lengths = [1500, 5000]
const FAULT_MS_MIN = 150
/** Links are clogged and opened one by one, this far apart at most, ms. */
const CLOG_STEP_MS_MAX = 300

export type StormDrawn = Pick<StormOptions, 'seed' | 'families' | 'intensity'>

export function* drawStorm(options: StormDrawn, setting: StormSetting): Generator<StormAct, never> {
  const streams = ALL_STORM_FAMILIES.flatMap((family, index) =>
    options.families.includes(family) ? [new FamilyStream(family, index, options, setting)] : [],
  )
  if (streams.length === 0) throw new Error('a storm needs a family')
  for (;;) {
    // Families are few: looking at each is as fast as a heap, and equal times keep their order.
    let first = streams[0]!
    for (const stream of streams) if (stream.next.atMs < first.next.atMs) first = stream
    yield first.take()
  }
}

/** The acts of one family, in the order of time. */
class FamilyStream {
  private readonly draw: StormDraw
  private readonly acts: Generator<StormAct, never>
  next: StormAct

  constructor(
    private readonly family: StormFamily,
    index: number,
    private readonly options: StormDrawn,
    setting: StormSetting,
  ) {
    this.draw = new StormDraw(createPrng(options.seed, index + 1), setting)
    this.acts = this.all()
    this.next = this.acts.next().value
  }

  take(): StormAct {
    const act = this.next
    this.next = this.acts.next().value
    return act
  }

  private *all(): Generator<StormAct, never> {
    const { prng } = this.draw
    const pauseMs = this.between(PAUSE_MS)
    const lengthMs = this.between(FAULT_MS_MAX)
    let number = 0
    let atMs = 0
    for (;;) {
      atMs += Math.round(pauseMs * (0.5 + prng.unit()))
      const faults = this.draw.some(this.family)
      const forMs = prng.between(FAULT_MS_MIN, Math.round(lengthMs))
      const acts = this.moment(atMs, forMs, number, faults)
      number += faults.length
      yield* acts
      atMs = acts.at(-1)?.atMs ?? atMs
    }
  }

  /** One after the other if there are several, and the ends in another random order. */
  private moment(
    atMs: number,
    forMs: number,
    number: number,
    faults: readonly StormFault[],
  ): StormAct[] {
    const { family } = this
    const { prng } = this.draw
    const acts: StormAct[] = []
    let nowMs = atMs
    for (const [index, fault] of faults.entries()) {
      if (index > 0) nowMs += prng.between(1, CLOG_STEP_MS_MAX)
      acts.push({ atMs: nowMs, act: 'start', number: number + index + 1, family, fault })
    }
    nowMs += forMs
    for (const index of this.draw.shuffled([...faults.keys()])) {
      acts.push({ atMs: nowMs, act: 'end', number: number + index + 1, family })
      nowMs += prng.between(1, CLOG_STEP_MS_MAX)
    }
    return acts
  }

  private between([atZero, atOne]: Lengths): number {
    return atZero + (atOne - atZero) * this.options.intensity
  }
}
