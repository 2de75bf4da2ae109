/** Reads all that was written back through one node, with a client of another make (ioredis). */
import { Redis } from 'ioredis'
import type { NodeView } from '../../src/shared/api'
import { eventually } from './eventually'

/** Keys of one MGET: through the log any number, but 64 in other modes; an answer has 128 KiB. */
const KEYS_MAX = { log: 500, confirmed: 64 } as const
const WAIT_MS = 30_000
const COMMAND_MS = 10_000

export type ReadBackMode = keyof typeof KEYS_MAX

export async function readAll(
  { clientHost, clientPort }: Pick<NodeView, 'clientHost' | 'clientPort'>,
  mode: ReadBackMode,
  keys: readonly string[],
): Promise<Map<string, string | null>> {
  const client = new Redis({
    ...{ host: clientHost, port: clientPort, commandTimeout: COMMAND_MS },
    ...{ maxRetriesPerRequest: 0, lazyConnect: true },
  })
  // Each request tells its own error.
  client.on('error', () => {})
  const values = new Map<string, string | null>()
  try {
    const size = KEYS_MAX[mode]
    for (let at = 0; at < keys.length; at += size) {
      const some = keys.slice(at, at + size)
      const found = await eventually(`a ${mode} read of ${some.length} keys`, read(some), WAIT_MS)
      some.forEach((key, index) => values.set(key, found[index] ?? null))
    }
  } finally {
    client.disconnect()
  }
  return values

  function read(some: readonly string[]): () => Promise<(string | null)[]> {
    // The mode is said each time: a new connection would have forgotten it.
    return async () => {
      await client.call('PAXOS', 'READMODE', mode)
      return await client.mget([...some])
    }
  }
}
