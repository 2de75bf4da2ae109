/** Ends a command in order on SIGINT, SIGTERM and SIGHUP; a second signal ends it at once. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const EXIT_AT_ONCE = 2

export class Ending {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal
  private readonly controller = new AbortController()
  private readonly onSignal = (name: NodeJS.Signals): void => this.end(name)

  constructor() {
    this.signal = this.controller.signal
    for (const name of SIGNALS) process.on(name, this.onSignal)
  }

  /** Asks for the end, as a signal does. */
  end(reason: string): void {
    // Nodes and switchboard end by themselves when this process is gone.
    if (this.signal.aborted) process.exit(EXIT_AT_ONCE)
    this.controller.abort(reason)
  }

  /** Resolves with the reason when the end is asked for. */
  get asked(): Promise<string> {
    const { signal } = this
    return new Promise((resolve) => {
      const done = (): void => resolve(String(signal.reason))
      if (signal.aborted) done()
      else signal.addEventListener('abort', done, { once: true })
    })
  }

  dispose(): void {
    for (const name of SIGNALS) process.off(name, this.onSignal)
  }
}
