/**
 * The abstract model of protocol §11, every state: counts that a change of the protocol changes,
 * and each rule whose breaking the model must notice, with the length of the shortest path to it.
 */
import { describe, expect, it } from 'vitest'
import {
  ABSTRACT_MUTANTS,
  acceptorIds,
  boundsFault,
  mutantFault,
  symmetryFault,
} from '../../src/core/check/explore/abstractBounds'
import type { AbstractMutant } from '../../src/core/check/explore/abstractBounds'
import { possibilityOf } from '../../src/core/check/explore/abstractLiveness'
import { AbstractModel } from '../../src/core/check/explore/abstractModel'
import { recordOf } from '../../src/core/check/explore/abstractRecord'
import { STEP_MS } from '../../src/core/check/explore/abstractSteps'
import { scheduleOf } from '../../src/core/check/explore/abstractSchedule'
import { searchAbstract } from '../../src/core/check/explore/abstractSearch'
import type { SearchEnd, SearchOptions } from '../../src/core/check/explore/abstractSearch'
import { actsTo, traceOf } from '../../src/core/check/explore/abstractTrace'
import type { TraceStep } from '../../src/core/check/explore/abstractTrace'
import { Oracle } from '../../src/core/check/oracle'
import { MUTANTS } from '../../src/core/mutants'
import { MUTANT_IDS } from '../../src/core/paxos/mutant'
import { playSchedule } from '../../src/core/sim/player'
import type { LabEvent } from '../../src/core/event'
import { referenceSearch } from '../support/referenceExplorer'

/** Seconds on a machine with nothing else to do. */
const LARGE_MS = 240_000

const BOUNDS = { acceptors: 3, values: 2, ballots: 2, mutant: null }

type Sizes = Partial<SearchOptions['bounds']>

function options(sizes: Sizes, changed: Partial<SearchOptions> = {}): SearchOptions {
  const whole = { symmetry: false, compact: false, statesMax: 2_000_000, keepGoing: false }
  return { ...whole, ...changed, bounds: { ...BOUNDS, ...sizes } }
}

function search(sizes: Sizes, changed: Partial<SearchOptions> = {}, parts = 1): SearchEnd {
  return searchAbstract(options(sizes, changed), parts)
}

const worlds = new Map<string, SearchEnd>()

/** The same search, up to symmetry, is made once. */
function searchOnce(ballots: number, mutant: AbstractMutant): SearchEnd {
  const name = `${mutant} ${ballots}`
  const known = worlds.get(name) ?? search({ ballots, mutant }, { symmetry: true })
  worlds.set(name, known)
  return known
}

function stepsTo(sizes: Sizes, end: SearchEnd, invariant: string, symmetry = false): TraceStep[] {
  const found = end.figures.broken.find((one) => one.invariant === invariant)
  if (found === undefined) throw new Error(`${invariant} is not broken`)
  const model = new AbstractModel({ ...BOUNDS, ...sizes })
  return traceOf(model, actsTo(found.last, end.origin), symmetry)
}

function judged(events: readonly LabEvent[], acceptors: number): string[] {
  const oracle = new Oracle({ acceptors: acceptorIds({ acceptors }), order: 'total' })
  const found = events.flatMap((event) => oracle.feed(event))
  return [...found, ...oracle.finish()].map(({ invariant }) => invariant)
}

describe('3 acceptors, 2 values, every state', () => {
  it.each([
    [1, 73, 141],
    [2, 3921, 9442],
    [3, 185_369, 491_535],
  ])(
    'S19: %i ballots: %i states, %i transitions, nothing broken',
    (ballots, states, transitions) => {
      const { figures } = search({ ballots })
      expect(figures).toMatchObject({ states, transitions, violations: 0, complete: true })
      expect(figures.depth).toBe(8 * ballots)
      expect(figures.chosenStates).toBeGreaterThan(0)
      expect(figures.missProbability).toBe(0)
    },
  )

  it.each([
    [1, 15],
    [2, 443],
    [3, 17_153],
    [4, 710_709],
  ])(
    'S19: %i ballots: %i states up to symmetry',
    (ballots, states) => {
      const { figures } = search({ ballots }, { symmetry: true })
      expect(figures).toMatchObject({ states, violations: 0, complete: true, depth: 8 * ballots })
    },
    LARGE_MS,
  )
})

describe('other sizes, every state', () => {
  it.each([
    [1, 2, 3, 275],
    [2, 2, 2, 145],
    [2, 4, 2, 297],
    [3, 3, 2, 6801],
    [4, 2, 2, 20_609],
    [5, 2, 1, 1057],
  ])('%i acceptors, %i values, %i ballots: %i states', (acceptors, values, ballots, states) => {
    const { figures } = search({ acceptors, values, ballots })
    expect(figures).toMatchObject({ states, violations: 0, complete: true })
    const { states: counted, chosen, violations } = referenceSearch({ acceptors, values, ballots })
    expect({ counted, chosen, violations }).toEqual({
      counted: states,
      chosen: figures.chosenStates,
      violations: 0,
    })
  })

  it('a bound that does not fit is refused in words', () => {
    expect(boundsFault({ acceptors: 6, values: 2, ballots: 2 })).toContain('1 to 5')
    expect(boundsFault({ acceptors: 3, values: 2, ballots: 9 })).toContain('at most 16')
    expect(boundsFault({ acceptors: 3, values: 0, ballots: 2 })).toContain('at least 1 value')
    expect(boundsFault({ acceptors: 3, values: 2, ballots: 8 })).toBeNull()
    expect(symmetryFault({ values: 5 })).toContain('at most 4')
    expect(() => new AbstractModel({ ...BOUNDS, ballots: 9 })).toThrow('do not fit')
  })
})

