/**
 * Client ports in front of machines in memory: real sockets, virtual time, disks that never fail.
 * A test talks to any node as a Redis client does, and no process is started.
 */
import { onTestFinished } from 'vitest'
import type { MachineStatus } from '../../src/core/machine'
import type { NodeStatus } from '../../src/core/event'
import { ClientPort } from '../../src/main/node/clientPort'
import { LocalCommands } from '../../src/main/node/localCommands'
import type { NodeRules } from '../../src/main/node/nodeRules'
import { Refusals } from '../../src/main/node/refusals'
import { CoreCluster } from './coreCluster'
import type { ClusterOptions } from './coreCluster'

/** What a status says beyond the machine, for a node that has no process of its own. */
export function statusOf(machine: MachineStatus): NodeStatus {
  const rest = { acked: 0, clients: 0, logBytes: 0, dropped: 0 }
  return { ...machine, ...rest, flushMsP95: 0, lagMsP95: 0, rssBytes: 0 }
}

/** Of a node that runs Paxos as it should be run. */
export const PLAIN_RULES: NodeRules = {
  variant: 'lamport',
  mutant: null,
  phases: 'both',
  flush: true,
  votes: true,
}

export class ClusterPorts {
  readonly cluster: CoreCluster
  /** Port of each node, by its id. */
  readonly numbers = new Map<number, number>()
  private readonly ports = new Map<number, ClientPort>()
  private readonly taken = new Map<number, { replies: number; reads: number }>()
  private tags = 1_000_000
  private running = true

  private constructor(options: ClusterOptions) {
    this.cluster = new CoreCluster(options)
  }

  static async open(options: ClusterOptions = {}): Promise<ClusterPorts> {
    const ports = new ClusterPorts(options)
    for (const node of ports.cluster.members) await ports.listen(node)
    onTestFinished(() => ports.close())
    ports.turn()
    return ports
  }

  port(node: number): number {
    const number = this.numbers.get(node)
    if (number === undefined) throw new Error(`no node ${node}`)
    return number
  }

  private async listen(node: number): Promise<void> {
    const { cluster } = this
    const port: ClientPort = new ClientPort({
      clientsMax: 100,
      requestDeadlineMs: 60_000,
      refusals: new Refusals(() => {}),
      newTag: () => ++this.tags,
      push: (input) => cluster.step(node, input),
      local: new LocalCommands({
        node,
        flush: true,
        clientsMax: 100,
        info: () => '# Server\r\nredis_version:7.0.0\r\nloading:0\r\n',
        clients: () => port.list,
        inside: {
          rules: PLAIN_RULES,
          status: () => statusOf(cluster.machine(node).status()),
          slots: (from, count) => cluster.machine(node).slots(from, count),
          clientAddress: () => `127.0.0.1:${this.port(node)}`,
        },
      }),
    })
    this.ports.set(node, port)
    this.numbers.set(node, await port.listen('127.0.0.1', 0))
  }

  /** One tick of the cluster for each turn of the event loop. */
  private turn(): void {
    if (!this.running) return
    this.cluster.run(1)
    for (const [node, port] of this.ports) {
      const replies = this.cluster.replies(node)
      const reads = this.cluster.reads(node)
      const taken = this.taken.get(node) ?? { replies: 0, reads: 0 }
      this.taken.set(node, { replies: replies.length, reads: reads.length })
      if (replies.length > taken.replies) port.onReplies(replies.slice(taken.replies))
      if (reads.length > taken.reads) port.onReads(reads.slice(taken.reads))
    }
    setImmediate(() => this.turn())
  }

  private close(): void {
    this.running = false
    for (const port of this.ports.values()) port.close()
  }
}
