/**
 * Why a read or write of a client failed, from the words of its answer (`docs/clients.md`).
 *
 * `noQuorum` is no answer of a node: it is what the lab knows better, that no quorum was possible
 * when the request failed. The others are as the client was told.
 */
export const FAIL_REASONS = [
  'noQuorum',
  'noLeader',
  'undetermined',
  'timeout',
  'lease',
  'connection',
  'busy',
  'refused',
] as const
export type FailReason = (typeof FAIL_REASONS)[number]

/** Pairs of [reason, count], as `loadSampled` carries them. */
export type ReasonCounts = readonly (readonly [FailReason, number])[]

/** As a node begins its errors; in printed replies `(error) ` stands before it. */
const CODES: Readonly<Record<string, FailReason>> = {
  UNKNOWN: 'timeout',
  NOLEADER: 'noLeader',
  UNDETERMINED: 'undetermined',
  BUSY: 'busy',
}

/** Null: no answer came, the connection ended. */
export function failReasonOf(answer: string | null): FailReason {
  if (answer === null) return 'connection'
  const text = answer.replace(/^(?:\(error\) |-)/, '')
  if (text.startsWith('(unknown)')) return /no answer/.test(text) ? 'timeout' : 'connection'
  const reason = CODES[/^[A-Z]+/.exec(text)?.[0] ?? ''] ?? 'refused'
  return reason === 'undetermined' && /\blease\b/.test(text) ? 'lease' : reason
}
