/** What can be decided without a search, which most histories and most violations can. */
import { isPair, textOf } from './models'
import type { Operation } from './operations'
import { judgeZones } from './zones'

/** True: there is an order; false: there is none; null: it takes a search. */
export function judgeQuickly(operations: readonly Operation[]): boolean | null {
  return judgeZones(operations) ?? (hasSources(operations) ? null : false)
}

/** Whether all that was seen had been asked for by then. Computed texts are not followed. */
function hasSources(operations: readonly Operation[]): boolean {
  const askedAt = new Map<string, number>()
  for (const { f, value, call } of operations) {
    if (f === 'append' || f === 'incr') return true
    const text = textOf(isPair(value) ? value[1] : (value ?? null))
    if (f === 'read' || f === 'del' || text === null) continue
    askedAt.set(text, Math.min(askedAt.get(text) ?? Infinity, call))
  }
  return operations.every((operation) => {
    const text = seenText(operation)
    return text === null || (askedAt.get(text) ?? Infinity) < operation.ret
  })
}

function seenText({ f, value, seen, type }: Operation): string | null {
  if (type !== 'ok') return null
  if (f === 'cas') return seen === true && isPair(value) ? textOf(value[0]) : null
  const isShown = (f === 'read' || f === 'getset') && typeof seen !== 'boolean'
  return isShown ? textOf(seen ?? null) : null
}
