/** The invariants as people see them: plain titles, states and words that never claim a proof. */

/** One invariant as the checks panel shows it. */
export interface InvariantView {
  readonly id: string
  readonly title: string
  readonly state: 'holds' | 'violated' | 'notEnoughData' | 'idle'
  readonly words: string
  readonly evidence: readonly number[]
}

export const INVARIANT_IDS = [
  ...(['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10'] as const),
  ...(['I11', 'I12', 'I13', 'I14', 'I15'] as const),
] as const

export type InvariantId = (typeof INVARIANT_IDS)[number]

export const TITLES: Readonly<Record<InvariantId, string>> = {
  I1: 'No vote below a promise (P1a)',
  I2: 'A promise never goes down',
  I3: 'A vote raises the promise',
  I4: 'Nothing leaves before it is durable, nothing durable is forgotten',
  I5: 'One value per slot and ballot, one owner per ballot',
  I6: 'Each proposal rests on a quorum that promised (P2c)',
  I7: 'No witness of a proposal votes below it later (P2c)',
  I8: 'At most one value chosen per slot',
  I9: 'A chosen value was submitted by a client, or is a no-op',
  I10: 'Called chosen only after a quorum voted',
  I11: 'A client is told success only of what was chosen',
  I12: 'Equal logs give equal digests',
  I13: 'Applied in order, without a gap, only what is chosen',
  I14: 'The history of the clients is linearizable',
  I15: 'While a quorum works, requests are done in time',
}

/** The sometimes property of a run: an empty one must not pass for a good one. */
export const SOMETIMES_ID = 'chosen'
export const SOMETIMES_TITLE = 'Sometimes: a value was chosen'
