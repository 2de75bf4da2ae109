/**
 * Forwarded results: what commands returned that other nodes forwarded here, gathered by node until
 * the round ends, and sent in parts of at most `bytesMax`.
 */
import type { NodeId } from './paxos/ballot'
import type { ForwardedResult } from './paxos/message'
import type { Outbox } from './paxos/outbox'

/** Cost of one result besides its id and reply. */
const RESULT_OVERHEAD_BYTES = 24

export class ForwardedResults {
  private readonly results = new Map<NodeId, ForwardedResult[]>()

  constructor(private readonly bytesMax: number) {}

  add(node: NodeId, id: string, reply: string): void {
    const results = this.results.get(node)
    if (results === undefined) this.results.set(node, [{ id, reply }])
    else results.push({ id, reply })
  }

  send(outbox: Outbox): void {
    for (const [node, results] of this.results) {
      for (const part of splitResults(results, this.bytesMax)) {
        outbox.sendTo(node, { type: 'forwarded', results: part }, 0)
      }
    }
    this.results.clear()
  }
}

function* splitResults(
  results: readonly ForwardedResult[],
  bytesMax: number,
): Generator<readonly ForwardedResult[]> {
  let part: ForwardedResult[] = []
  let bytes = 0
  for (const result of results) {
    const cost = result.reply.length + result.id.length + RESULT_OVERHEAD_BYTES
    if (bytes + cost > bytesMax && part.length > 0) {
      yield part
      part = []
      bytes = 0
    }
    part.push(result)
    bytes += cost
  }
  if (part.length > 0) yield part
}
