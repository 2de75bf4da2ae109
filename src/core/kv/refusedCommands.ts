/**
 * Commands of Redis that are refused, each with its reason. A replicated state machine must do the
 * same on every node: what needs a clock, chance or the connection has no place in the log.
 */
export const NO_CLOCK = 'a replicated state machine has no clock, so that no key expires'
const NO_CHANCE = 'a replicated state machine has no randomness'
const NO_SCRIPT = 'there are no scripts; CAS and CAD decide and write in one command'
const NO_BLOCK = 'there are no transactions; use CAS, CAD, MSET or MSETNX, each one command'
const NO_CHANNEL = 'there are no channels'
const NO_FLOAT = 'floating point is left out; INCRBY counts in 64 bits'

const REASONS: readonly (readonly [string, readonly string[]])[] = [
  [NO_CLOCK, ['expire', 'pexpire', 'expireat', 'pexpireat', 'setex', 'psetex', 'getex']],
  [NO_CHANCE, ['randomkey']],
  [NO_SCRIPT, ['eval', 'evalsha', 'eval_ro', 'evalsha_ro', 'script', 'fcall', 'fcall_ro']],
  [NO_SCRIPT, ['function']],
  [NO_BLOCK, ['multi', 'exec', 'discard', 'watch', 'unwatch']],
  [NO_CHANNEL, ['subscribe', 'psubscribe', 'ssubscribe', 'unsubscribe', 'punsubscribe']],
  [NO_CHANNEL, ['sunsubscribe', 'publish', 'spublish', 'pubsub']],
  [NO_FLOAT, ['incrbyfloat']],
]

const REFUSED = new Map(
  REASONS.flatMap(([reason, names]) => names.map((name) => [name, reason] as const)),
)

/** What a client is told; null if the command is not one of these. `name` is in lower case. */
export function refusalOf(name: string): string | null {
  const reason = REFUSED.get(name)
  return reason === undefined ? null : `ERR ${name.toUpperCase()} is refused: ${reason}`
}
