/** Thrown when the program contradicts itself; never for peer, user or disk input. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/** Stays on in nodes and app: a broken invariant stops that node with the step that broke it. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new InvariantError(claim)
}

/** Closes a switch over a closed union: the compiler proves it is never reached. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable: ${JSON.stringify(value)}`)
}
