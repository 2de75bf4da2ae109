/**
 * Judges a history without holding up the rest of the process: in slices, within a time.
 *
 * Units: ms. The process is free again after SLICE_MS and what the last step took.
 */
import { setImmediate } from 'node:timers/promises'
import { judgeHistory } from '../../core/check/linear/judge'
import type { HistoryBudget, HistoryVerdict } from '../../core/check/linear/judge'
import type { ModelName } from '../../core/check/linear/models'
import type { HistoryEntry } from '../../core/history'

const SLICE_MS = 20

export interface TimedBudget extends Partial<Omit<HistoryBudget, 'shouldStop'>> {
  readonly budgetMs: number
}

export async function judgeInSlices(
  history: readonly HistoryEntry[],
  model: ModelName,
  { budgetMs, ...budget }: TimedBudget,
): Promise<HistoryVerdict> {
  const endMs = performance.now() + budgetMs
  const shouldStop = () => performance.now() >= endMs
  return await inSlices(judgeHistory(history, model, { ...budget, shouldStop }))
}

/** Drives what yields often, and lets others have their turn in between. */
export async function inSlices<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const sliceEndMs = performance.now() + SLICE_MS
    while (performance.now() < sliceEndMs) {
      const step = steps.next()
      if (step.done === true) return step.value
    }
    await setImmediate()
  }
}
