/**
 * Clients of one register on a real cluster: a writer whose values grow by one, and readers that
 * stay with their node; together they keep the history for `judgeRegister`.
 */
import { Clients } from '../../src/main/lab/clients'
import type { LabController } from '../../src/main/lab/lab'
import { eventually } from './eventually'
import type { RegisterOperation } from './registerJudge'

export const REGISTER = 'r'
const ANSWER_MS_MAX = 60_000

export type RegisterReadMode = 'confirmed' | 'lease' | 'log' | 'local'

export class RegisterClients {
  readonly history: RegisterOperation[] = []
  /** The writer asks these nodes only, in turn. */
  writable: readonly number[] = []
  /** Reads by node. */
  readonly served = new Map<number, number>()
  readonly refused = new Map<number, number>()
  /** Reasons of refusals. */
  readonly reasons = new Set<string>()
  /** The newest value that was acknowledged. */
  written = 0
  private stopping = false
  private readonly running: Promise<void>[] = []
  private readonly clients: Clients[] = []

  constructor(
    private readonly lab: LabController,
    private readonly requestDeadlineMs: number,
  ) {}

  startWriter(): void {
    this.running.push(this.write())
  }

  /** One request in flight each. */
  startReaders(count: number, node: number, mode: RegisterReadMode): void {
    for (let reader = 0; reader < count; reader += 1) this.running.push(this.read(node, mode))
  }

  /** Resolves when all requests are answered; rejects if the writer got no answer. */
  async finish(): Promise<void> {
    this.stopping = true
    try {
      await Promise.all(this.running)
    } finally {
      for (const clients of this.clients) clients.close()
    }
  }

  private async write(): Promise<void> {
    const clients = this.open()
    let turn = 0
    // In a session, so that a write that is repeated cannot land behind the next one.
    const anywhere = async (args: readonly string[]) =>
      await eventually(
        args.join(' '),
        async () => {
          const node = this.writable[turn % this.writable.length] ?? 0
          const { outcome, reply } = await this.ask(clients, node, args)
          if (outcome === 'ok') return { node, reply }
          turn += 1
          return null
        },
        ANSWER_MS_MAX,
      )
    const session = JSON.parse((await anywhere(['SESSION', 'OPEN'])).reply)
    for (let value = 1; !this.stopping; value += 1) {
      const once = ['SESSION', 'DO', String(session), String(value), 'ACKED', String(value - 1)]
      const startMs = performance.now()
      // It may take effect before it is acknowledged: a read may find it from now on.
      const at = this.history.push(operation('write', value, startMs, Infinity, 0)) - 1
      const { node } = await anywhere([...once, 'SET', REGISTER, String(value)])
      this.history[at] = operation('write', value, startMs, performance.now(), node)
      this.written = value
    }
  }

  private async read(node: number, mode: RegisterReadMode): Promise<void> {
    const clients = this.open()
    while (!this.stopping) {
      const startMs = performance.now()
      const { outcome, reply } = await this.ask(clients, node, ['PAXOS', 'READ', mode, REGISTER])
      const value = /^3\) "value"\n4\) (?:"(\d+)"|\(nil\))$/m.exec(reply)
      const ok = outcome === 'ok' && value !== null
      const counts = ok ? this.served : this.refused
      counts.set(node, (counts.get(node) ?? 0) + 1)
      if (!ok) this.reasons.add(reply)
      else {
        const found = Number(value[1] ?? '0')
        this.history.push(operation('read', found, startMs, performance.now(), node))
      }
    }
  }

  private open(): Clients {
    const clients = new Clients(this.requestDeadlineMs)
    this.clients.push(clients)
    return clients
  }

  private async ask(clients: Clients, node: number, args: readonly string[]) {
    const view = this.lab.status().nodes.find((one) => one.node === node)
    if (view === undefined) throw new Error(`there is no node ${node}`)
    return await clients.command(node, { host: view.clientHost, port: view.clientPort }, args)
  }
}

function operation(
  kind: RegisterOperation['kind'],
  value: number,
  startMs: number,
  endMs: number,
  at: number,
): RegisterOperation {
  return { kind, value, startMs, endMs, at }
}
