import { nodeNames } from './words'

/** A failed call in words. Over a channel a LabCallError arrives as plain data with its code. */
export interface FailureView {
  readonly words: string
  readonly code: string
  readonly details: readonly string[]
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function describeFailure(error: unknown): FailureView {
  if (typeof error !== 'object' || error === null) {
    return { words: String(error), code: '', details: [] }
  }
  const code = 'code' in error ? textOf(error.code) : ''
  const words = 'message' in error ? nodeNames(textOf(error.message)) : ''
  const raw = 'details' in error && Array.isArray(error.details) ? error.details : []
  const details = raw.map((detail) => nodeNames(String(detail)))
  return {
    words: words || 'It gave no reason.',
    code,
    details: code ? [`code: ${code}`, ...details] : details,
  }
}
