/**
 * Draws single faults of a storm, by family.
 *
 * Source: the recipes are those of Jepsen (majorities ring, bridge, one-way cuts) and of
 *         FoundationDB's simulation (swizzle-clogging), from their descriptions; the code is ours.
 * Units:  those of `core/fault.ts`.
 */
import { allLinks, linksAcross } from '../fault'
import type { FailpointArm, Link, LinkFault, PartitionPreset } from '../fault'
import type { NodeId } from '../paxos/ballot'
import { majorityOf } from '../paxos/quorum'
import type { Prng } from '../sim/prng'
import type { StormAim, StormFamily, StormFault, StormSetting } from './storm'

/** Of the bound of drift, each clock: two then differ by less than all of it. */
const DRIFT_SHARE = 0.4
const FREE_DRIFT_MAX = 0.5
const OFFSET_MS_MAX = 2000
const ARM_SKIP_MAX = 60
const ARM_DELAY_MS_MAX = 500

const PACKET_KINDS = [
  'drop',
  'delay',
  'duplicate',
  'reorder',
  'dropNext',
  'burst',
  'bandwidth',
  'reset',
  'halfOpen',
] as const

export class StormDraw {
  constructor(
    readonly prng: Prng,
    private readonly setting: StormSetting,
  ) {}

  /** One fault; of `clog` as many as links, which begin and end one by one. */
  some(family: StormFamily): StormFault[] {
    switch (family) {
      case 'partitions':
        return [this.partition()]
      case 'packets':
        return [{ kind: 'links', fault: this.packets() }]
      case 'clog':
        return this.clogs()
      case 'kill':
      case 'pause':
        return [{ kind: family, nodes: this.struck() }]
      case 'powerLoss':
        return [{ kind: family, nodes: this.struck(), tornTail: this.prng.unit() < 0.5 }]
      case 'clock':
      case 'clockBeyond':
        return [this.clock(family === 'clockBeyond')]
      case 'storage':
        return [this.storage()]
      case 'lies': {
        const fault = { kind: this.oneOf(['flushOff', 'flushLies'] as const) }
        return [{ kind: 'storage', node: this.aim(), fault }]
      }
      case 'failpoints':
        return this.setting.failpoints.length === 0
          ? []
          : [{ kind: 'failpoint', node: this.aim(), arm: this.arm() }]
    }
  }

  shuffled<T>(items: readonly T[]): T[] {
    const all = [...items]
    for (let last = all.length - 1; last > 0; last -= 1) {
      const other = this.prng.between(0, last)
      const item = all[last]!
      all[last] = all[other]!
      all[other] = item
    }
    return all
  }

  private oneOf<T>(from: readonly T[]): T {
    return from[this.prng.between(0, from.length - 1)]!
  }

  private node(): NodeId {
    return this.oneOf(this.setting.members)
  }

  /** The leader is struck more often than chance would: that is where most can go wrong. */
  private aim(): StormAim {
    return this.prng.unit() < 0.35 ? 'leader' : this.node()
  }

  /** One node, as many as make the others too few, or all. */
  private struck(): readonly StormAim[] {
    const { members } = this.setting
    const dice = this.prng.unit()
    if (dice < 0.7) return [this.aim()]
    if (dice < 0.9) return this.shuffled(members).slice(0, majorityOf(members.length))
    return members
  }

  private partition(): StormFault {
    const { prng } = this
    const members = this.shuffled(this.setting.members)
    const half = Math.floor(members.length / 2)
    const links = (fault: LinkFault): StormFault => ({ kind: 'links', fault })
    const dice = prng.unit()
    if (dice < 0.15) return { kind: 'aroundLeader', preset: 'isolateLeader' }
    if (dice < 0.3) return { kind: 'aroundLeader', preset: 'oneWay' }
    if (dice < 0.5) {
      const groups = [members.slice(0, half + 1), members.slice(half + 1)]
      return links(this.across('majorityMinority', groups))
    }
    if (dice < 0.65) {
      return links(this.across('bridge', [members.slice(0, half + 1), members.slice(half)]))
    }
    if (dice < 0.85 && members.length > 3) return links(this.across('custom', ring(members)))
    const group = members.slice(0, prng.between(1, members.length - 1))
    const between = linksAcross(members, [group, members.slice(group.length)])
    const oneWay = between.filter(({ from }) => group.includes(from))
    return links({ kind: 'cut', links: oneWay })
  }

  private across(preset: PartitionPreset, groups: readonly (readonly NodeId[])[]): LinkFault {
    const links = linksAcross(this.setting.members, groups)
    return { kind: 'partition', preset, groups, links }
  }