describe('parts, fingerprints and symmetry agree', () => {
  it.each([2, 3])('%i parts find what one finds', (parts) => {
    const alone = search({ ballots: 2 }).figures
    const together = search({ ballots: 2 }, {}, parts).figures
    expect({ ...together, bytes: 0 }).toEqual({ ...alone, bytes: 0 })
  })

  it.each(['M5', 'M12', 'M14'] as const)('%s: counts do not depend on the parts', (mutant) => {
    const sizes = { ballots: 2, mutant }
    const [alone, together] = [1, 3].map((parts) => search(sizes, {}, parts).figures)
    const counts = ({
      invariant,
      count,
      depth,
    }: {
      invariant: string
      count: number
      depth: number
    }) => `${invariant} ${count} ${depth}`
    expect(together?.broken.map(counts)).toEqual(alone?.broken.map(counts))
    expect(together?.violations).toBe(alone?.violations)
    expect(together?.transitions).toBe(alone?.transitions)
  })

  it('64-bit fingerprints miss nothing here, and say how likely it was', () => {
    const { figures } = search({ ballots: 3 }, { compact: true })
    expect(figures).toMatchObject({ states: 185_369, transitions: 491_535, complete: true })
    expect(figures.missProbability).toBeGreaterThan(0)
    expect(figures.missProbability).toBeLessThan(1e-8)
  })

  it.each([
    ['exact', false, false],
    ['compact', true, false],
    ['up to symmetry', false, true],
    ['compact, up to symmetry', true, true],
  ])('a path of a search that is %s is a path', (_name, compact, symmetry) => {
    const sizes = { ballots: 2, mutant: 'M7' } as const
    const steps = stepsTo(sizes, search(sizes, { compact, symmetry }, 2), 'I8', symmetry)
    const model = new AbstractModel({ ...BOUNDS, ...sizes })
    let state = model.initial()
    for (const { act, before, after } of steps) {
      expect(before).toEqual(state)
      const reached: Uint32Array[] = []
      model.expand(state, {
        step: (taken, next) => {
          if (taken === act) reached.push(next.slice())
        },
      })
      expect(reached).toEqual([after])
      state = after
    }
    expect(steps).toHaveLength(12)
    expect(model.chosen(state)).toBe(3)
  })

  it('a search that passes its bound says that it is not complete', () => {
    const { figures } = search({ ballots: 3 }, { statesMax: 1000 })
    expect(figures).toMatchObject({ complete: false, violations: 0 })
    expect(figures.states).toBeGreaterThan(1000)
    const stopped = searchAbstract(options({ ballots: 3 }), 1, () => false)
    expect(stopped.figures.complete).toBe(false)
  })

  it('a state takes at most 120 bytes', () => {
    const { bytes, states } = search({ ballots: 3 }).figures
    expect(bytes / states).toBeLessThan(120)
  })
})

/** Ballots, then steps of the shortest path to each invariant that falls before agreement does. */
const SHORTEST: readonly [AbstractMutant, number, Readonly<Record<string, number>>][] = [
  ['M5', 2, { I6: 3, I7: 8, I8: 10, I10: 5 }],
  ['M6', 3, { I6: 14, I7: 15, I8: 17 }],
  ['M7', 2, { I6: 9, I7: 10, I8: 12 }],
  ['M8', 3, { I6: 14, I7: 15, I8: 17 }],
  ['M11', 1, { I5: 5, I8: 9 }],
  ['M12', 2, { I1: 7, I6: 9, I7: 10, I8: 12 }],
  ['M14', 4, { I8: 22, I10: 11 }],
  ['M20', 2, { I6: 3, I7: 8, I8: 10 }],
  ['M21', 3, { I3: 5, I6: 14, I7: 15, I8: 17 }],
]

