/**
 * Starts and ends the faults of a storm on real processes. Each is an ordinary fault of the run.
 *
 * Rules:  a fault that cannot strike (no leader is known, its node is down already) does nothing
 *         and is counted as missed. A node that is down although no fault of the storm keeps it
 *         down (a failpoint or a failing disk ended it) is started again by `revive`.
 * Errors: LabCallError is an answer here, not a failure: nodes end while they are spoken to.
 */
import type { StormAct, StormAim, StormFault } from '../../core/storm/storm'
import { LabCallError } from '../../shared/api'
import type { Cluster } from './cluster'
import type { NodeActs } from './nodeActs'
import { partitionFault } from './partitions'

/** How one act began or ended on real processes. */
export interface StormStruck {
  /** Ids of the faults that it made; none: it missed. */
  readonly faults: readonly string[]
  /** Why it missed; empty otherwise. */
  readonly words: string
}

interface Open {
  readonly faults: readonly string[]
  /** Nodes that are down or paused as long as it lasts. */
  readonly nodes: readonly number[]
}

const NOTHING: Open = { faults: [], nodes: [] }
const DOWN = ['killed', 'stopped', 'failed']

export class StormStrikes {
  started = 0
  missed = 0
  private readonly open = new Map<string, Open>()
  /** Starts under way: what they take down is not in `open` yet. */
  private striking = 0

  constructor(
    private readonly cluster: Cluster,
    private readonly nodes: NodeActs,
  ) {}

  async start(act: Extract<StormAct, { act: 'start' }>): Promise<StormStruck> {
    this.striking += 1
    try {
      const open = await this.begin(act.fault)
      this.open.set(keyOf(act), open)
      if (open.faults.length > 0) this.started += 1
      else this.missed += 1
      return { faults: open.faults, words: open.faults.length > 0 ? '' : 'nobody to strike' }
    } catch (error) {
      this.missed += 1
      return { faults: [], words: wordsOf(error) }
    } finally {
      this.striking -= 1
    }
  }

  async end(act: Extract<StormAct, { act: 'end' }>): Promise<void> {
    const open = this.open.get(keyOf(act))
    this.open.delete(keyOf(act))
    if (open === undefined) return
    await Promise.all(open.faults.map((id) => this.endOne(id)))
  }

  /** Nodes that are down and that no fault of the storm keeps down are started again. */
  async revive(): Promise<void> {
    if (this.striking > 0) return
    const kept = new Set([...this.open.values()].flatMap(({ nodes }) => nodes))
    const down = this.cluster.members.filter(
      ({ node, state, reserved }) => DOWN.includes(state) && !reserved && !kept.has(node),
    )
    await Promise.all(down.map(({ node }) => tolerate(() => this.nodes.restart(node))))
  }

  private async begin(fault: StormFault): Promise<Open> {
    const { cluster } = this
    switch (fault.kind) {
      case 'links':
        return { faults: [await cluster.links.start(fault.fault)], nodes: [] }
      case 'aroundLeader': {
        const members = cluster.members.map(({ node }) => node)
        const made = partitionFault({ preset: fault.preset }, members, cluster.leader())
        return { faults: [await cluster.links.start(made)], nodes: [] }
      }
      case 'kill':
      case 'pause':
        return await this.each(fault.nodes, fault.kind)
      case 'powerLoss': {
        const nodes = this.targets(fault.nodes).filter((node) => this.isAlive(node))
        if (nodes.length === 0) return NOTHING
        return { faults: await this.nodes.powerLoss(nodes, fault.tornTail), nodes }
      }
      case 'clock':
      case 'failpoint':
      case 'storage': {
        const [node] = this.targets([fault.node])
        if (node === undefined || !this.isAlive(node)) return NOTHING
        const made =
          fault.kind === 'storage'
            ? { ...fault.fault, node }
            : fault.kind === 'clock'
              ? { kind: fault.kind, node, offsetMs: fault.offsetMs, drift: fault.drift }
              : { kind: fault.kind, node, arm: fault.arm }
        return { faults: [await cluster.nodeFaults.start(made)], nodes: [] }
      }
    }
  }

  /** Those that can be struck are; the others are left alone. */
  private async each(aims: readonly StormAim[], kind: 'kill' | 'pause'): Promise<Open> {
    const struck = await Promise.all(
      this.targets(aims).map(async (node) =>
        (await tolerate(() => this.nodes[kind](node))) ? [node] : [],
      ),
    )
    const nodes = struck.flat()
    const faults = nodes.flatMap((node) =>
      this.cluster.faults
        .ofNode(node)
        .flatMap(({ id, fault }) => (fault.kind === kind ? [id] : [])),
    )
    return { faults, nodes }
  }

  private async endOne(id: string): Promise<void> {
    // It may have ended by itself, or somebody else ended it.
    const active = this.cluster.faults.find(id)
    if (active === null) return
    const ended = await tolerate(() => this.nodes.endFault(id))
    // A link fault holds as long as the switchboard has it; the next look is the liveness phase.
    if (!ended && 'node' in active.fault) await this.revive()
  }

  private targets(aims: readonly StormAim[]): number[] {
    const nodes = aims.flatMap((aim) => (aim === 'leader' ? (this.cluster.leader() ?? []) : aim))
    return [...new Set(nodes)]
  }

  private isAlive(node: number): boolean {
    return ['running', 'paused'].includes(this.cluster.member(node).state)
  }
}

/** False: the lab refused, or the node was gone. */
async function tolerate(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    if (error instanceof LabCallError) return false
    throw error
  }
}

function keyOf({ family, number }: StormAct): string {
  return `${family} ${number}`
}

function wordsOf(error: unknown): string {
  if (error instanceof LabCallError) return error.message
  throw error
}
