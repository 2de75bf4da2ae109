/**
 * Acts of the abstract model, each one number so that a search can keep one a state.
 *
 * Source: protocol §11. `learn` exists only with a learner that counts wrongly (M14).
 * Shape:  kind, acceptor, ballot and value in 3, 3, 4 and 4 bits; all count from 0.
 */
export const ACT_1A = 1
export const ACT_1B = 2
export const ACT_2A = 3
export const ACT_2B = 4
export const ACT_LEARN = 5

export function actOf(kind: number, acceptor: number, ballot: number, value: number): number {
  return (kind << 11) | (acceptor << 8) | (ballot << 4) | value
}

export function actKind(act: number): number {
  return act >>> 11
}

export function actAcceptor(act: number): number {
  return (act >>> 8) & 7
}

export function actBallot(act: number): number {
  return (act >>> 4) & 15
}

export function actValue(act: number): number {
  return act & 15
}
