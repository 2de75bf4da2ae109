/**
 * Draws the faults of a plan: for each kind that the seed uses, a few, each with its time, its
 * length and its strength. Units: those of `core/fault.ts`; times in ticks.
 */
import { allLinks, linksAcross } from '../fault'
import type { Link } from '../fault'
import type { NodeId } from '../paxos/ballot'
import { LEADER_POLICY } from '../paxos/config'
import { majorityOf } from '../paxos/quorum'
import { linksOfNode } from './faults'
import type { PlannedFault, SimFault, SimFaultKind, SimPlan } from './plan'
import type { Prng } from './prng'

export interface FaultSetting {
  readonly nodes: number
  readonly safetyTicks: number
  readonly config: SimPlan['config']
  /** Reads rely on leases: clocks must keep their bound. */
  readonly leases: boolean
}

/** Faults of one kind in so many ticks, at most. */
const KIND_FAULTS_MAX = 6
const TICKS_EACH = 3000
const FAULT_TICKS = [20, 500] as const

export function drawFaults(
  prng: Prng,
  kinds: readonly SimFaultKind[],
  setting: FaultSetting,
): PlannedFault[] {
  const faults: PlannedFault[] = []
  const times = Math.max(1, Math.round(setting.safetyTicks / TICKS_EACH))
  for (const kind of kinds) {
    const count = prng.between(1, KIND_FAULTS_MAX) * times
    const draw = new FaultDraw(prng, setting)
    for (let index = 0; index < count; index += 1) faults.push(...draw.some(kind))
  }
  return faults.sort((a, b) => a.at - b.at)
}

class FaultDraw {
  private readonly members: readonly NodeId[]
  private wiped = 0

  constructor(
    private readonly prng: Prng,
    private readonly setting: FaultSetting,
  ) {
    this.members = Array.from({ length: setting.nodes }, (_, index) => index + 1)
  }

  /** One fault, or one moment that strikes several nodes. */
  some(kind: SimFaultKind): PlannedFault[] {
    const { safetyTicks } = this.setting
    const at = this.prng.between(0, safetyTicks - 1)
    const until = Math.min(safetyTicks, at + this.prng.between(...FAULT_TICKS))
    return this.faultsOf(kind).map((fault) => ({ at, until, fault }))
  }

  private faultsOf(kind: SimFaultKind): SimFault[] {
    const node = this.node()
    const { prng } = this
    switch (kind) {
      case 'cut':
      case 'partition':
      case 'delay':
      case 'reorder':
      case 'drop':
      case 'dropNext':
      case 'duplicate':
      case 'reset':
        return [this.linkFault(kind, node)]
      case 'powerLoss':
        return this.struck().map((each) => ({ kind, node: each, tornTail: prng.unit() < 0.5 }))
      case 'kill':
        return this.struck().map((each) => ({ kind, node: each }))
      case 'pause':
        return [{ kind, node, cooperative: false }]
      case 'wipe':
        return this.wipe(node)
      case 'slowFlush':
        return [{ kind, node, delayMs: prng.between(1, 200), jitterMs: prng.between(0, 200) }]
      case 'diskFull':
        return [{ kind, node, bytesLeft: prng.between(0, 3000) }]
      case 'clock':
        return [this.clock(node)]
      case 'policy':
        return [{ kind, policy: LEADER_POLICY }]
      default:
        return [{ kind, node }]
    }
  }

  private node(): NodeId {
    return this.prng.between(1, this.members.length)
  }

  /** One node, a majority, or all at once. */
  private struck(): readonly NodeId[] {
    const { members, prng } = this
    const dice = prng.unit()
    if (dice < 0.7) return [this.node()]
    if (dice < 0.85) return members
    const first = prng.between(0, members.length - 1)
    const around = [...members.slice(first), ...members.slice(0, first)]
    return around.slice(0, majorityOf(members.length))
  }

