/** Evidence in words: what contradicts what, for people. */
import type { Operation } from './operations'
import { operationWords, timeWords } from './words'

const WINDOW_SHOWN_MAX = 8

export interface EvidenceInWords {
  readonly key: string
  readonly window: readonly Operation[]
  readonly before: readonly string[]
  readonly last: Operation
  readonly states: readonly string[]
  readonly stuck: string
}

export function evidenceWords(evidence: EvidenceInWords): string {
  const { key, window, before, last, states, stuck } = evidence
  const count = window.length
  const what = count === 1 ? 'this cannot be' : `these ${count} operations have no order`
  const shown = window.slice(0, WINDOW_SHOWN_MAX).map((each) => {
    return `${operationWords(each)} (${timeWords(each)})`
  })
  if (count > shown.length) shown.push(`${count - shown.length} more`)
  const from = `beginning with ${before.join(' or ')}`
  const end =
    states.length === 0
      ? `${operationWords(last)} is the first that leaves none`
      : `in the longest order that was found the key ends as ${states.join(' or ')}, and ` +
        `${stuck} cannot be next`
  return `key ${JSON.stringify(key)}: ${from}, ${what}: ${shown.join('; ')}. ${end}`
}
