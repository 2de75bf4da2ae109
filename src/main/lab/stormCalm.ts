/**
 * The liveness phase of a storm: every fault is ended, every node runs again, and then the cluster
 * must get going: a write is acknowledged, and every node has applied all that was chosen by then.
 * Without load the logs of all must be equal, too.
 *
 * Units:  ms. Conditions are awaited; CALM_MS_MAX is only so that a cluster that does not is told.
 * Source: Paxos promises no progress while anything may break, and some when a majority works.
 */
import type { LabStatus } from '../../shared/api'
import { LabCallError } from '../../shared/api'
import { logsEqual } from '../../shared/labWords'
import type { StormEnd } from '../../core/storm/storm'
import type { Cluster } from './cluster'
import type { NodeActs } from './nodeActs'

const CALM_MS_MAX = 60_000
const LOOK_MS = 50
export const STORM_KEY = 'storm:calm'

export interface CalmHost {
  readonly cluster: Cluster
  readonly nodes: NodeActs
  readonly load: object | null
  command(node: number, args: readonly string[]): Promise<{ outcome: string; reply: string }>
}

/** `signal` aborted: the cluster is going away; nothing is found out then. */
export async function calmDown(
  host: CalmHost,
  signal: AbortSignal,
  limitMs = CALM_MS_MAX,
): Promise<StormEnd> {
  const startMs = performance.now()
  const calm = new Calm(host, signal, startMs + limitMs)
  const missing = await calm.run()
  const tookMs = Math.round(performance.now() - startMs)
  if (missing === null) {
    const words = `all nodes run, a write was acknowledged, all have caught up after ${tookMs} ms`
    return { converged: true, tookMs, words }
  }
  const words = signal.aborted ? 'stopped before it was over' : `after ${tookMs} ms: ${missing}`
  return { converged: false, tookMs, words }
}

class Calm {
  constructor(
    private readonly host: CalmHost,
    private readonly signal: AbortSignal,
    private readonly deadlineMs: number,
  ) {}

  /** What is still missing in the end; null: nothing. */
  async run(): Promise<string | null> {
    const { cluster } = this.host
    let last = ''
    const healed = await this.until(async () => {
      try {
        await this.host.nodes.healAll(true)
      } catch (error) {
        // A failpoint can end the start that should heal it; the next one then goes through.
        if (!(error instanceof LabCallError)) throw error
        last = error.message
      }
      return this.members().every(({ state }) => state === 'running')
    })
    if (!healed) return `not all nodes run (${last || this.states()})`
    const written = await this.until(() => this.write())
    if (!written) return 'no write was acknowledged'
    await cluster.refreshStatus()
    const through = Math.max(...this.members().map(({ status }) => status?.chosenThrough ?? 0))
    const equal = await this.until(async () => {
      await cluster.refreshStatus()
      return this.hasAll(through)
    })
    return equal ? null : `the logs did not become equal (${this.states()})`
  }

  private members() {
    return this.host.cluster.members.filter(({ reserved }) => !reserved)
  }

  private async write(): Promise<boolean> {
    for (const { node, answers } of this.members()) {
      if (!answers) continue
      const { outcome, reply } = await this.host.command(node, ['SET', STORM_KEY, 'over'])
      // The one decree may have been chosen before the storm: that is an answer too.
      if (outcome === 'ok' || reply.startsWith('(error) CHOSEN')) return true
    }
    return false
  }

  private hasAll(through: number): boolean {
    const members = this.members()
    if (!members.every(({ status }) => (status?.appliedThrough ?? 0) >= through)) return false
    if (this.host.load !== null) return true
    const nodes = members.map((member) => member.view())
    const status: Pick<LabStatus, 'nodes'> = { nodes }
    return logsEqual(status)
  }

  private states(): string {
    return this.members()
      .map(({ node, state, status }) => `node ${node} ${state} at ${status?.appliedThrough ?? 0}`)
      .join(', ')
  }

  private async until(check: () => Promise<boolean>): Promise<boolean> {
    while (!this.signal.aborted && performance.now() < this.deadlineMs) {
      if (await tolerateGone(check)) return true
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
    return false
  }
}

/** A node that ends while it is asked has no answer: that is "not yet". */
async function tolerateGone(check: () => Promise<boolean>): Promise<boolean> {
  try {
    return await check()
  } catch (error) {
    if (error instanceof LabCallError) return false
    throw error
  }
}
