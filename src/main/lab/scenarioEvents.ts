/**
 * What a scenario asks of events: a count for each predicate over the whole run, and counts that
 * begin when a step begins to wait. Looks only; every event of the run is shown to it in order.
 */
import type { LabEvent } from '../../core/event'
import { fits } from '../../shared/eventPredicate'
import type { EventPredicate } from '../../shared/eventPredicate'
import type { Expectation, ScenarioStep } from '../../shared/experiment'
import type { Expected } from '../../shared/experimentSteps'

type Asked = Exclude<Expected, { kind: 'measure' }>

/** Counts events that fit, from its making on. */
interface EventWatch {
  readonly predicate: EventPredicate
  seen: number
}

/** How far one expectation has come: events that fitted, or predicates met in order. */
interface Fold {
  readonly asked: Asked
  reached: number
}

export class ScenarioEvents {
  private readonly folds: readonly Fold[]
  private readonly watches = new Set<EventWatch>()
  /** Facts never reached the lab: what was not seen may have been. */
  private lossy = false

  constructor(expectations: readonly Expectation[]) {
    this.folds = expectations.flatMap(({ expected }) =>
      expected.kind === 'measure' ? [] : [{ asked: expected, reached: 0 }],
    )
  }

  add(event: LabEvent): void {
    if (event.type === 'factsDropped') this.lossy = true
    for (const fold of this.folds) {
      const { asked, reached } = fold
      const predicate = asked.kind === 'events' ? asked.predicate : asked.predicates[reached]
      if (predicate !== undefined && fits(predicate, event)) fold.reached += 1
    }
    for (const watch of this.watches) if (fits(watch.predicate, event)) watch.seen += 1
  }

  /** A new run begins: what was before belongs to another. */
  restart(): void {
    for (const fold of this.folds) fold.reached = 0
    this.lossy = false
  }

  watch(predicate: EventPredicate): EventWatch {
    const watch = { predicate, seen: 0 }
    this.watches.add(watch)
    return watch
  }

  unwatch(watch: EventWatch): void {
    this.watches.delete(watch)
  }

  /** Null: facts were lost that could change the answer. */
  holds(asked: Asked): boolean | null {
    const reached = this.folds.find((fold) => fold.asked === asked)?.reached ?? 0
    const held =
      asked.kind === 'order' ? reached === asked.predicates.length : compares(reached, asked)
    return this.lossy && held !== onlyGrows(asked) ? null : held
  }
}

/** True: more events can only make it true, and never false. */
export function onlyGrows(asked: Asked): boolean {
  return asked.kind === 'order' || asked.operator === '>' || asked.operator === '>='
}

function compares(seen: number, { operator, count }: Extract<Asked, { kind: 'events' }>): boolean {
  switch (operator) {
    case '=':
      return seen === count
    case '!=':
      return seen !== count
    case '<':
      return seen < count
    case '<=':
      return seen <= count
    case '>':
      return seen > count
    case '>=':
      return seen >= count
  }
}

/** Every expectation of a file, wherever it stands. */
export function expectationsOf(steps: readonly ScenarioStep[]): Expectation[] {
  return steps.flatMap(({ expect, body }) => {
    if (body === null) return expect
    const inside = body.kind === 'repeat' ? [body.steps] : body.branches
    return [...expect, ...inside.flatMap((each) => expectationsOf(each))]
  })
}
