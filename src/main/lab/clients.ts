/**
 * The lab's own clients: one connection to the client port of each node, for commands that a person
 * or a scenario gives. Such a command goes the way of any client's, past every fault of the links.
 */
import type { WriteResult } from '../../shared/api'
import { roundMs } from './clock'
import type { OnHistoryReply } from './historyBook'
import { giveUpAfter, NEVER_HELD } from './patience'
import type { HeldTo } from './patience'
import { RespClient } from './respClient'
import type { ClientTarget } from './respClient'
import type { RespReply } from './respReply'
import { outcomeOf, printReply } from './respReply'

/** A node answers by its own deadline; one that is paused does not: then the client gives up. */
const GRACE_MS = 1000
/** Commands of one node that wait for an answer. */
export const WAITING_MAX = 1000

interface Connection {
  readonly client: RespClient
  readonly port: number
  waiting: number
}

export class Clients {
  private readonly connections = new Map<number, Connection>()

  constructor(
    private readonly deadlineMs: number,
    /** A request is about to be sent; answers whom to tell of its reply. */
    private readonly onRequest: (args: readonly string[]) => OnHistoryReply = () => () => {},
    private readonly heldTo: HeldTo = NEVER_HELD,
  ) {}

  waitingAt(node: number): number {
    return this.connections.get(node)?.waiting ?? 0
  }

  /** Never rejects: what became of a command is its outcome. */
  async command(node: number, target: ClientTarget, args: readonly string[]): Promise<WriteResult> {
    const startMs = performance.now()
    const connection = this.connection(node, target)
    const { client } = connection
    connection.waiting += 1
    const giveUpMs = this.deadlineMs + GRACE_MS
    let gaveUp = false
    const told = this.onRequest(args)
    const reply = await new Promise<RespReply | null>((resolve) => {
      const cancel = giveUpAfter(giveUpMs, this.heldTo, () => {
        gaveUp = true
        // Its replies come in order: after one that is missing, none can be told apart.
        client.close()
      })
      client.request(args, (answer) => {
        cancel()
        resolve(answer)
      })
    })
    connection.waiting -= 1
    told(reply, client.wasOpen || gaveUp)
    const latencyMs = roundMs(performance.now() - startMs)
    if (reply !== null) {
      return { node, outcome: outcomeOf(reply), reply: printReply(reply), latencyMs }
    }
    if (!client.wasOpen && !gaveUp) {
      const words = '(error) not sent: the node does not take connections'
      return { node, outcome: 'error', reply: words, latencyMs }
    }
    const words = gaveUp ? `no answer within ${giveUpMs} ms` : 'the connection ended first'
    return { node, outcome: 'unknown', reply: `(unknown) ${words}`, latencyMs }
  }

  close(): void {
    for (const { client } of [...this.connections.values()]) client.close()
  }

  private connection(node: number, { host, port }: ClientTarget): Connection {
    const known = this.connections.get(node)
    if (known !== undefined && known.port === port && !known.client.isOver) return known
    known?.client.close()
    const client = RespClient.connect(host, port, () => {
      if (this.connections.get(node)?.client === client) this.connections.delete(node)
    })
    const connection = { client, port, waiting: 0 }
    this.connections.set(node, connection)
    return connection
  }
}
