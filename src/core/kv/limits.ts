/**
 * Limits of the replicated KV, in bytes (one a code unit) unless named otherwise. They are part of
 * the state machine: nodes with different limits would give different answers to the same log.
 */

/** Longest value that a command may build up: APPEND and SETRANGE do not grow beyond it. */
export const VALUE_BYTES_MAX = 65_536

/** Longest answer. JSON prints a control byte as six, and a frame between nodes holds 1 MiB. */
export const ANSWER_BYTES_MAX = 131_072

/** Longest pattern of KEYS and SCAN MATCH; matching costs at most pattern times key. */
export const GLOB_CHARS_MAX = 256

/** Keys that one SCAN looks at, whatever its COUNT says (a bucket more at most). */
export const SCAN_KEYS_MAX = 10_000

/** Sessions that clients opened; one more closes the one used longest ago. */
export const SESSIONS_MAX = 1000

/** Answers that a session of a client keeps without being told that the client has them. */
export const SESSION_ANSWERS_MAX = 1024

/** The same in bytes. The newest answer is kept whatever its length. */
export const SESSION_ANSWER_BYTES_MAX = 32_768

/** Lives of one node whose requests are told apart; older ones are over. */
export const NODE_LIVES_MAX = 4

/** Nodes that ever applied a write. */
export const NODES_MAX = 1000