  private packets(): LinkFault {
    const { prng } = this
    const kind = this.oneOf(PACKET_KINDS)
    const links = this.someLinks()
    switch (kind) {
      case 'drop':
        return { kind, links, probability: share(prng, 0.05, 0.5) }
      case 'duplicate':
        return { kind, links, probability: share(prng, 0.05, 0.6) }
      case 'delay': {
        const delayMs = prng.between(1, 300)
        return { kind, links, delayMs, jitterMs: prng.between(0, delayMs) }
      }
      case 'reorder':
        return { kind, links, probability: share(prng, 0.1, 0.6), windowMs: prng.between(5, 200) }
      case 'dropNext':
        return { kind, links, count: prng.between(1, 10) }
      case 'burst':
        return { kind, links, probability: share(prng, 0.01, 0.1), meanFrames: prng.between(2, 20) }
      case 'bandwidth': {
        const bytesPerSecond = prng.between(2, 200) * 1000
        return { kind, links, bytesPerSecond, queueBytes: prng.between(4, 64) * 1024 }
      }
      case 'reset':
      case 'halfOpen':
        return { kind, links }
    }
  }

  /** All links, those of one node, or some. */
  private someLinks(): Link[] {
    const { members } = this.setting
    const all = allLinks(members)
    const dice = this.prng.unit()
    if (dice < 0.5) return all
    const node = this.node()
    if (dice < 0.75) return all.filter(({ from, to }) => from === node || to === node)
    return this.shuffled(all).slice(0, this.prng.between(1, all.length))
  }

  /** Frames wait and are not lost: what a full buffer does. */
  private clogs(): StormFault[] {
    const links = this.shuffled(allLinks(this.setting.members))
    const count = this.prng.between(1, Math.min(links.length, 2 * this.setting.members.length))
    return links.slice(0, count).map((link) => ({
      kind: 'links',
      fault: { kind: 'hold', links: [link], match: {}, atEnd: 'release' },
    }))
  }

  private clock(isBeyond: boolean): StormFault {
    const { prng, setting } = this
    const { driftBound } = setting
    const sign = 2 * prng.unit() - 1
    const kind = 'clock'
    if (driftBound === null) {
      const offsetMs = prng.between(-OFFSET_MS_MAX, OFFSET_MS_MAX)
      return { kind, node: this.aim(), offsetMs, drift: round(sign * FREE_DRIFT_MAX) }
    }
    // A lease is measured by the rate of a clock alone; jumps would end or stretch it.
    const most = isBeyond ? Math.min(0.9, 5 * driftBound) : DRIFT_SHARE * driftBound
    const offsetMs = isBeyond ? prng.between(-OFFSET_MS_MAX, OFFSET_MS_MAX) : 0
    return { kind, node: this.aim(), offsetMs, drift: round(sign * most) }
  }

  /** Disks that are slow, or fail and end their node: what was said to be durable stays so. */
  private storage(): StormFault {
    const { prng } = this
    const node = this.aim()
    const kind = this.oneOf([
      'slowFlush',
      'slowFlush',
      'writeError',
      'flushError',
      'tornTail',
      'diskFull',
    ] as const)
    if (kind === 'slowFlush') {
      const [delayMs, jitterMs] = [prng.between(1, 200), prng.between(0, 200)]
      return { kind: 'storage', node, fault: { kind, delayMs, jitterMs } }
    }
    if (kind === 'diskFull') {
      return { kind: 'storage', node, fault: { kind, bytesLeft: prng.between(0, 3000) } }
    }
    return { kind: 'storage', node, fault: { kind } }
  }

  private arm(): FailpointArm {
    const { prng } = this
    const name = this.oneOf(this.setting.failpoints)
    const action = this.oneOf(['crash', 'crash', 'crash', 'error', 'delay'] as const)
    const skip = prng.unit() < 0.5 ? 0 : prng.between(1, ARM_SKIP_MAX)
    const delayMs = action === 'delay' ? prng.between(1, ARM_DELAY_MS_MAX) : 0
    return { name, action, skip, delayMs }
  }
}

/** Majorities ring: each node hears a majority, and no two hear the same one. */
export function ring(members: readonly NodeId[]): NodeId[][] {
  const count = members.length
  const window = Math.ceil((majorityOf(count) - 1) / 2) + 1
  return members.map((_, first) =>
    Array.from({ length: window }, (_, step) => members[(first + step) % count]!),
  )
}

function share(prng: Prng, min: number, max: number): number {
  return round(min + prng.unit() * (max - min))
}

/** To a thousandth: schedules are read by people too. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
