/**
 * Where one client of the workload asks: its connections, one a node at most, and the node it is
 * at. A node that does not run is passed over; a connection that ended is made anew.
 */
import type { RespReply } from './respReply'

/** A connection to the client port of a node, see `RespClient`. */
export interface LoadConnection {
  /** It stood once: what was sent may have arrived. */
  readonly wasOpen: boolean
  readonly isOver: boolean
  request(args: readonly string[], onReply: (reply: RespReply | null) => void): void
  close(): void
}

export class LoadRoutes {
  private readonly connections = new Map<number, LoadConnection>()
  /** What was picked last, and its place among `nodes`; null once it was left. */
  private current: { readonly connection: LoadConnection; readonly at: number } | null = null

  constructor(
    private readonly nodes: readonly number[],
    /** Place among `nodes` where it is. */
    private at: number,
    /** Null: that node does not run. */
    private readonly connect: (node: number) => LoadConnection | null,
  ) {}

  /** To its node, or to the next one that runs; null: none does. */
  pick(): LoadConnection | null {
    for (let at = this.at; at < this.at + this.nodes.length; at++) {
      const node = this.nodes[at % this.nodes.length] ?? 0
      const known = this.connections.get(node)
      const connection = known !== undefined && !known.isOver ? known : this.connect(node)
      if (connection === null) continue
      this.connections.set(node, connection)
      this.current = { connection, at }
      return connection
    }
    return null
  }

  /** Goes on to the next node, unless it has left that of `connection` already. */
  leave(connection: LoadConnection): void {
    if (this.current?.connection !== connection) return
    this.at = this.current.at + 1
    this.current = null
  }

  /** Goes on to the next node. */
  goOn(): void {
    this.at = (this.current?.at ?? this.at) + 1
    this.current = null
  }

  close(): void {
    for (const connection of this.connections.values()) connection.close()
  }
}
