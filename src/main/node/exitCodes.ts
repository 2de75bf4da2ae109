/** Exit codes of a node process; the one place that names them, `docs/wire.md` repeats it. */
export const EXIT = {
  /** Orderly stop: the `stop` frame, SIGTERM or SIGINT. */
  stopped: 0,
  /** The log cannot be opened, trusted or written. Nothing was retried. */
  storage: 3,
  /** The control channel closed, or the parent process is gone: no orphans. */
  controlLost: 4,
  /** The start file or PAXOS_SECRET is missing or wrong, or a port cannot be opened. */
  badStart: 64,
  /** A broken invariant or an uncaught error. */
  internal: 70,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends the start or the run of a node with a code and words for a person. */
export class NodeExit extends Error {
  override readonly name = 'NodeExit'

  constructor(
    readonly code: ExitCode,
    words: string,
  ) {
    super(words)
  }
}