  /** Promises are forgotten: no more nodes than quorums can spare, and those never vote again. */
  private wipe(node: NodeId): SimFault[] {
    const { quorums, roles } = this.setting.config
    const spares = (quorums ?? { kind: 'majority' }).kind === 'majority' && (roles ?? null) === null
    if (!spares || this.wiped > 0) return []
    this.wiped += 1
    return [{ kind: 'wipe', node }]
  }

  private clock(node: NodeId): SimFault {
    const { prng, setting } = this
    // Two clocks run apart by twice this share, which must stay below the bound of 0.1.
    const drift = (2 * prng.unit() - 1) * (setting.leases ? 0.04 : 0.5)
    // A clock that jumps back keeps a lease for as long: that would be no failure to get going.
    const jumpMs = setting.config.policy?.kind === 'lease' ? 100 : 2000
    const offsetMs = setting.leases ? 0 : prng.between(-jumpMs, jumpMs)
    return { kind: 'clock', node, offsetMs, drift }
  }

  private linkFault(
    kind: 'cut' | 'partition' | 'delay' | 'reorder' | 'drop' | 'dropNext' | 'duplicate' | 'reset',
    node: NodeId,
  ): SimFault {
    const { prng } = this
    switch (kind) {
      case 'cut':
        return { kind, links: this.someLinks(node) }
      case 'partition':
        return this.partition(node)
      case 'delay': {
        const delayMs = prng.between(1, 300)
        return { kind, links: this.someLinks(node), delayMs, jitterMs: prng.between(0, delayMs) }
      }
      case 'reorder': {
        const windowMs = prng.between(1, 200)
        return { kind, links: this.manyLinks(node), probability: prng.unit() * 0.5, windowMs }
      }
      case 'drop':
        return { kind, links: this.manyLinks(node), probability: prng.unit() * 0.4 }
      case 'dropNext':
        return { kind, links: this.someLinks(node), count: prng.between(1, 10) }
      case 'duplicate':
        return { kind, links: this.manyLinks(node), probability: prng.unit() * 0.5 }
      case 'reset':
        return { kind, links: this.manyLinks(node) }
    }
  }

  /** One link, both directions of a pair, or all links of a node. */
  private someLinks(node: NodeId): Link[] {
    const { members, prng } = this
    const to = (node % members.length) + 1
    const dice = prng.unit()
    if (dice < 0.4) return [{ from: node, to }]
    if (dice < 0.7) return [...pair(node, to)]
    if (dice < 0.85) return linksOfNode(members, node)
    return linksOfNode(members, node).filter(({ from }) => from === node)
  }

  private manyLinks(node: NodeId): Link[] {
    return this.prng.unit() < 0.6 ? allLinks(this.members) : this.someLinks(node)
  }

  private partition(node: NodeId): SimFault {
    const { members, prng } = this
    const around = [...members.slice(node - 1), ...members.slice(0, node - 1)]
    const half = Math.floor(members.length / 2)
    const across = (
      preset: 'majorityMinority' | 'bridge' | 'custom',
      groups: readonly (readonly NodeId[])[],
    ): SimFault => ({ kind: 'partition', preset, groups, links: linksAcross(members, groups) })
    const dice = prng.unit()
    if (dice < 0.3) return { kind: 'partition', preset: 'isolateLeader', groups: [], links: [] }
    if (dice < 0.55) {
      return across('majorityMinority', [around.slice(0, half + 1), around.slice(half + 1)])
    }
    if (dice < 0.75) return across('bridge', [around.slice(0, half + 1), around.slice(half)])
    if (dice < 0.9) {
      // A ring: each node hears its two neighbours only.
      return across(
        'custom',
        members.map((each) => [each, (each % members.length) + 1]),
      )
    }
    const group = around.slice(0, half)
    const links = linksAcross(members, [group, around.slice(half)])
    const oneWay = links.filter(({ from }) => group.includes(from))
    return { kind: 'partition', preset: 'oneWay', groups: [], links: oneWay }
  }
}

function pair(from: NodeId, to: NodeId): readonly [Link, Link] {
  return [
    { from, to },
    { from: to, to: from },
  ]
}
