/** Reference run of lesson 6: a legal choice in each state, and what the other value comes to. */
import { choicesIn, judgeChoice } from '../../src/shared/p2cChoice'
import type { LessonStep } from '../../src/shared/lesson'
import type { P2cChoice } from '../../src/shared/p2cChoice'
import type { LessonScript } from './lessonScript'

/** The first of a step that holds P2c; null: the step asks for none. */
export function legalChoice({ id, choice }: LessonStep): P2cChoice | null {
  if (choice === null) return null
  for (const picked of choicesIn(choice)) if (judgeChoice(choice, picked).isLegal) return picked
  throw new Error(`${id} has no legal choice`)
}

/** N3 alone votes for blue; N2, N4 and N5 for red, and two of them die. */
function past(run: LessonScript): void {
  const vote = (by: number, round: number, node: number): void => {
    run.node(by, { type: 'voted', ballot: { round, node }, slot: 1, count: 1, ids: [`a:${node}`] })
  }
  vote(3, 1, 3)
  for (const node of [2, 4, 5]) vote(node, 2, 2)
  run.kill(4).kill(5)
}

export function p2cRun(run: LessonScript): LessonScript {
  for (const step of run.lesson.steps) {
    const picked = legalChoice(step)
    if (picked) run.open(step.id).choose(step.id, picked.value, ...picked.witnesses)
  }
  past(run.fresh().open('lower'))
  for (const invariant of ['I6', 'I8']) {
    run.lab({ type: 'violated', invariant, words: 'the lower vote was taken', evidence: [] })
  }
  past(run.fresh().open('higher'))
  const forced = { ballot: { round: 3, node: 1 }, slot: 1, count: 1, ids: ['a:2'] }
  run.node(1, { type: 'issued', ...forced, cause: 'forced' }).chosen(1, 3, 1)
  const result = { verdict: 'chosen', value: 'SET colour red', reason: '', replies: [] } as const
  run.lab({ type: 'learnerRead', node: 1, key: '', slot: 1, mode: 'learner', result, latencyMs: 1 })
  return run.begin('explain')
}
