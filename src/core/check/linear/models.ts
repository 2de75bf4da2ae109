/**
 * Models that a history can be judged against, and what a history may say in each. All of them hold
 * one value per key: a text, or null when the key is absent. Numbers count by their text, so that
 * writing 5 and reading "5" is the same thing.
 *
 * `mutex`: a key is a lock and its value the owner. Acquire is `setnx` of the owner, or `cas` from
 *          null to the owner; release is `del`, with the owner as its value or without, or `cas`
 *          from the owner to null.
 */
import type { HistoryEntry, HistoryFunction, HistoryValue } from '../../history'
import { HISTORY_FUNCTIONS } from '../../history'

export const MODEL_NAMES = ['kv', 'register', 'cas-register', 'append', 'mutex'] as const

export type ModelName = (typeof MODEL_NAMES)[number]

export const MODEL_FUNCTIONS: Readonly<Record<ModelName, readonly HistoryFunction[]>> = {
  kv: HISTORY_FUNCTIONS,
  register: ['read', 'write'],
  'cas-register': ['read', 'write', 'cas'],
  append: ['read', 'append'],
  mutex: ['read', 'setnx', 'cas', 'del'],
}

/** Null if a history that is judged by `model` may hold this entry; else what is wrong with it. */
export function modelFault(entry: HistoryEntry, model: ModelName): string | null {
  const { f, value } = entry
  const functions = MODEL_FUNCTIONS[model]
  if (!functions.includes(f)) return `${model} has no ${f}, only ${functions.join(', ')}`
  if (model !== 'mutex' || f !== 'cas' || value === undefined) return null
  const isLockAct = isPair(value) && value.filter((side) => side === null).length === 1
  return isLockAct || value === null ? null : 'a mutex has cas from null to owner or back only'
}

/** How values are compared: by their text. */
export function textOf(value: HistoryValue): string | null {
  return value === null ? null : String(value)
}

export function isPair(
  value: HistoryEntry['value'],
): value is readonly [HistoryValue, HistoryValue] {
  return typeof value === 'object' && value !== null
}
