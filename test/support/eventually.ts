/** Waiting in tests: for a condition, never for a time. */

/** Long enough for a busy machine: only a failing test ever waits that long. */
const LIMIT_MS = 20_000
const POLL_MS = 10

/**
 * Resolves with the first value of `read` that is neither null, undefined nor false. Rejects after
 * the limit with `what` did not happen, and with what `read` threw last.
 */
export async function eventually<T>(
  what: string,
  read: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  limitMs = LIMIT_MS,
): Promise<T> {
  const deadlineAt = performance.now() + limitMs
  let thrown: unknown = null
  for (;;) {
    try {
      const value = await read()
      if (value !== null && value !== undefined && value !== false) return value
      thrown = null
    } catch (error) {
      thrown = error
    }
    if (performance.now() > deadlineAt) {
      throw new Error(`did not happen in ${limitMs} ms: ${what}`, { cause: thrown })
    }
    await new Promise((done) => setTimeout(done, POLL_MS))
  }
}
