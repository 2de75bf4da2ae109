/** Lesson 16: what a hunter leaves, by hand, and which acts break each mutant of its pool. */
import type { MutantId } from '../../src/core/paxos/mutant'
import type { Lesson, LessonStep } from '../../src/shared/lesson'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import type { LessonScript } from './lessonScript'

/** Ids of acts, in the order in which they are pressed. */
const BREAKS: Partial<Record<MutantId, readonly string[]>> = {
  M2: ['start', 'quiet', 'apart-3', 'red', 'restart', 'apart-1', 'blue'],
  M5: ['start', 'apart-1', 'red', 'blue'],
  M7: ['start', 'quiet', 'apart-3', 'red', 'apart-1', 'blue'],
  M9: ['start', 'lose', 'red', 'apart-1', 'blue'],
  M11: ['start', 'apart-1', 'red', 'blue'],
  M13: ['start', 'red', 'blue'],
}

export function mutantOf({ acts }: LessonStep): MutantId | null {
  return acts.find(({ cluster }) => cluster?.unnamed !== undefined)?.cluster?.mutant ?? null
}

/** The lesson with the acts of somebody who knows how each mutant breaks. */
export function huntedWell(lesson: Lesson): Lesson {
  const steps = lesson.steps.map((step): LessonStep => {
    const mutant = mutantOf(step)
    if (mutant === null) return step
    const wanted = BREAKS[mutant] ?? []
    return { ...step, acts: wanted.flatMap((id) => step.acts.filter((act) => act.id === id)) }
  })
  return { ...lesson, steps }
}

/** A run of a cluster whose mutant has a letter. */
export function hunt(run: LessonScript, step: LessonStep): LessonScript {
  const [letter] = step.acts.flatMap(({ cluster }) => cluster?.unnamed ?? [])
  run.lab({
    ...{ type: 'clusterStarted', cluster: 'c', members: [1, 2, 3], mode: 'multi' },
    ...{ direct: false, policy: LEADER_POLICY, scenario: null, seed: run.lesson.cluster.seed },
    ...{ mutant: mutantOf(step) },
    ...(letter !== undefined && { unnamed: letter }),
  })
  for (const node of [1, 2, 3]) run.ready(node)
  return run.open(step.id)
}

export function huntRun(run: LessonScript): LessonScript {
  for (const step of run.lesson.steps.filter((one) => mutantOf(one) !== null)) {
    hunt(run, step).replied(1, 'SET colour red', 'unknown')
    if (mutantOf(step) === 'M13') run.replied(3, 'SET colour blue', 'unknown')
    else run.lab({ type: 'violated', invariant: 'I8', words: '', evidence: [] })
  }
  run.fresh().open('paper').read('colour', 'red')
  return run.begin('explain')
}