describe('mutants', () => {
  it.each(SHORTEST)(
    'S19: %s: two values are chosen with %i ballots, in %o steps',
    (id, ballots, want) => {
      const sizes = { ballots, mutant: id }
      const end = searchOnce(ballots, id)
      const found = end.figures.broken.map(({ invariant, depth }) => [invariant, depth])
      expect(Object.fromEntries(found)).toEqual(want)
      const steps = stepsTo(sizes, end, 'I8', true)
      expect(steps).toHaveLength(want['I8'] ?? 0)
    },
  )

  it.each(SHORTEST.filter(([, ballots]) => ballots > 1))(
    'S19: %s: with fewer ballots than %i agreement holds',
    (mutant, ballots) => {
      const { figures } = searchOnce(ballots - 1, mutant)
      expect(figures.complete).toBe(true)
      expect(figures.broken.map(({ invariant }) => invariant)).not.toContain('I8')
    },
  )

  it('S18: M13: 4 ballots: nothing is broken and no value is ever chosen', () => {
    const { figures } = search({ ballots: 4, mutant: 'M13' }, { symmetry: true })
    expect(figures).toMatchObject({ violations: 0, complete: true, chosenStates: 0 })
  })

  it('explored on after the first violation, all states are counted', () => {
    const stopped = search({ ballots: 2, mutant: 'M7' }).figures
    const whole = search({ ballots: 2, mutant: 'M7' }, { keepGoing: true }).figures
    expect(stopped.complete).toBe(false)
    expect(whole.complete).toBe(true)
    expect(whole.states).toBeGreaterThan(stopped.states)
    expect(whole.violations).toBeGreaterThan(stopped.violations)
  })

  it('those that the model cannot express are refused by name', () => {
    for (const id of MUTANT_IDS) {
      const known = ABSTRACT_MUTANTS.some((each) => each === id)
      if (known) expect(mutantFault(id)).toBeNull()
      else expect(mutantFault(id)).toMatch(new RegExp(`${id}.*--model replicas`))
    }
    expect(mutantFault('M99')).toContain('no mutant "M99"')
  })

  it('the catalogue sends to this model those that it can judge', () => {
    const named = MUTANT_IDS.filter((id) => MUTANTS[id].judges.includes('abstract'))
    // M13 breaks no invariant: nothing ever happens.
    const judgedHere = ABSTRACT_MUTANTS.filter((id) => id !== 'M13')
    expect(named.filter((id) => id !== 'M13')).toEqual(judgedHere)
  })
})

describe('a counterexample as a run', () => {
  /** M14's second value is what a reader says, which the oracle judges as I10. */
  const AGREEMENT = SHORTEST.filter(([id]) => id !== 'M14')

  it.each(AGREEMENT)('%s: the oracle finds the same in its events', (mutant, ballots) => {
    const sizes = { ballots, mutant }
    const steps = stepsTo(sizes, searchOnce(ballots, mutant), 'I8', true)
    const events = recordOf(new AbstractModel({ ...BOUNDS, ...sizes }), steps, mutant)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1))
    expect(events[0]).toMatchObject({ type: 'clusterStarted', source: 'explorer', mutant })
    expect(judged(events, 3)).toContain('I8')
    const before = events.filter(({ atMs }) => atMs < steps.length * STEP_MS)
    expect(judged(before, 3)).not.toContain('I8')
  })

  it('M14: the oracle finds that the reader said too much', () => {
    const sizes = { ballots: 2, mutant: 'M14' } as const
    const steps = stepsTo(sizes, search(sizes), 'I10')
    const events = recordOf(new AbstractModel({ ...BOUNDS, ...sizes }), steps, 'M14')
    expect(judged(events, 3)).toContain('I10')
  })

  it.each(AGREEMENT.filter(([id]) => id !== 'M11'))(
    '%s: whole machines play it to the same end',
    (mutant, ballots) => {
      const sizes = { ballots, mutant }
      const steps = stepsTo(sizes, searchOnce(ballots, mutant), 'I8', true)
      const model = new AbstractModel({ ...BOUNDS, ...sizes })
      const schedule = scheduleOf(model, steps, mutant, { invariant: 'I8', words: '' })
      const events: LabEvent[] = []
      if (schedule !== null) playSchedule(schedule, (event) => events.push(event))
      expect(judged(events, 3)).toContain('I8')
    },
  )

  it('a machine without the flaw does not play it', () => {
    const sizes = { ballots: 2, mutant: 'M7' } as const
    const steps = stepsTo(sizes, search(sizes), 'I8')
    const model = new AbstractModel({ ...BOUNDS, ...sizes })
    const end = { invariant: 'I8', words: '' }
    const schedule = scheduleOf(model, steps, 'M7', end)
    if (schedule === null) throw new Error('M7 has acts')
    const events: LabEvent[] = []
    const sound = { ...schedule, config: { ...schedule.config, mutant: null } }
    playSchedule(sound, (event) => events.push(event))
    expect(judged(events, 3)).toEqual([])
  })
})

describe('can a value still be chosen?', () => {
  it.each([false, true])('3 ballots: from every state (symmetry: %s)', (symmetry) => {
    const { partitions } = search({ ballots: 3 }, { symmetry })
    const found = possibilityOf(partitions[0]!, symmetry)
    // One pass does all the work, the other finds nothing to do.
    expect(found).toEqual({ stuck: 0, first: null, passes: 2 })
  })

  it('M13: from no state', () => {
    const { partitions, figures } = search({ ballots: 2, mutant: 'M13' })
    expect(possibilityOf(partitions[0]!, false).stuck).toBe(figures.states)
  })
})
